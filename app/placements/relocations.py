"""Active placements of participants who have moved to another municipality (D1). Nothing ends by itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, or_, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.participants.tables import Participant
from app.placements.tables import Placement

_ON = bindparam("on", type_=Date)


def _compile(*conditions: ColumnElement[bool]) -> CompiledQuery:
    return CompiledQuery(
        select(
            col(Placement.id),
            col(Placement.participant_id),
            col(Placement.provider_id),
            col(Participant.municipality_since),
        )
        .join(Participant, col(Participant.id) == col(Placement.participant_id))
        .where(
            col(Participant.municipality_number) != bindparam("municipality_number"),
            col(Placement.annulled_on).is_(None),
            or_(col(Placement.ends_on).is_(None), col(Placement.ends_on) >= _ON),
            *conditions,
        )
        .order_by(col(Placement.id))
    )


_ALL, _ONE = _compile(), _compile(col(Placement.id) == bindparam("placement_id", type_=Uuid))


@dataclass(frozen=True, slots=True)
class RelocatedPlacement:
    """A placement whose participant is registered in another municipality, and the day since when that is known."""

    placement_id: UUID
    participant_id: UUID
    provider_id: UUID
    since: date


async def find_relocated_placements(
    queries: Queries, municipality_number: str, on: date, placement_id: UUID | None = None
) -> list[RelocatedPlacement]:
    """D1: placements that have not ended by the day and whose participant does not live in the municipality; that one
    alone if it is named.
    """
    rows = await queries.fetch(
        _ALL if placement_id is None else _ONE,
        municipality_number=municipality_number,
        on=on,
        placement_id=placement_id,
    )
    return [RelocatedPlacement(*row) for row in rows]
