"""Capacity of a provider (P2), and of a participant's day (L1)."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.placements import problems
from app.placements.tables import Placement, PlacementTerms
from app.providers import providers
from app.providers.tables import Provider
from app.rates.rates import load_share_counting
from app.rules.capacity import (
    WHOLE,
    Occupancy,
    find_first_common_day,
    find_first_day_over_capacity,
    find_first_day_over_whole,
)
from app.rules.competence import StaffedPlace
from app.rules.terms import TermsSegment

# Each table is read once: PostgreSQL takes the policies to be dearer than they are, and would look up every placement.
_PLACES = CompiledQuery(
    text(
        """
        with known as materialized (
            select placement_id, provider_id, valid_from, valid_to, share from placement_terms where known_until is null
        )
        select known.provider_id, valid_from, valid_to, known.share, places_per_employee,
            placement.id in (select placement_id from decision where cardinality(health_and_social_tasks) > 0)
        from known join placement on placement.id = known.placement_id
        """
    )
)


async def require_room_for(unit: UnitOfWork, placement: Placement, segments: Sequence[TermsSegment]) -> None:
    """P2, L1: on every day of these terms the provider has room for the placement, and so has the participant's day.

    Raises `CAPACITY_EXCEEDED` or `PLACEMENT_OVERLAP` with the first day that has none. Locks the provider's row: who
    takes one of its places waits here for those who came before. Between two providers the database refuses the second.
    """
    provider = await find_reference(unit, Provider, placement.provider_id, "#/provider_id", lock=True)
    planned = [Occupancy(segment.first_day, segment.last_day, segment.terms.share) for segment in segments]
    of_provider = await _load_occupancies(unit, provider_id=provider.id, without=placement.id)
    day = find_first_day_over_capacity(
        await providers.load_capacities(unit, provider.id),
        [*of_provider, *planned],
        await load_share_counting(unit),
    )
    if day is not None:
        raise problems.CAPACITY_EXCEEDED(f"{provider.name} har ikkje ledig plass {day}.", day=day.isoformat())
    at_provider = await _load_occupancies(
        unit, provider_id=provider.id, participant_id=placement.participant_id, without=placement.id
    )
    day = find_first_common_day(at_provider, planned)
    if day is not None:
        raise problems.PLACEMENT_OVERLAP(
            f"Deltakaren har alt ein plass ved {provider.name} {day}.", day=day.isoformat()
        )
    of_participant = await _load_occupancies(unit, participant_id=placement.participant_id, without=placement.id)
    over = find_first_day_over_whole([*of_participant, *planned])
    if over is not None:
        day, total = over
        raise problems.PLACEMENT_OVERLAP(
            f"Deltakaren ville ha plass {total} prosent av dagen {day}; plassane kan til saman vere {WHOLE} prosent.",
            day=day.isoformat(),
        )


async def require_sufficient_capacity(unit: UnitOfWork, provider_id: UUID) -> None:
    """P2: the capacities just set are enough for the active places.

    Raises `CAPACITY_IN_USE` with the first day on which they are not. The caller holds the provider's row locked.
    """
    day = find_first_day_over_capacity(
        await providers.load_capacities(unit, provider_id),
        await _load_occupancies(unit, provider_id=provider_id),
        await load_share_counting(unit),
    )
    if day is not None:
        raise problems.CAPACITY_IN_USE(
            f"Fleire plassar er i bruk {day} enn kapasiteten gjev rom for.", day=day.isoformat()
        )


async def load_places_by_provider(queries: Queries) -> dict[UUID, list[StaffedPlace]]:
    """P5, D7: every place the caller may see, by provider, with the staffing that a legacy place carries of its own and
    whether its grant names health and social tasks.
    """
    places: defaultdict[UUID, list[StaffedPlace]] = defaultdict(list)
    for provider_id, first_day, last_day, share, *of_placement in await queries.fetch(_PLACES):
        places[provider_id].append(StaffedPlace(Occupancy(first_day, last_day, share), *of_placement))
    return places


async def load_occupancies_by_provider(queries: Queries) -> dict[UUID, list[Occupancy]]:
    """P2: what the placements the caller may see fill, by provider."""
    return {
        provider_id: [place.occupancy for place in places]
        for provider_id, places in (await load_places_by_provider(queries)).items()
    }


async def _load_occupancies(
    queries: Queries,
    *,
    provider_id: UUID | None = None,
    participant_id: UUID | None = None,
    without: UUID | None = None,
) -> list[Occupancy]:
    """The terms, as known now, of a provider's and a participant's placements, but for one of them."""
    query = _select_occupancies(of_provider=provider_id is not None, of_participant=participant_id is not None)
    rows = await queries.fetch(query, provider_id=provider_id, participant_id=participant_id, without=without)
    return [Occupancy(*row) for row in rows]


@cache
def _select_occupancies(*, of_provider: bool, of_participant: bool) -> CompiledQuery:
    placement_id = col(PlacementTerms.placement_id)
    statement = select(col(PlacementTerms.valid_from), col(PlacementTerms.valid_to), col(PlacementTerms.share)).where(
        col(PlacementTerms.known_until).is_(None), placement_id.is_distinct_from(bindparam("without", type_=Uuid))
    )
    if of_provider:
        statement = statement.where(col(PlacementTerms.provider_id) == bindparam("provider_id"))
    if of_participant:
        theirs = select(col(Placement.id)).where(col(Placement.participant_id) == bindparam("participant_id"))
        statement = statement.where(placement_id.in_(theirs))
    return CompiledQuery(statement)
