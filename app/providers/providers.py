"""Providers: registration and capacity (P1, P2)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.lookup import find
from app.http.problems import problem_type
from app.providers.schemas import CapacityIn, ProviderIn, ProviderPatch
from app.providers.tables import Provider, ProviderCapacity
from app.rules.identifiers import is_organisation_number

ORGANISATION_NUMBER_INVALID = problem_type(
    "organisation-number-invalid",
    422,
    title="Ugyldig organisasjonsnummer",
    nn="Organisasjonsnummeret stemmer ikkje med kontrollsifferet.",
    en="The organisation number fails its modulus-11 control (P1).",
)
ORGANISATION_NUMBER_TAKEN = problem_type(
    "organisation-number-taken",
    409,
    title="Vekstbedrifta er alt registrert",
    nn="Ei vekstbedrift med dette organisasjonsnummeret er alt registrert.",
    en="A provider with this organisation number is already registered (P1).",
)
PROVIDER_OUTSIDE_MUNICIPALITY = problem_type(
    "provider-outside-municipality",
    422,
    title="Vekstbedrifta ligg utanfor kommunen",
    nn="Ei vekstbedrift må liggje i Alver kommune (4631).",
    en="A provider is an enterprise located in Alver, municipality number 4631 (P1).",
)
CAPACITY_EXISTS = problem_type(
    "capacity-exists",
    409,
    title="Kapasiteten er alt sett frå den dagen",
    nn="Vekstbedrifta har alt ein kapasitet som gjeld frå denne dagen.",
    en="The provider already has a capacity with this first day (P2).",
)

on_constraint("uq_provider_organisation_number", ORGANISATION_NUMBER_TAKEN, ORGANISATION_NUMBER_TAKEN.nn)
on_constraint("uq_provider_capacity_provider_id_valid_from", CAPACITY_EXISTS, CAPACITY_EXISTS.nn)


async def register(unit: UnitOfWork, body: ProviderIn, municipality_number: str) -> Provider:
    """P1: a provider with a valid organisation number, located in the municipality."""
    if not is_organisation_number(body.organisation_number):
        raise ORGANISATION_NUMBER_INVALID(pointer="#/organisation_number")
    _require_located(body.municipality_number, municipality_number)
    provider = Provider.model_validate(body.model_dump())
    unit.session.add(provider)
    await unit.session.flush()
    return provider


async def change(unit: UnitOfWork, provider: Provider, patch: ProviderPatch, municipality_number: str) -> None:
    """Change a provider that the caller holds locked."""
    if "municipality_number" in patch.model_fields_set:
        _require_located(patch.municipality_number, municipality_number)
    provider.sqlmodel_update(patch.model_dump(exclude_unset=True))
    await unit.session.flush()


async def set_capacity(unit: UnitOfWork, provider: Provider, body: CapacityIn) -> ProviderCapacity:
    """P2: a capacity from a day on. Whether active places fit in it is checked where places are known."""
    row = ProviderCapacity.model_validate({**body.model_dump(), "provider_id": provider.id})
    unit.session.add(row)
    await unit.session.flush()
    return row


async def capacities(unit: UnitOfWork, provider_id: UUID) -> list[tuple[date, int]]:
    """A provider's capacities as the rules take them: (first day, places)."""
    rows = await unit.session.scalars(select(ProviderCapacity).where(col(ProviderCapacity.provider_id) == provider_id))
    return [(row.valid_from, row.places) for row in rows]


async def lock(unit: UnitOfWork, provider_id: UUID) -> Provider:
    """The provider's row, locked: whoever takes one of its places waits here for whoever came first (P2)."""
    return await find(unit, Provider, provider_id, lock=True)


def _require_located(municipality_number: str, ours: str) -> None:
    if municipality_number != ours:
        raise PROVIDER_OUTSIDE_MUNICIPALITY(pointer="#/municipality_number")
