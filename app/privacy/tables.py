"""Requests to erase a person, each with the reason and the two people who asked for it and decided it."""

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
