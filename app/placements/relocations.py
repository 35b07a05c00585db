"""Active placements of participants who have moved to another municipality (D1). Nothing ends by itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from app.database.queries import Queries
from app.participants.tables import Participant
from app.placements.tables import Placement


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
    statement = (
        select(
            col(Placement.id),
            col(Placement.participant_id),
            col(Placement.provider_id),
            col(Participant.municipality_since),
        )
        .join(Participant, col(Participant.id) == col(Placement.participant_id))
        .where(
            col(Participant.municipality_number) != municipality_number,
            col(Placement.annulled_on).is_(None),
            *([] if placement_id is None else [col(Placement.id) == placement_id]),
            or_(col(Placement.ends_on).is_(None), col(Placement.ends_on) >= on),
        )
        .order_by(col(Placement.id))
    )
    return [RelocatedPlacement(*row) for row in await queries.fetch(statement)]
