"""HTTP for a stair's capacities (K3), also as published tables (K6)."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.stairs import capacities, published_tables, stairs
from app.stairs.endpoints.roles import CaseOfficer, StairPath, StairReader
from app.stairs.problems import STAIR_CAPACITY_EXISTS, STAIR_TABLE_EXISTS
from app.stairs.schemas import StairCapacityIn, StairCapacityOut, StairCapacityPatch, TableIn, TableOut
from app.stairs.tables import StairCapacity

router = APIRouter(prefix="/v1/stairs/{stair}", tags=["stairs"], route_class=Route)


@router.post(
    "/capacities", status_code=201, summary="Record places on a stair", responses=refusals(STAIR_CAPACITY_EXISTS)
)
async def record_stair_capacity(
    unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, body: StairCapacityIn
) -> StairCapacityOut:
    """A number of places on a step, or of a service of it, in a place, counted on a day (K3). Places at sheltered
    enterprises are taken from the providers and refused here (K5).
    """
    return StairCapacityOut.model_validate(await capacities.record_capacity(unit, stair, body))


@router.get("/capacities", summary="List places on a stair")
async def list_stair_capacities(
    reader: ReaderDep, actor: StairReader, stair: StairPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[StairCapacityOut]:
    """Every count, also those of published tables, in the order they were recorded. Printed totals are not among them
    (K3).
    """
    statement = stairs.select_of_stair(StairCapacity, stair)
    return await list_page(reader, statement, StairCapacityOut, limit=limit, after=after)


@router.get("/capacities/{stair_capacity_id}", summary="Read places on a stair")
async def read_stair_capacity(
    reader: ReaderDep, actor: StairReader, stair: StairPath, stair_capacity_id: UUID
) -> StairCapacityOut:
    """One count (K3)."""
    return StairCapacityOut.model_validate(await stairs.find_row(reader, StairCapacity, stair, stair_capacity_id))


@router.patch("/capacities/{stair_capacity_id}", summary="Mend places on a stair")
async def change_stair_capacity(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    stair: StairPath,
    stair_capacity_id: UUID,
    body: StairCapacityPatch,
) -> StairCapacityOut:
    """Mends the number or the source of a count; another day's count is another row (K3). Requires `If-Match`."""
    capacity = await stairs.find_row(unit, StairCapacity, stair, stair_capacity_id, lock=True)
    require_match(request, StairCapacityOut.model_validate(capacity))
    await stairs.change_row(unit, capacity, body)
    return StairCapacityOut.model_validate(capacity)


@router.post(
    "/tables",
    status_code=201,
    summary="Record a published table of places",
    responses=refusals(STAIR_TABLE_EXISTS, STAIR_CAPACITY_EXISTS),
)
async def record_stair_table(unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, body: TableIn) -> TableOut:
    """A table as it was published (K3, K6): each cell becomes a capacity, and the printed totals are kept beside what
    the cells add up to. The cells count, always: a row of a total alone is refused, and so are totals taken from what
    was printed.
    """
    table = await published_tables.record_table(unit, stair, body)
    return await published_tables.find_table(unit, stair, table.id)


@router.get("/tables", summary="List published tables of places")
async def list_stair_tables(reader: SnapshotReaderDep, actor: StairReader, stair: StairPath) -> Page[TableOut]:
    """All tables of the stair on one page, with sums, printed totals, and what they differ by (K3, K6)."""
    return Page(items=await published_tables.list_tables(reader, stair), next=None)


@router.get("/tables/{stair_table_id}", summary="Read a published table of places")
async def read_stair_table(
    reader: SnapshotReaderDep, actor: StairReader, stair: StairPath, stair_table_id: UUID
) -> TableOut:
    """One table with sums, printed totals, and what they differ by (K3, K6)."""
    return await published_tables.find_table(reader, stair, stair_table_id)
