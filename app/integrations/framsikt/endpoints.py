"""HTTP for Framsikt: a year's export as JSON, CSV or XLSX, and snapshots of it (C6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool

from app import clock
from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import REVALIDATED, produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import VALIDATION
from app.http.schemas import Day, Year
from app.http.spreadsheets import DecimalQuery, attachment
from app.integrations.framsikt import snapshots
from app.integrations.framsikt.export import compute_export
from app.integrations.framsikt.files import FileFormat, render
from app.integrations.framsikt.problems import SNAPSHOT_EXISTS
from app.integrations.framsikt.schemas import FramsiktExport, SnapshotIn, SnapshotOut
from app.integrations.framsikt.tables import BudgetSnapshot
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["exports"], route_class=Route)

CaseOfficerOrFinance = Annotated[Actor, allow("case_officer", "finance")]
YearPath = Annotated[Year, Path(description="Budget year.", examples=[2022])]


@router.get(
    "/exports/framsikt/{year}",
    dependencies=[REVALIDATED],
    summary="Export a year for Framsikt",
    response_model=FramsiktExport,
    responses={
        200: {
            "description": "The rows.",
            "content": {
                CSV: {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        304: {"description": "Nothing has changed since `If-None-Match`."},
        **refusals(RATE_MISSING, GUIDELINE_MISSING),
    },
)
async def export_framsikt(
    request: Request,
    reader: SnapshotReaderDep,
    actor: CaseOfficerOrFinance,
    year: YearPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    on: Annotated[Day | None, Query(description="The day the year is computed for. Default: today.")] = None,
    snapshot: Annotated[UUID | None, Query(description="Id of a snapshot: its rows, unchanged.")] = None,
    decimal: DecimalQuery = "comma",
) -> FramsiktExport | Response:
    """The frame (`budsjett`), incurred cost (`rekneskap`) and forecast (`prognose`) per month and provider (C6).

    The frame is in period 0, the whole year, without a provider; the forecast includes the incurred cost. The months of
    each add up to the position on the day, to the øre. The expected refund is a row of the forecast in period 0
    (C11). Expenses are positive, income is negative. `Accept` selects JSON, CSV (`;`, UTF-8 with BOM, decimal comma) or
    XLSX (position and chart on the second sheet). With `If-None-Match` the answer is 304 while nothing has changed.
    """
    if snapshot is not None and on is not None:
        raise VALIDATION("Eit rapportgrunnlag har ein dag; send berre ein av «on» og «snapshot».", pointer="#/query/on")
    if snapshot is None:
        export = await compute_export(reader, year, on or clock.today(), request.app.state.settings)
    else:
        export = await snapshots.read_snapshot(reader, year, snapshot)
    if media_type == JSON:
        return export
    file_format: FileFormat = "xlsx" if media_type == XLSX else "csv"
    # In a thread: a workbook of thousands of rows would hold up other requests.
    content = await run_in_threadpool(render, export, file_format, decimal)
    return attachment(content, media_type, f"framsikt-{year}-{export.on}.{file_format}")


@router.post(
    "/budgets/{year}/snapshots",
    status_code=201,
    summary="Take a snapshot of a year",
    responses=refusals(SNAPSHOT_EXISTS, RATE_MISSING, GUIDELINE_MISSING),
)
async def create_snapshot(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, year: YearPath, body: SnapshotIn
) -> SnapshotOut:
    """Stores the export's rows and the position on a day (C6), unchanged from then on, for the tertial reports."""
    snapshot = await snapshots.take_snapshot(unit, actor, year, body, request.app.state.settings)
    return SnapshotOut.model_validate(snapshot)


@router.get("/budgets/{year}/snapshots", summary="List snapshots of a year")
async def list_snapshots(
    reader: ReaderDep,
    actor: CaseOfficerOrFinance,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SnapshotOut]:
    """In the order they were taken (C6)."""
    of_year = select(BudgetSnapshot).where(col(BudgetSnapshot.year) == year)
    return await list_page(reader, of_year, SnapshotOut, limit=limit, after=after)


@router.get("/budgets/{year}/snapshots/{snapshot_id}", summary="Get a snapshot")
async def read_snapshot(
    reader: ReaderDep,
    actor: CaseOfficerOrFinance,
    year: YearPath,
    snapshot_id: Annotated[UUID, Path(description="Id of the snapshot.")],
) -> SnapshotOut:
    """What the snapshot contains (C6). Its rows: `GET /v1/exports/framsikt/{year}?snapshot={snapshot_id}`."""
    return SnapshotOut.model_validate(await snapshots.find_snapshot(reader, year, snapshot_id))
