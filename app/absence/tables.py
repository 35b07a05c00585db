"""Absences with their earlier revisions, and the reviews that extensive absence asks for (A1–A3)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.database.base import Row


class Absence(Row, table=True):
    """One absence as its highest revision has it (A1, A2). (provider, external id) is its identity.

    `cancelled` holds for good; `revision_cancels` is what the stored revision says itself, so that the same revision
    pushed again is known to be the same.
    """

    __tablename__ = "absence"
    __table_args__ = (
        UniqueConstraint("provider_id", "external_id"),
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("kind in ('sick', 'holiday', 'leave', 'unexcused', 'other')", name="kind"),
        CheckConstraint("percent between 1 and 100", name="percent"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("length(external_id) between 1 and 100", name="external_id"),
        CheckConstraint("length(note) between 1 and 500", name="note"),
        CheckConstraint("cancelled or not revision_cancels", name="cancelled"),
        # Collisions and the last 90 days of a placement are both a range of it.
        Index("ix_absence_placement_id_ends_on", "placement_id", "ends_on"),
        # Unexcused absence in a row (P7) is looked for in all of it, and little of it is unexcused.
        Index(
            "ix_absence_unexcused",
            "placement_id",
            "starts_on",
            postgresql_where=text("kind = 'unexcused' and not cancelled"),
        ),
    )

    provider_id: UUID
    external_id: str
    placement_id: UUID
    revision: int
    kind: str
    starts_on: date
    ends_on: date
    percent: int = Field(sa_type=SmallInteger)
    note: str | None = None
    cancelled: bool = False
    revision_cancels: bool = False


class AbsenceRevision(Row, table=True):
    """What an absence was before it was changed. Rows are only ever added; `created_at` is when it was replaced."""

    __tablename__ = "absence_revision"
    __table_args__ = (
        # By the identity and not the id: the key that exists anyway, and holds the provider.
        ForeignKeyConstraint(["provider_id", "external_id"], ["absence.provider_id", "absence.external_id"]),
        Index("ix_absence_revision_provider_id_external_id", "provider_id", "external_id"),
    )

    provider_id: UUID
    external_id: str
    placement_id: UUID
    revision: int
    kind: str
    starts_on: date
    ends_on: date
    percent: int = Field(sa_type=SmallInteger)
    note: str | None = None
    cancelled: bool
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))


class AbsenceReview(Row, table=True):
    """What the case office decided about extensive absence (A3). Rows are only ever added."""

    __tablename__ = "absence_review"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("outcome in ('no_change', 'follow_up', 'change', 'end')", name="outcome"),
        CheckConstraint("length(reason) between 1 and 4000", name="reason"),
        Index("ix_absence_review_placement_id_id", "placement_id", "id"),
    )

    placement_id: UUID
    provider_id: UUID
    reviewed_on: date
    outcome: str
    reason: str
    reviewed_by: str


class AbsenceWatch(SQLModel, table=True):
    """Until when a placement's absence is reviewed, and whether a due review has been published (A3).

    It holds no more than when, because a provider's push has to read and write it.
    """

    __tablename__ = "absence_watch"
    __table_args__ = (ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),)

    placement_id: UUID = Field(primary_key=True)
    provider_id: UUID
    notified_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    reviewed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    reviewed_on: date | None = None
