"""Service types with their norms, and hours with their earlier revisions (S3, S5)."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.database.base import Row


class ServiceType(Row, table=True):
    """A kind of service (S3)."""

    __tablename__ = "service_type"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,49}$'", name="code"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
    )

    code: str
    name: str


class ServiceTypeNorm(Row, table=True):
    """What hours of a kind of service come to in staff and cost, each with its source (S5), from a day on (S8).

    `valid_from` null is every day before the first that has one. Rows are only added: of one kind and day the last
    recorded counts.
    """

    __tablename__ = "service_type_norm"
    __table_args__ = (
        UniqueConstraint("service_type", "valid_from", "recorded_at", postgresql_nulls_not_distinct=True),
        ForeignKeyConstraint(["service_type"], ["service_type.code"]),
        CheckConstraint("hours_per_full_time_equivalent between 1 and 168", name="hours_per_full_time_equivalent"),
        CheckConstraint("length(norm_source) between 1 and 500", name="norm_source"),
        CheckConstraint("cost_per_hour > 0", name="cost_per_hour"),
        CheckConstraint("length(cost_source) between 1 and 500", name="cost_source"),
        CheckConstraint("(hours_per_full_time_equivalent is null) = (norm_source is null)", name="norm"),
        CheckConstraint("(cost_per_hour is null) = (cost_source is null)", name="cost"),
    )

    service_type: str
    valid_from: date | None = None
    hours_per_full_time_equivalent: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    norm_source: str | None = None
    cost_per_hour: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    cost_source: str | None = None
    recorded_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.clock_timestamp()},
        nullable=False,
    )


class ServiceHours(Row, table=True):
    """Hours a week of one person and service in a period, as their highest revision has them (S3, A2).

    (external system, external id) is the identity. `ends_on` null is until further notice. `cancelled` holds for good;
    `revision_cancels` is what the stored revision says itself. `recorded_at` is when this revision was stored (S8).
    Hours of one person and service do not overlap, so that none are counted twice.
    """

    __tablename__ = "service_hours"
    __table_args__ = (
        UniqueConstraint("external_system", "external_id"),
        ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        ForeignKeyConstraint(["service_type"], ["service_type.code"]),
        ExcludeConstraint(
            ("participant_id", "="),
            ("service_type", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_service_hours_overlap",
            using="gist",
            where=text("not cancelled"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        CheckConstraint("length(external_system) between 1 and 50", name="external_system"),
        CheckConstraint("length(external_id) between 1 and 100", name="external_id"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("assessed_hours between 0 and 168", name="assessed_hours"),
        CheckConstraint("decided_hours between 0 and 168", name="decided_hours"),
        CheckConstraint("delivered_hours between 0 and 168", name="delivered_hours"),
        CheckConstraint("need_grade in ('limited', 'moderate', 'extensive')", name="need_grade"),
        CheckConstraint("length(tool) between 1 and 100", name="tool"),
        CheckConstraint("cancelled or not revision_cancels", name="cancelled"),
        Index("ix_service_hours_participant_id_id", "participant_id", "id"),
        Index("ix_service_hours_starts_on", "starts_on"),
    )

    external_system: str
    external_id: str
    revision: int
    participant_id: UUID
    service_type: str
    starts_on: date
    ends_on: date | None = None
    assessed_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    decided_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    delivered_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    need_grade: str | None = None
    tool: str | None = None
    assessed_on: date | None = None
    cancelled: bool = False
    revision_cancels: bool = False
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))


class ServiceHoursRevision(Row, table=True):
    """What hours were before they were changed. Rows are only added; `created_at` is when it was replaced."""

    __tablename__ = "service_hours_revision"
    __table_args__ = (
        ForeignKeyConstraint(["service_hours_id"], ["service_hours.id"]),
        ForeignKeyConstraint(["participant_id"], ["participant.id"]),
        Index("ix_service_hours_revision_service_hours_id_id", "service_hours_id", "id"),
        Index("ix_service_hours_revision_participant_id", "participant_id"),
    )

    service_hours_id: UUID
    participant_id: UUID
    revision: int
    service_type: str
    starts_on: date
    ends_on: date | None = None
    assessed_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    decided_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    delivered_hours: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    need_grade: str | None = None
    tool: str | None = None
    assessed_on: date | None = None
    cancelled: bool
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
