"""Capacity of a provider (P2): active places on any day never exceed the capacity in force that day."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.placements import problems
from app.placements.tables import Placement
from app.providers import providers
from app.providers.tables import Provider
from app.rules.capacity import find_first_day_over_capacity

Period = tuple[date, date | None]


async def require_capacity_for(unit: UnitOfWork, placement: Placement, ends_on: date | None) -> None:
    """P2: the provider has a place free from the placement's first day to `ends_on`.

    Raises `CAPACITY_EXCEEDED` with the first day that has none. Locks the provider's row: who takes one of its places
    waits here for those who came before.
    """
    provider = await find_reference(unit, Provider, placement.provider_id, "#/provider_id", lock=True)
    periods = [*await _load_periods(unit, provider.id, without=placement.id), (placement.starts_on, ends_on)]
    day = find_first_day_over_capacity(await providers.load_capacities(unit, provider.id), periods)
    if day is not None:
        raise problems.CAPACITY_EXCEEDED(f"{provider.name} har ikkje ledig plass {day}.", day=day.isoformat())


async def require_sufficient_capacity(unit: UnitOfWork, provider_id: UUID) -> None:
    """P2: the capacities just set are enough for the active places.

    Raises `CAPACITY_IN_USE` with the first day on which they are not. The caller holds the provider's row locked.
    """
    periods = await _load_periods(unit, provider_id)
    day = find_first_day_over_capacity(await providers.load_capacities(unit, provider_id), periods)
    if day is not None:
        raise problems.CAPACITY_IN_USE(
            f"Fleire plassar er i bruk {day} enn kapasiteten gjev rom for.", day=day.isoformat()
        )


async def load_periods_by_provider(queries: Queries) -> dict[UUID, list[Period]]:
    """The periods of every placement the caller may see, by provider."""
    rows = await queries.fetch(select(col(Placement.provider_id), col(Placement.starts_on), col(Placement.ends_on)))
    periods: defaultdict[UUID, list[Period]] = defaultdict(list)
    for provider_id, first_day, last_day in rows:
        periods[provider_id].append((first_day, last_day))
    return periods


async def _load_periods(queries: Queries, provider_id: UUID, *, without: UUID | None = None) -> list[Period]:
    rows = await queries.fetch(
        select(col(Placement.starts_on), col(Placement.ends_on)).where(
            col(Placement.provider_id) == provider_id, col(Placement.id).is_distinct_from(without)
        )
    )
    return [(starts_on, ends_on) for starts_on, ends_on in rows]
