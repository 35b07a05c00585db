"""HTTP for Framsikt: the year's rows as JSON, CSV or XLSX, and snapshots of them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool

from app import clock
from app.budget import position as budget
from app.database.queries import Queries
from app.database.reader import SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, page
from app.http.problems import NOT_FOUND, VALIDATION
from app.http.schemas import Day, Year
from app.integrations.framsikt import files
from app.integrations.framsikt import rows as framsikt
from app.integrations.framsikt.rows import BudgetSnapshot, Export, SnapshotIn, SnapshotOut
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["exports"], route_class=Route)

Money = Annotated[Actor, allow("case_officer", "finance")]
YearPath = Annotated[Year, Path(examples=[2022])]


@router.get(
    "/exports/framsikt/{year}",
    summary="Fetch the year for Framsikt",
    response_model=Export,
    responses={
        200: {
            "description": "The rows.",
            "content": {
                CSV: {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        304: {"description": "Nothing has changed since `If-None-Match`."},
        **refusals(budget.RATE_MISSING, budget.GUIDELINE_MISSING),
    },
)
async def export(
    request: Request,
    reader: SnapshotReaderDep,
    actor: Money,
    year: YearPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    on: Annotated[Day | None, Query(description="The day it is seen from; today if left out.")] = None,
    snapshot: Annotated[UUID | None, Query(description="A snapshot's id: its rows, unchanged.")] = None,
    decimal: Annotated[Literal["point", "comma"], Query(description="The decimal mark in CSV.")] = "point",
) -> Export | Response:
    """The frame (`budsjett`), what has incurred (`rekneskap`) and the forecast (`prognose`) by month and provider (C6).

    The frame stands in period 0, the whole year, without a provider; a forecast includes what has incurred. Each type
    adds up to the position on the day, to the øre. Expenses are positive. `Accept` chooses JSON, CSV (`;`, UTF-8 with
    BOM) or XLSX (with the position and its chart on the second sheet); `If-None-Match` answers 304 until something
    changes.
    """
    if snapshot is not None and on is not None:
        raise VALIDATION("Eit augneblinksbilete har alt sin dag: send «on» eller «snapshot».", pointer="#/query/on")
    if snapshot is None:
        found = await framsikt.export_of(reader, year, on or clock.today(), request.app.state.settings)
    else:
        found = framsikt.exported(await _snapshot(reader, year, snapshot))
    if media_type == JSON:
        return found
    form: files.Form = "xlsx" if media_type == XLSX else "csv"
    # Off the loop: a workbook of thousands of rows is work for a while.
    made = await run_in_threadpool(files.written, found, form, decimal)
    name = f"framsikt-{year}-{found.on}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=f"{CSV}; charset=utf-8" if media_type == CSV else XLSX, headers=headers)


@router.post(
    "/budgets/{year}/snapshots",
    status_code=201,
    summary="Keep the year as it is known on a day",
    responses=refusals(framsikt.SNAPSHOT_EXISTS, budget.RATE_MISSING, budget.GUIDELINE_MISSING),
)
async def take(request: Request, unit: UnitOfWorkDep, actor: Money, year: YearPath, body: SnapshotIn) -> SnapshotOut:
    """For the reports after 1. and 2. tertial: the export's rows and position (C6), kept unchanged for ever."""
    snapshot = await framsikt.take_snapshot(unit, actor, year, body, request.app.state.settings)
    return framsikt.shown(snapshot)


@router.get("/budgets/{year}/snapshots", summary="List the year's snapshots")
async def list_(
    unit: UnitOfWorkDep,
    actor: Money,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SnapshotOut]:
    """What was kept of the year, in the order in which it was taken (C6)."""
    statement = select(BudgetSnapshot).where(col(BudgetSnapshot.year) == year)
    rows, following = await page(unit, statement, col(BudgetSnapshot.id), limit=limit, after=after)
    return Page(items=[framsikt.shown(row) for row in rows], next=following)


@router.get("/budgets/{year}/snapshots/{snapshot_id}", summary="Read a snapshot")
async def read(unit: UnitOfWorkDep, actor: Money, year: YearPath, snapshot_id: UUID) -> SnapshotOut:
    """What a snapshot is of (C6); its rows are the export's, with `snapshot=`."""
    return framsikt.shown(await _snapshot(unit, year, snapshot_id))


async def _snapshot(queries: Queries, year: int, snapshot_id: UUID) -> BudgetSnapshot:
    found = await framsikt.snapshot_of(queries, year, snapshot_id)
    if found is None:
        raise NOT_FOUND()
    return found
