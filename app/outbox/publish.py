"""Stores what happened with the act itself, for the clients that follow the events."""

from sqlalchemy import insert

from app.clock import new_id
from app.database.unit_of_work import UnitOfWork
from app.outbox.events import DomainEvent
from app.outbox.tables import Event


async def publish(unit: UnitOfWork, *events: DomainEvent) -> None:
    """Store events in the transaction of the act that brought them, in one statement."""
    if events:
        # Without RETURNING: who acts may be somebody who may not read events.
        await unit.session.execute(insert(Event), [{"id": new_id(), **event.to_row()} for event in events])
