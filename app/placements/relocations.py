"""Active places of people who no longer live here (D1): somebody must look at them, and nothing ends by itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import col

from app.database.queries import Queries
from app.participants.tables import Participant
from app.placements.tables import Placement


@dataclass(frozen=True, slots=True)
class MovedOut:
    """A place whose participant is registered in another municipality, and since when we know."""

    placement_id: UUID
    participant_id: UUID
    provider_id: UUID
    since: date


async def moved_out(queries: Queries, municipality_number: str, on: date) -> list[MovedOut]:
    """D1: the places that have not ended by the day, and that could not be granted today; in one query."""
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
            or_(col(Placement.ends_on).is_(None), col(Placement.ends_on) >= on),
        )
        .order_by(col(Placement.id))
    )
    return [MovedOut(*row) for row in await queries.fetch(statement)]
