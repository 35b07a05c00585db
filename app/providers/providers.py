"""Providers: registration and capacity (P1, P2)."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.providers.problems import ORGANISATION_NUMBER_INVALID, PROVIDER_OUTSIDE_MUNICIPALITY
from app.providers.schemas import CapacityIn, ProviderIn, ProviderPatch
from app.providers.tables import Provider, ProviderCapacity
from app.rules.identifiers import is_organisation_number
from app.settings import Settings


async def register_provider(unit: UnitOfWork, body: ProviderIn, settings: Settings) -> Provider:
    """P1: a provider with a valid organisation number, located in the municipality.

    Synthetic organisation numbers are for where synthetic identity numbers are.
    """
    if not is_organisation_number(body.organisation_number, synthetic=settings.allow_synthetic_identity_numbers):
        raise ORGANISATION_NUMBER_INVALID(pointer="#/organisation_number")
    _require_located(body.municipality_number, settings.municipality_number)
    provider = Provider.model_validate(body.model_dump())
    unit.session.add(provider)
    await unit.session.flush()
    return provider


async def change_provider(unit: UnitOfWork, provider: Provider, patch: ProviderPatch, municipality_number: str) -> None:
    """Change a provider that is locked already."""
    if "municipality_number" in patch.model_fields_set:
        _require_located(patch.municipality_number, municipality_number)
    provider.sqlmodel_update(patch.model_dump(exclude_unset=True))
    await unit.session.flush()


async def set_capacity(unit: UnitOfWork, provider: Provider, body: CapacityIn) -> ProviderCapacity:
    """P2: a capacity from a day on. Whether active placements fit in it is checked by `app.placements`."""
    row = ProviderCapacity.model_validate({**body.model_dump(), "provider_id": provider.id})
    unit.session.add(row)
    await unit.session.flush()
    return row


async def load_capacities(queries: Queries, provider_id: UUID) -> list[tuple[date, int]]:
    """A provider's capacities as the rules take them: (first day, places), in the order they were recorded."""
    rows = await queries.select(
        select(ProviderCapacity)
        .where(col(ProviderCapacity.provider_id) == provider_id)
        .order_by(col(ProviderCapacity.id))
    )
    return [(row.valid_from, row.places) for row in rows]


async def load_capacities_by_provider(queries: Queries) -> dict[UUID, list[tuple[date, int]]]:
    """Every provider's capacities as the rules take them: (first day, places), in the order they were recorded."""
    capacities: defaultdict[UUID, list[tuple[date, int]]] = defaultdict(list)
    for row in await queries.select(select(ProviderCapacity).order_by(col(ProviderCapacity.id))):
        capacities[row.provider_id].append((row.valid_from, row.places))
    return capacities


async def lock_provider(unit: UnitOfWork, provider_id: UUID) -> Provider:
    """The provider's row, locked: two decisions that take its last place wait for each other here (P2)."""
    return await find(unit, Provider, provider_id, lock=True)


def _require_located(municipality_number: str, own_number: str) -> None:
    if municipality_number != own_number:
        raise PROVIDER_OUTSIDE_MUNICIPALITY(pointer="#/municipality_number")
