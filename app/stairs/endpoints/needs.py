"""HTTP for needs on a stair and what is missing (K4), and for people of 80 and over (K7)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import select

from app import clock
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.schemas import Year
from app.stairs import needs, stairs
from app.stairs.endpoints.roles import CaseOfficer, StairPath, StairReader
from app.stairs.problems import STAIR_NEED_EXISTS
from app.stairs.schemas import GapsOut, NeedIn, NeedOut, NeedPatch, PopulationIn, PopulationOut, Scenario
from app.stairs.tables import StairNeed, StairPopulation

router = APIRouter(prefix="/v1/stairs/{stair}", tags=["stairs"], route_class=Route)
populations_router = APIRouter(prefix="/v1/populations", tags=["stairs"], route_class=Route)

YearQuery = Annotated[Year, Query(description="The year of the need.", examples=[2022])]
ScenarioQuery = Annotated[Scenario, Query(description="The needs' scenario.", examples=["Hovudalternativ"])]


@router.post("/needs", status_code=201, summary="Record a need on a stair", responses=refusals(STAIR_NEED_EXISTS))
async def record_stair_need(unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, body: NeedIn) -> NeedOut:
    """How many places a source says are needed in a year, in a place or in all together, by a scenario (K4)."""
    return NeedOut.model_validate(await needs.record_need(unit, stair, body))


@router.get("/needs", summary="List needs on a stair")
async def list_stair_needs(
    reader: ReaderDep, actor: StairReader, stair: StairPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[NeedOut]:
    """All needs that are stated, in the order they were recorded (K4)."""
    statement = stairs.select_of_stair(StairNeed, stair)
    return await list_page(reader, statement, NeedOut, limit=limit, after=after)


@router.get("/needs/{need_id}", summary="Read a need on a stair")
async def read_stair_need(reader: ReaderDep, actor: StairReader, stair: StairPath, need_id: UUID) -> NeedOut:
    """One need (K4)."""
    return NeedOut.model_validate(await stairs.find_row(reader, StairNeed, stair, need_id))


@router.patch("/needs/{need_id}", summary="Mend a need on a stair")
async def change_stair_need(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, need_id: UUID, body: NeedPatch
) -> NeedOut:
    """Mends the number or the source of a need (K4). Requires `If-Match`."""
    need = await stairs.find_row(unit, StairNeed, stair, need_id, lock=True)
    require_match(request, NeedOut.model_validate(need))
    await stairs.change_row(unit, need, body)
    return NeedOut.model_validate(need)


@router.get("/gap", summary="What is missing on a stair")
async def compute_stair_gap(
    reader: SnapshotReaderDep, actor: StairReader, stair: StairPath, year: YearQuery, scenario: ScenarioQuery
) -> GapsOut:
    """Need less capacity of each step, service and place (K4): unknown, never zero, where nobody has stated the need or
    the capacity. On the housing stair also people of 80 and over per nursing home place (K7).
    """
    return await needs.compute_gaps(reader, stair, year, scenario, clock.today())


@populations_router.post(
    "",
    dependencies=[located_at("/v1/populations")],
    status_code=201,
    summary="Record how many are 80 and over",
)
async def record_population(unit: UnitOfWorkDep, actor: CaseOfficer, body: PopulationIn) -> PopulationOut:
    """The people of 80 and over in a year, as the statistics say (K7). Of one year the last recorded counts."""
    return PopulationOut.model_validate(await needs.record_population(unit, body))


@populations_router.get("", summary="List how many are 80 and over")
async def list_populations(
    reader: ReaderDep, actor: StairReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[PopulationOut]:
    """Every number that was recorded, in that order (K7)."""
    return await list_page(reader, select(StairPopulation), PopulationOut, limit=limit, after=after)
