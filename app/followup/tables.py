"""Meetings with the versions of their minutes, plans and evaluations, as PostgreSQL keeps them (M1–M8)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row

FILED_BY = "filed_by in ('provider', 'case_office')"


class Meeting(AnnullableRow, table=True):
    """A meeting with the current version of its minutes (M3–M5, M7). Every version of them is a `MeetingVersion`.

    What a provider files names its placement and itself together, so that it cannot name another's. `counts` is
    whether the meeting is one of those the guideline requires (`rules.minutes.is_required_meeting`).
    """

    __tablename__ = "meeting"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("kind in ('conversation', 'cooperation', 'system', 'bilateral')", name="kind"),
        CheckConstraint("placement_id is not null or kind in ('system', 'bilateral')", name="placement_id"),
        CheckConstraint("(kind = 'system') = (provider_id is null)", name="provider_id"),
        CheckConstraint("filed_by in ('provider', 'case_office', 'service')", name="filed_by"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("jsonb_typeof(attendees) = 'array'", name="attendees"),
        # M5: derived from the attendees, and the reason is there where the participant is not.
        CheckConstraint('participant_present = (attendees @> \'[{"role": "participant"}]\')', name="present"),
        CheckConstraint(
            "kind not in ('conversation', 'cooperation') or participant_present"
            " or participant_absence_reason is not null",
            name="participant_absence_reason",
        ),
        CheckConstraint("kind <> 'cooperation' or cardinality(themes) > 0", name="themes"),
        # M6: what was shared without consent is on record with the filer's reason.
        CheckConstraint(
            "cardinality(services_without_consent) = 0 or without_consent_reason is not null",
            name="without_consent_reason",
        ),
        CheckConstraint("length(minutes) between 1 and 20000", name="minutes"),
        CheckConstraint("version >= 1", name="version"),
        # With what the policies and the tasks look at: when each placement had its meetings is read from it alone.
        Index(
            "ix_meeting_placement_id_kind_held_on",
            "placement_id",
            "kind",
            "held_on",
            postgresql_include=["counts", "provider_id", "filed_by", "annulled_at"],
        ),
        Index(
            "ix_meeting_without_consent",
            "placement_id",
            postgresql_where=text("cardinality(services_without_consent) > 0"),
        ),
        Index("ix_meeting_provider_id_id", "provider_id", "id"),
        Index("ix_meeting_system_held_on", "held_on", postgresql_where=text("kind = 'system'")),
    )

    kind: str
    placement_id: UUID | None = None
    provider_id: UUID | None = Field(default=None, foreign_key="provider.id")
    filed_by: str
    version: int = Field(sa_type=SmallInteger)
    held_on: date
    called_by: str
    attendees: list[dict[str, str | None]] = Field(sa_type=JSONB)
    participant_present: bool
    counts: bool
    themes: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    participant_absence_reason: str | None = None
    services_without_consent: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), server_default="{}", nullable=False)
    )
    without_consent_reason: str | None = None
    minutes: str


class MeetingVersion(Row, table=True):
    """One version of a meeting's minutes: the first, or a correction and its reason. Never changed."""

    __tablename__ = "meeting_version"
    __table_args__ = (
        UniqueConstraint("meeting_id", "version"),
        CheckConstraint("(version = 1) = (correction is null)", name="correction"),
        CheckConstraint("jsonb_typeof(content) = 'object'", name="content"),
        Index("ix_meeting_version_meeting_id_id", "meeting_id", "id"),
    )

    meeting_id: UUID = Field(foreign_key="meeting.id")
    version: int = Field(sa_type=SmallInteger)
    correction: str | None = None
    content: dict[str, Any] = Field(sa_type=JSONB)


class Plan(AnnullableRow, table=True):
    """A follow-up plan (M1, D5). A revised plan is a new one; only the day it was sent is added later."""

    __tablename__ = "plan"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint(FILED_BY, name="filed_by"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("sent_on >= made_on", name="sent_on"),
        CheckConstraint("cardinality(content_areas) > 0", name="content_areas"),
        CheckConstraint("length(text) between 1 and 20000", name="text"),
        Index("ix_plan_placement_id_id", "placement_id", "id"),
        Index("ix_plan_provider_id_id", "provider_id", "id"),
    )

    placement_id: UUID
    provider_id: UUID = Field(foreign_key="provider.id")
    filed_by: str
    made_on: date
    made_with: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), server_default="{}", nullable=False)
    )
    sent_on: date | None = None
    content_areas: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    text: str

    @property
    def missing(self) -> list[str]:
        """M1: what the plan lacks: it is made, and not sent."""
        return ["sent"] if self.sent_on is None else []


class Evaluation(AnnullableRow, table=True):
    """An evaluation report on a period (M2). A revised report is a new one; only the day it was sent is added later."""

    __tablename__ = "evaluation"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint(FILED_BY, name="filed_by"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("period_to >= period_from", name="period_to"),
        CheckConstraint("cardinality(content_areas) > 0", name="content_areas"),
        CheckConstraint("length(text) between 1 and 20000", name="text"),
        Index("ix_evaluation_placement_id_id", "placement_id", "id"),
        Index("ix_evaluation_provider_id_id", "provider_id", "id"),
    )

    placement_id: UUID
    provider_id: UUID = Field(foreign_key="provider.id")
    filed_by: str
    period_from: date
    period_to: date
    sent_on: date | None = None
    made_with: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), server_default="{}", nullable=False)
    )
    plan_stands: bool | None = None
    content_areas: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    text: str


class GuidelineEvaluation(Row, table=True):
    """An evaluation of the guideline itself for a year (M8). A year may have several."""

    __tablename__ = "guideline_evaluation"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length(text) between 1 and 20000", name="text"),
        Index("ix_guideline_evaluation_year_id", "year", "id"),
    )

    year: int = Field(sa_type=SmallInteger)
    evaluated_on: date
    text: str


class TaskWaiver(Row, table=True):
    """Something due that will never be done (M9): a task by its kind, subject and number. Taken back, the row stays."""

    __tablename__ = "task_waiver"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="withdrawn_by"),
        Index(
            "uq_task_waiver_kind_subject_id_n",
            "kind",
            "subject_id",
            "n",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
        Index("ix_task_waiver_placement_id", "placement_id"),
    )

    kind: str
    subject_id: UUID
    n: int
    placement_id: UUID
    provider_id: UUID
    reason: str
    waived_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    withdrawn_by: str | None = None

    @property
    def task_id(self) -> str:
        return f"{self.kind}.{self.subject_id}.{self.n}"


class CalendarSubscription(Row, table=True):
    """A secret address to its owner's tasks. `roles` are those that the owner has not lost since."""

    __tablename__ = "calendar_subscription"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        Index("ix_calendar_subscription_owner", "owner", postgresql_where=text("revoked_at is null")),
    )

    owner: str
    secret_hash: bytes = Field(sa_type=LargeBinary)
    roles: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    organisation: str | None = None
    service_area: str | None = None
    last_seen_at: datetime = Field(sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
