"""A stair's steps and services (K1, K2), capacities and needs (K3, K4). No row is about a person."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlmodel import Field

from app.database.base import Row
from app.rules.stairs import Area, ServiceKind, Stair

_STAIRS = "stair in ('activity', 'housing')"


class StairStep(Row, table=True):
    """A step of a stair, in the order of its number. One of the activity stair has a category (K1)."""

    __tablename__ = "stair_step"
    __table_args__ = (
        UniqueConstraint("stair", "number"),
        CheckConstraint(_STAIRS, name="stair"),
        CheckConstraint("number between 1 and 100", name="number"),
        CheckConstraint("(stair = 'activity') = (category is not null)", name="category_of_activity"),
        CheckConstraint("category between 1 and 4", name="category"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
        CheckConstraint("length(description) between 1 and 4000", name="description"),
    )

    stair: Stair = Field(sa_type=String)
    number: int = Field(sa_type=SmallInteger)
    category: int | None = Field(default=None, sa_type=SmallInteger)
    name: str
    description: str | None = None


class StairService(Row, table=True):
    """A service on a step, from a day on (K2). Places of sheltered enterprises are counted, never stated (K5)."""

    __tablename__ = "stair_service"
    __table_args__ = (
        # A capacity or need of a service names the service's own step.
        UniqueConstraint("id", "step_id"),
        CheckConstraint("kind in ('other', 'nursing_home', 'sheltered_enterprise')", name="kind"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
        CheckConstraint("length(for_whom) between 1 and 500", name="for_whom"),
        CheckConstraint("length(provided_by) between 1 and 500", name="provided_by"),
        CheckConstraint("length(how_to_apply) between 1 and 500", name="how_to_apply"),
        CheckConstraint("address ~ '^https?://' and length(address) <= 500", name="address"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        Index("ix_stair_service_step_id", "step_id"),
        Index("uq_stair_service_kind", "kind", unique=True, postgresql_where="kind = 'sheltered_enterprise'"),
    )

    step_id: UUID = Field(foreign_key="stair_step.id")
    kind: ServiceKind = Field(default="other", sa_type=String)
    name: str
    for_whom: str
    provided_by: str
    requires_decision: bool
    place: Area | None = Field(default=None, sa_type=String)
    how_to_apply: str | None = None
    address: str | None = None
    valid_from: date
    valid_to: date | None = None


class StairTable(Row, table=True):
    """A table of places as it was published, with the total that was printed beneath it (K3, K6)."""

    __tablename__ = "stair_table"
    __table_args__ = (
        UniqueConstraint("stair", "as_of", "source"),
        CheckConstraint(_STAIRS, name="stair"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
        CheckConstraint("length(target_group) between 1 and 500", name="target_group"),
        CheckConstraint("printed_total >= 0", name="printed_total"),
    )

    stair: Stair = Field(sa_type=String)
    as_of: date
    source: str
    target_group: str | None = None
    printed_total: int | None = None


class StairPrintedTotal(Row, table=True):
    """The printed total of a row of a table, which is a step or a service of it, or of a place (K3)."""

    __tablename__ = "stair_printed_total"
    __table_args__ = (
        UniqueConstraint("table_id", "step_id", "service_id", "place", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["service_id", "step_id"], ["stair_service.id", "stair_service.step_id"]),
        CheckConstraint("(step_id is null) <> (place is null)", name="row_or_place"),
        CheckConstraint("service_id is null or step_id is not null", name="service_id"),
        CheckConstraint("number >= 0", name="number"),
    )

    table_id: UUID = Field(foreign_key="stair_table.id")
    step_id: UUID | None = Field(default=None, foreign_key="stair_step.id")
    service_id: UUID | None = None
    place: Area | None = Field(default=None, sa_type=String)
    number: int


class StairCapacity(Row, table=True):
    """So many places on a step, or of a service of it, in a place, counted on a day (K3)."""

    __tablename__ = "stair_capacity"
    __table_args__ = (
        UniqueConstraint("step_id", "service_id", "place", "as_of", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["service_id", "step_id"], ["stair_service.id", "stair_service.step_id"]),
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
        Index("ix_stair_capacity_table_id", "table_id"),
    )

    step_id: UUID = Field(foreign_key="stair_step.id")
    service_id: UUID | None = None
    table_id: UUID | None = Field(default=None, foreign_key="stair_table.id")
    place: Area = Field(sa_type=String)
    number: int
    as_of: date
    source: str


class StairNeed(Row, table=True):
    """So many places that a source says are needed in a year, in a place or in all (K4)."""

    __tablename__ = "stair_need"
    __table_args__ = (
        UniqueConstraint("step_id", "service_id", "place", "year", "scenario", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["service_id", "step_id"], ["stair_service.id", "stair_service.step_id"]),
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length(scenario) between 1 and 100", name="scenario"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
    )

    step_id: UUID = Field(foreign_key="stair_step.id")
    service_id: UUID | None = None
    place: Area | None = Field(default=None, sa_type=String)
    number: int
    year: int = Field(sa_type=SmallInteger)
    scenario: str
    source: str


class StairReview(Row, table=True):
    """That somebody has gone through what both stairs say (K2). Rows are only added."""

    __tablename__ = "stair_review"
    __table_args__ = (
        CheckConstraint("length(note) between 1 and 500", name="note"),
        Index("ix_stair_review_reviewed_on", "reviewed_on"),
    )

    reviewed_on: date
    note: str | None = None


class StairPopulation(Row, table=True):
    """How many people of 80 and over live in the municipality in a year (K7). The last recorded of a year counts."""

    __tablename__ = "stair_population"
    __table_args__ = (
        CheckConstraint("people_80_plus >= 0", name="people_80_plus"),
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
        Index("ix_stair_population_year_id", "year", "id"),
    )

    year: int = Field(sa_type=SmallInteger)
    people_80_plus: int
    source: str
