"""What a system that keeps up with places and decisions asks for: one person by its own id, or what changed since."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.http.schemas import Instant
from app.participants import participants
from app.participants.schemas import ExternalSystem, ExternalValue
from app.placements.tables import Decision, Placement
from app.security.tokens import Actor


class KeepingUp:
    """Conditions by external id and by time, for decisions and placements alike."""

    def __init__(
        self, system: ExternalSystem | None, value: ExternalValue | None, updated_after: datetime | None
    ) -> None:
        self._system = system
        self._value = value
        self._after = updated_after

    def placements(self, actor: Actor) -> list[ColumnElement[bool]]:
        """A place changes with its own row, and with each decision on it. Raises `ROLE_REQUIRED`."""
        conditions = self._of_person(actor, col(Placement.participant_id))
        if self._after is not None:
            decided = select(col(Decision.placement_id)).where(col(Decision.updated_at) > self._after)
            conditions.append(or_(col(Placement.updated_at) > self._after, col(Placement.id).in_(decided)))
        return conditions

    def decisions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """A decision never changes (D6): after an instant are those made after it."""
        conditions = self._of_person(actor, col(Decision.participant_id))
        if self._after is not None:
            conditions.append(col(Decision.updated_at) > self._after)
        return conditions

    def _of_person(self, actor: Actor, participant_id: Mapped[UUID]) -> list[ColumnElement[bool]]:
        if self._system is None and self._value is None:
            return []
        participants.require_visible(actor, {"external_ids"})
        return [participant_id.in_(participants.ids_by_external_id(self._system, self._value))]


async def _keeping_up(
    external_system: Annotated[ExternalSystem | None, Query(description="Of people known to that system.")] = None,
    external_value: Annotated[ExternalValue | None, Query(description="Of the person called this there.")] = None,
    updated_after: Annotated[
        Instant | None,
        Query(
            description="Changed after this instant. What is under way when one asks is not there yet: ask with"
            " some minutes' overlap, or follow `/v1/events`, which misses nothing."
        ),
    ] = None,
) -> KeepingUp:
    return KeepingUp(external_system, external_value, updated_after)


# A function that is awaited: FastAPI makes a class in a thread, which costs a list of 100 a quarter of its time.
KeepingUpQuery = Annotated[KeepingUp, Depends(_keeping_up)]
