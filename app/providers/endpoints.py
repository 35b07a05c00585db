"""HTTP for providers: capacity (P1, P2), and what they must have in order (P4, P5)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, cursor, list_page, position_of
from app.http.schemas import Day
from app.placements import capacity as room
from app.placements import supplements
from app.placements.problems import CAPACITY_IN_USE
from app.providers import competence, providers
from app.providers.schemas import (
    CapacityIn,
    CapacityOut,
    CompetenceStatementIn,
    CompetenceStatementOut,
    DeviationOut,
    ProviderIn,
    ProviderOut,
    ProviderPatch,
)
from app.providers.tables import CompetenceStatement, Provider, ProviderCapacity
from app.rates import rates
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/providers", tags=["providers"], route_class=Route)
deviations_router = APIRouter(prefix="/v1/deviations", tags=["providers"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Itself = Annotated[Actor, allow("case_officer", "provider")]
Reader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]

DeviationStatus = Annotated[
    Literal["open", "mended"] | None, Query(description="`open`: missing still; `mended`: no longer.")
]
SeenOn = Annotated[Day | None, Query(description="The day it is seen from; today if left out.")]


@router.post(
    "",
    status_code=201,
    summary="Register a provider",
    responses=refusals(
        providers.ORGANISATION_NUMBER_INVALID,
        providers.PROVIDER_OUTSIDE_MUNICIPALITY,
        providers.ORGANISATION_NUMBER_TAKEN,
    ),
)
async def register(request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, body: ProviderIn) -> ProviderOut:
    """P1: a provider is an enterprise located in Alver; its organisation number passes the modulus-11 control."""
    provider = await providers.register(unit, body, request.app.state.settings.municipality_number)
    out = ProviderOut.model_validate(provider)
    return out


@router.get("", summary="List providers")
async def list_(
    unit: UnitOfWorkDep,
    actor: Reader,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ProviderOut]:
    """Every provider; a provider sees itself (P1)."""
    return await list_page(unit, select(Provider), ProviderOut, limit=limit, after=after)


@router.get("/{provider_id}", summary="Read a provider")
async def read(unit: UnitOfWorkDep, actor: Reader, provider_id: UUID) -> ProviderOut:
    """One provider (P1)."""
    out = ProviderOut.model_validate(await find(unit, Provider, provider_id))
    return out


@router.patch(
    "/{provider_id}",
    summary="Change a provider",
    responses=refusals(providers.PROVIDER_OUTSIDE_MUNICIPALITY),
)
async def change(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    provider_id: UUID,
    body: ProviderPatch,
) -> ProviderOut:
    """Change the name or place of a provider (P1); needs `If-Match`."""
    provider = await find(unit, Provider, provider_id, lock=True)
    require_match(request, ProviderOut.model_validate(provider))
    await providers.change(unit, provider, body, request.app.state.settings.municipality_number)
    out = ProviderOut.model_validate(provider)
    return out


@router.post(
    "/{provider_id}/capacities",
    dependencies=[located_at("/v1/providers/{provider_id}/capacities")],
    status_code=201,
    summary="Set a provider's capacity from a day on",
    responses=refusals(providers.CAPACITY_EXISTS, CAPACITY_IN_USE),
)
async def set_capacity(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    provider_id: UUID,
    body: CapacityIn,
) -> CapacityOut:
    """P2: active places on any day never exceed the capacity in force that day; lower is refused while they do."""
    provider = await providers.lock(unit, provider_id)
    capacity = await providers.set_capacity(unit, provider, body)
    await room.demand_room(unit, provider.id)
    return CapacityOut.model_validate(capacity)


@router.get("/{provider_id}/capacities", summary="List a provider's capacities")
async def list_capacities(
    unit: UnitOfWorkDep,
    actor: Reader,
    provider_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[CapacityOut]:
    """The provider's capacity over time (P2)."""
    await find(unit, Provider, provider_id)
    statement = select(ProviderCapacity).where(col(ProviderCapacity.provider_id) == provider_id)
    return await list_page(unit, statement, CapacityOut, limit=limit, after=after)


@router.post(
    "/{provider_id}/competence-statements",
    dependencies=[located_at("/v1/providers/{provider_id}/competence-statements")],
    status_code=201,
    summary="State competence and staff",
)
async def state_competence(
    unit: UnitOfWorkDep,
    actor: Itself,
    provider_id: UUID,
    body: CompetenceStatementIn,
) -> CompetenceStatementOut:
    """P4, P5: head count, police certificates, full-time equivalents and areas covered, from a day on. No names."""
    statement = await competence.state(unit, provider_id, body)
    return CompetenceStatementOut.model_validate(statement)


@router.get("/{provider_id}/competence-statements", summary="List a provider's statements")
async def list_competence_statements(
    unit: UnitOfWorkDep,
    actor: Itself,
    provider_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[CompetenceStatementOut]:
    """Every statement, in the order in which they were recorded (P4, P5)."""
    await find(unit, Provider, provider_id)
    statement = select(CompetenceStatement).where(col(CompetenceStatement.provider_id) == provider_id)
    return await list_page(unit, statement, CompetenceStatementOut, limit=limit, after=after)


@router.get("/{provider_id}/deviations", summary="List a provider's deviations")
async def list_deviations_of(
    unit: UnitOfWorkDep,
    actor: Itself,
    provider_id: UUID,
    status: DeviationStatus = None,
    on: SeenOn = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[DeviationOut]:
    """P4, P5: what is missing, since when, and when it was mended.

    `statement`: it has places and has stated nothing; `area`: an area of competence is not covered;
    `police_certificate`: an employee has none; `staffing`: fewer full-time equivalents than places / 5 (the
    guideline's number) and what individual agreements add.
    """
    await find(unit, Provider, provider_id)
    return await _deviations(unit, provider_id, status, on, limit, after)


@deviations_router.get("", summary="List deviations over all providers")
async def list_deviations(
    unit: UnitOfWorkDep,
    actor: Itself,
    status: DeviationStatus = None,
    on: SeenOn = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[DeviationOut]:
    """P4, P5: what is missing at any provider, since when, and when it was mended; a provider sees its own."""
    return await _deviations(unit, None, status, on, limit, after)


async def _deviations(
    unit: UnitOfWork,
    provider_id: UUID | None,
    status: Literal["open", "mended"] | None,
    on: date | None,
    limit: int,
    after: str | None,
) -> Page[DeviationOut]:
    places, extra = await room.periods_by_provider(unit), await supplements.staff_by_provider(unit)
    asked = await rates.staffing(unit)
    found = await competence.deviations_of(unit, places, extra, asked, on or clock.today(), provider_id)
    if status is not None:
        found = [deviation for deviation in found if (deviation.mended_on is None) == (status == "open")]
    if after is not None:
        passed = position_of(after)
        found = [deviation for deviation in found if competence.key_of(deviation) > passed]
    following = cursor(competence.key_of(found[limit - 1])) if len(found) > limit else None
    return Page(items=found[:limit], next=following)
