"""The outbox's tables: what happened, stored in the act's own transaction.

`transaction_id` makes the reading order safe: an event is shown only when no earlier transaction can still bring one
(see `GET /v1/events`).
"""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.database.base import Row


class EventBase(SQLModel, table=True):
    """What an event's number is counted from: raised when a copy took over, and where the database was restored."""

    __tablename__ = "event_base"
    __table_args__ = (CheckConstraint("single", name="single"),)

    single: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    base: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}, nullable=False)
    # Of the cluster and its history that count so now. A copy that took over, and what was restored, have others.
    system_identifier: int | None = Field(default=None, sa_type=BigInteger)
    timeline: int | None = None


class Event(Row, table=True):
    """One thing that happened. Rows are only ever added."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_transaction_id_position", "transaction_id", "position"),)

    position: int = Field(default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": Identity(always=True)})
    transaction_id: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": FetchedValue()}, nullable=False
    )
    type: str
    subject: str
    data: dict[str, Any] = Field(sa_type=JSONB)
