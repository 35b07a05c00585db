"""Room at a provider (P2): active places on any day never exceed the capacity in force that day."""

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


async def demand_room_for(unit: UnitOfWork, placement: Placement, ends_on: date | None) -> None:
    """P2: one of the provider's places for the placement, from its first day to a last. `CAPACITY_EXCEEDED` with the
    first day that has none.

    Locks the provider's row: whoever takes one of its places waits here for whoever came first.
    """
    provider = await find_reference(unit, Provider, placement.provider_id, "#/provider_id", lock=True)
    others = [(first, last) for id_, first, last in await _periods(unit, provider.id) if id_ != placement.id]
    day = find_first_day_over_capacity(
        await providers.load_capacities(unit, provider.id), [*others, (placement.starts_on, ends_on)]
    )
    if day is not None:
        raise problems.CAPACITY_EXCEEDED(f"{provider.name} har ikkje ledig plass {day}.", day=day.isoformat())


async def demand_room(unit: UnitOfWork, provider_id: UUID) -> None:
    """P2: active places fit in the capacities just set. Raises `CAPACITY_IN_USE` with the first day they do not.

    The caller holds the provider's row locked.
    """
    taken = [(first, last) for _, first, last in await _periods(unit, provider_id)]
    day = find_first_day_over_capacity(await providers.load_capacities(unit, provider_id), taken)
    if day is not None:
        raise problems.CAPACITY_IN_USE(
            f"Fleire plassar er i bruk {day} enn kapasiteten gjev rom for.", day=day.isoformat()
        )


async def periods_by_provider(queries: Queries) -> dict[UUID, list[tuple[date, date | None]]]:
    """The periods of every placement the caller may see, by provider."""
    rows = await queries.fetch(select(col(Placement.provider_id), col(Placement.starts_on), col(Placement.ends_on)))
    periods: dict[UUID, list[tuple[date, date | None]]] = {}
    for provider_id, first, last in rows:
        periods.setdefault(provider_id, []).append((first, last))
    return periods


async def _periods(unit: UnitOfWork, provider_id: UUID) -> list[tuple[UUID, date, date | None]]:
    rows = await unit.session.execute(
        select(col(Placement.id), col(Placement.starts_on), col(Placement.ends_on)).where(
            col(Placement.provider_id) == provider_id
        )
    )
    return [(id_, starts_on, ends_on) for id_, starts_on, ends_on in rows]
