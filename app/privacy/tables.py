"""Requests to erase a person, and restrictions of the processing of their data, each with who and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, text
from sqlmodel import Field

from app.database.base import Row


class ErasureRequest(Row, table=True):
    """One case officer asks for a person's erasure, another approves or declines it (GDPR art. 17).

    The row stays after the erasure, with its reason: it says why there is nothing more (art. 5(2)).
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        CheckConstraint("num_nulls(approved, decided_by, decided_at) in (0, 3)", name="decided_at"),
        CheckConstraint("decided_by <> requested_by", name="four_eyes"),
        Index(
            "uq_erasure_request_participant_id",
            "participant_id",
            unique=True,
            postgresql_where=text("decided_at is null"),
        ),
        Index("ix_erasure_request_participant_id_id", "participant_id", "id"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    reason: str
    requested_by: str
    approved: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class Restriction(Row, table=True):
    """The processing of a person's data is restricted until a case officer lifts that (G1, GDPR art. 18)."""

    __tablename__ = "participant_restriction"
    __table_args__ = (
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        CheckConstraint("length(lifted_reason) between 1 and 500", name="lifted_reason"),
        CheckConstraint("num_nulls(lifted_by, lifted_at, lifted_reason) in (0, 3)", name="lifted_at"),
        Index(
            "uq_participant_restriction_participant_id",
            "participant_id",
            unique=True,
            postgresql_where=text("lifted_at is null"),
        ),
        Index("ix_participant_restriction_participant_id_id", "participant_id", "id"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    reason: str
    restricted_by: str
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    lifted_reason: str | None = None
