"""HTTP for providers and their capacity (P1, P2)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app.auth import Actor, allow
from app.db import SessionDep
from app.http.openapi import refusals
from app.http.pages import AfterQuery, LimitQuery, Page, link_next, page
from app.http.preconditions import require_match, tagged
from app.http.routing import Route
from app.http.rows import find
from app.placements import decisions
from app.placements.problems import CAPACITY_IN_USE
from app.providers import service
from app.providers.models import (
    CapacityIn,
    CapacityOut,
    Provider,
    ProviderCapacity,
    ProviderIn,
    ProviderOut,
    ProviderPatch,
)

router = APIRouter(prefix="/v1/providers", tags=["providers"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Reader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]


@router.post(
    "",
    status_code=201,
    summary="Register a provider",
    responses=refusals(
        service.ORGANISATION_NUMBER_INVALID, service.PROVIDER_OUTSIDE_MUNICIPALITY, service.ORGANISATION_NUMBER_TAKEN
    ),
)
async def register(
    request: Request, response: Response, session: SessionDep, actor: CaseOfficer, body: ProviderIn
) -> ProviderOut:
    """P1: a provider is an enterprise located in Alver; its organisation number passes the modulus-11 control."""
    provider = await service.register(session, body, request.app.state.settings.municipality_number)
    response.headers["Location"] = f"/v1/providers/{provider.id}"
    out = ProviderOut.model_validate(provider)
    tagged(request, response, out)
    return out


@router.get("", summary="List providers")
async def list_(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Reader,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ProviderOut]:
    """Every provider; a provider sees itself (P1)."""
    rows, following = await page(session, select(Provider), col(Provider.id), limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=[ProviderOut.model_validate(row) for row in rows], next=following)


@router.get("/{provider_id}", summary="Read a provider")
async def read(
    request: Request, response: Response, session: SessionDep, actor: Reader, provider_id: UUID
) -> ProviderOut:
    """One provider (P1)."""
    out = ProviderOut.model_validate(await find(session, Provider, provider_id))
    tagged(request, response, out)
    return out


@router.patch(
    "/{provider_id}",
    summary="Change a provider",
    responses=refusals(service.PROVIDER_OUTSIDE_MUNICIPALITY),
)
async def change(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: CaseOfficer,
    provider_id: UUID,
    body: ProviderPatch,
) -> ProviderOut:
    """Change the name or place of a provider (P1); needs `If-Match`."""
    provider = await find(session, Provider, provider_id, lock=True)
    require_match(request, ProviderOut.model_validate(provider))
    await service.change(session, provider, body, request.app.state.settings.municipality_number)
    out = ProviderOut.model_validate(provider)
    tagged(request, response, out)
    return out


@router.post(
    "/{provider_id}/capacities",
    status_code=201,
    summary="Set a provider's capacity from a day on",
    responses=refusals(service.CAPACITY_EXISTS, CAPACITY_IN_USE),
)
async def set_capacity(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: CaseOfficer,
    provider_id: UUID,
    body: CapacityIn,
) -> CapacityOut:
    """P2: active places on any day never exceed the capacity in force that day; lower is refused while they do."""
    provider = await service.lock(session, provider_id)
    capacity = await service.set_capacity(session, provider, body)
    await decisions.demand_room(session, provider.id)
    response.headers["Location"] = f"/v1/providers/{provider_id}/capacities"
    return CapacityOut.model_validate(capacity)


@router.get("/{provider_id}/capacities", summary="List a provider's capacities")
async def list_capacities(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Reader,
    provider_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[CapacityOut]:
    """The provider's capacity over time (P2)."""
    await find(session, Provider, provider_id)
    statement = select(ProviderCapacity).where(col(ProviderCapacity.provider_id) == provider_id)
    rows, following = await page(session, statement, col(ProviderCapacity.id), limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=[CapacityOut.model_validate(row) for row in rows], next=following)
