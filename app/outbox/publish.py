"""The outbox: what happened, stored in the act's own transaction, read by whoever follows along.

An event is thin: a type, a subject and ids, no personal data. `transaction_id` makes the reading order safe: an event
is shown only when no earlier transaction can still bring one (see `GET /v1/events`).
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, Identity, Index, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.clock import new_id
from app.database.base import Row
from app.database.unit_of_work import UnitOfWork


class EventBase(SQLModel, table=True):
    """What an event's number is counted from: raised when the database was restored in another cluster."""

    __tablename__ = "event_base"
    __table_args__ = (CheckConstraint("single", name="single"),)

    single: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    base: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}, nullable=False)


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


async def publish(unit: UnitOfWork, type_: str, subject: str, data: dict[str, str | int | None]) -> None:
    """Store an event with the act. `type_` is `<noun>.<what happened>`, `subject` the path of what it is about."""
    # Without RETURNING: whoever acts may not be one who may read events.
    statement = insert(Event).values(id=new_id(), type=type_, subject=subject, data=data)
    await unit.session.execute(statement, execution_options={"synchronize_session": False})


async def publish_all(unit: UnitOfWork, type_: str, told: Iterable[tuple[str, dict[str, str | int | None]]]) -> None:
    """Store many events of one type in one statement, each with its subject and data."""
    rows = [{"id": new_id(), "type": type_, "subject": subject, "data": data} for subject, data in told]
    if rows:
        await unit.session.execute(insert(Event), rows)
