"""HTTP for providers: capacity (P1, P2), competence, staff and premises (P4–P6), and absence routines (P7)."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.queries import Queries
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, format_cursor, list_page, parse_cursor
from app.http.schemas import Day
from app.placements.capacity import load_places_by_provider, require_sufficient_capacity
from app.placements.problems import CAPACITY_IN_USE
from app.placements.supplements import load_staff_by_provider
from app.placements.vacancies import load_vacancies
from app.providers import absence_routines, competence, providers
from app.providers.problems import (
    ORGANISATION_NUMBER_INVALID,
    ORGANISATION_NUMBER_TAKEN,
    PROVIDER_OUTSIDE_MUNICIPALITY,
)
from app.providers.schemas import (
    AbsenceRoutineIn,
    AbsenceRoutineOut,
    CapacityIn,
    CapacityOut,
    CompetenceStatementIn,
    CompetenceStatementOut,
    DeviationOut,
    ProviderIn,
    ProviderOut,
    ProviderPatch,
    VacancyOut,
)
from app.providers.tables import AbsenceRoutine, CompetenceStatement, Provider, ProviderCapacity
from app.rates.rates import load_staffing_ratios
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/providers", tags=["providers"], route_class=Route)
deviations_router = APIRouter(prefix="/v1/deviations", tags=["providers"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
CaseOfficerOrProvider = Annotated[Actor, allow("case_officer", "provider")]
OnQuery = Annotated[Day | None, Query(description="The day the answer is computed for. Default: today.")]
AnyReader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]
ProviderReader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance", "manager")]


@router.post(
    "",
    status_code=201,
    summary="Register a provider",
    responses=refusals(ORGANISATION_NUMBER_INVALID, PROVIDER_OUTSIDE_MUNICIPALITY, ORGANISATION_NUMBER_TAKEN),
)
async def create_provider(request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, body: ProviderIn) -> ProviderOut:
    """An enterprise located in Alver with an organisation number: modulus 11, from 8 or 9 on (P1).

    Synthetic organisation numbers, from 2 or 3 on, are taken where synthetic identity numbers are.
    """
    provider = await providers.register_provider(unit, body, request.app.state.settings)
    return ProviderOut.model_validate(provider)


@router.get("", summary="List providers")
async def list_providers(
    reader: ReaderDep, actor: ProviderReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ProviderOut]:
    """All providers; a provider gets itself only (P1)."""
    return await list_page(reader, select(Provider), ProviderOut, limit=limit, after=after)


@router.get("/vacancies", summary="List free places by provider")
async def list_vacancies(
    reader: SnapshotReaderDep, actor: CaseOfficerOrProvider, on: OnQuery = None
) -> Page[VacancyOut]:
    """Capacity, active, promised and free places of every provider on a day; a provider gets its own only (P2)."""
    rows = await reader.fetch(select(col(Provider.id)).order_by(col(Provider.id)))
    vacancies = await load_vacancies(reader, [row["id"] for row in rows], on or clock.today())
    return Page(items=[VacancyOut.of(id_, vacancy) for id_, vacancy in vacancies.items()], next=None)


@router.get("/{provider_id}", summary="Read a provider")
async def read_provider(reader: ReaderDep, actor: ProviderReader, provider_id: UUID) -> ProviderOut:
    """One provider (P1)."""
    return ProviderOut.model_validate(await find(reader, Provider, provider_id))


@router.patch("/{provider_id}", summary="Change a provider", responses=refusals(PROVIDER_OUTSIDE_MUNICIPALITY))
async def change_provider(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, provider_id: UUID, body: ProviderPatch
) -> ProviderOut:
    """Changes the name or the municipality of a provider (P1). Requires `If-Match`."""
    provider = await find(unit, Provider, provider_id, lock=True)
    require_match(request, ProviderOut.model_validate(provider))
    await providers.change_provider(unit, provider, body, request.app.state.settings.municipality_number)
    return ProviderOut.model_validate(provider)


@router.post(
    "/{provider_id}/capacities",
    dependencies=[located_at("/v1/providers/{provider_id}/capacities")],
    status_code=201,
    summary="Set a provider's capacity from a day on",
    responses=refusals(CAPACITY_IN_USE),
)
async def set_capacity(
    unit: UnitOfWorkDep, actor: CaseOfficerOrProvider, provider_id: UUID, body: CapacityIn
) -> CapacityOut:
    """The case office records it, or the provider states its own (P2). The number of active places on a day never
    exceeds the capacity. A capacity below the places that are active
    is refused. A mistyped capacity is mended by another of the same first day: the last recorded counts, and both are
    kept.
    """
    provider = await find(unit, Provider, provider_id)
    # A provider may state its capacity, and may not lock its own row or read the guideline's versions.
    async with unit.acting_as("case_officer"):
        await providers.lock_provider(unit, provider_id)
    capacity = await providers.set_capacity(unit, provider, body)
    async with unit.acting_as("case_officer"):
        await require_sufficient_capacity(unit, provider.id)
    return CapacityOut.model_validate(capacity)


@router.get("/{provider_id}/capacities", summary="List a provider's capacities")
async def list_capacities(
    reader: SnapshotReaderDep, actor: AnyReader, provider_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[CapacityOut]:
    """The provider's capacity over time (P2)."""
    await find(reader, Provider, provider_id)
    statement = select(ProviderCapacity).where(col(ProviderCapacity.provider_id) == provider_id)
    return await list_page(reader, statement, CapacityOut, limit=limit, after=after)


@router.post(
    "/{provider_id}/competence-statements",
    dependencies=[located_at("/v1/providers/{provider_id}/competence-statements")],
    status_code=201,
    summary="Record a competence statement",
)
async def record_competence_statement(
    unit: UnitOfWorkDep, actor: CaseOfficerOrProvider, provider_id: UUID, body: CompetenceStatementIn
) -> CompetenceStatementOut:
    """Number of employees, police certificates, full-time equivalents and areas covered, from a day on (P4, P5), and
    how far the premises are universally designed (P6). No names.
    """
    statement = await competence.record_statement(unit, provider_id, body)
    return CompetenceStatementOut.model_validate(statement)


@router.get("/{provider_id}/competence-statements", summary="List a provider's competence statements")
async def list_competence_statements(
    reader: SnapshotReaderDep,
    actor: CaseOfficerOrProvider,
    provider_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[CompetenceStatementOut]:
    """All statements, in the order they were recorded (P4–P6)."""
    await find(reader, Provider, provider_id)
    statement = select(CompetenceStatement).where(col(CompetenceStatement.provider_id) == provider_id)
    return await list_page(reader, statement, CompetenceStatementOut, limit=limit, after=after)


@router.post(
    "/{provider_id}/absence-routines",
    dependencies=[located_at("/v1/providers/{provider_id}/absence-routines")],
    status_code=201,
    summary="Record an agreed absence routine",
)
async def record_absence_routine(
    unit: UnitOfWorkDep, actor: CaseOfficer, provider_id: UUID, body: AbsenceRoutineIn
) -> AbsenceRoutineOut:
    """After how many planned days of unexcused absence somebody is contacted, and who (P7). The last agreed counts."""
    routine = await absence_routines.record_routine(unit, provider_id, body)
    return AbsenceRoutineOut.model_validate(routine)


@router.get("/{provider_id}/absence-routines", summary="List a provider's absence routines")
async def list_absence_routines(
    reader: SnapshotReaderDep,
    actor: CaseOfficerOrProvider,
    provider_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceRoutineOut]:
    """All routines, in the order they were recorded (P7)."""
    await find(reader, Provider, provider_id)
    statement = select(AbsenceRoutine).where(col(AbsenceRoutine.provider_id) == provider_id)
    return await list_page(reader, statement, AbsenceRoutineOut, limit=limit, after=after)


@dataclass(frozen=True, slots=True)
class DeviationFilter:
    """The query of both lists of deviations."""

    status: Annotated[
        Literal["open", "mended"] | None, Query(description="`open`: still missing; `mended`: corrected.")
    ] = None
    on: OnQuery = None
    limit: LimitQuery = 50
    after: AfterQuery = None


DeviationQuery = Annotated[DeviationFilter, Depends()]


@router.get("/{provider_id}/deviations", summary="List a provider's deviations")
async def list_provider_deviations(
    reader: SnapshotReaderDep, actor: CaseOfficerOrProvider, provider_id: UUID, query: DeviationQuery
) -> Page[DeviationOut]:
    """What is missing, since when, and when it was corrected (P4–P7).

    `statement`: the provider has active places and no competence statement; `area`: a competence area is not
    covered, or a grant names health and social tasks that no statement covers (D7);
    `police_certificate`: an employee has none; `staffing`: fewer full-time equivalents than the guideline requires for
    the active places, individual supplements included; `premises`: they are not universally designed;
    `absence_routine`: the provider has active places and no agreed absence routine.
    """
    await find(reader, Provider, provider_id)
    return await _deviations_page(reader, query, provider_id)


@deviations_router.get("", summary="List deviations of all providers")
async def list_deviations(
    reader: SnapshotReaderDep, actor: CaseOfficerOrProvider, query: DeviationQuery
) -> Page[DeviationOut]:
    """What is missing, since when, and when it was corrected (P4–P7). A provider gets its own only."""
    return await _deviations_page(reader, query, None)


async def _deviations_page(queries: Queries, query: DeviationFilter, provider_id: UUID | None) -> Page[DeviationOut]:
    deviations = await competence.load_deviations(
        queries,
        await load_places_by_provider(queries),
        await load_staff_by_provider(queries),
        await load_staffing_ratios(queries),
        query.on or clock.today(),
        provider_id,
    )
    passed = None if query.after is None else parse_cursor(query.after)
    found = [
        deviation
        for deviation in deviations
        if (query.status is None or (deviation.mended_on is None) == (query.status == "open"))
        and (passed is None or competence.deviation_key(deviation) > passed)
    ]
    following = format_cursor(competence.deviation_key(found[query.limit - 1])) if len(found) > query.limit else None
    return Page(items=found[: query.limit], next=following)
