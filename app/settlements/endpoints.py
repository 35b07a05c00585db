"""HTTP for settlements: close a month, list and read settlements, approve or reject one (C13)."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import ACTS_ON_MANY, located_at, produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.schemas import Year
from app.http.spreadsheets import DecimalQuery
from app.providers.tables import Provider
from app.security.roles import Actor, allow
from app.settlements import problems, settlements
from app.settlements.files import to_file
from app.settlements.representations import to_response, to_summaries
from app.settlements.schemas import SettlementApprovalIn, SettlementOut, SettlementSummaryOut
from app.settlements.tables import Settlement

router = APIRouter(prefix="/v1/budgets/{year}/settlements", tags=["settlement"], route_class=Route)

CaseOfficerOrFinance = Annotated[Actor, allow("case_officer", "finance")]
Finance = Annotated[Actor, allow("finance")]
YearPath = Annotated[Year, Path(description="Budget year.", examples=[2022])]

_MONTH = re.compile(r"[0-9]{1,2}", re.ASCII)


def _parse_month(value: object) -> int:
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return int(value)
    raise ValueError("må vere eit heiltal frå 1 til 12")


MonthPath = Annotated[
    int, Field(ge=1, le=12), BeforeValidator(_parse_month), Path(description="Month, from 1 to 12.", examples=[1])
]

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


@router.post(
    "/{month}",
    dependencies=[located_at("/v1/budgets/{year}/settlements/{month}"), ACTS_ON_MANY],
    status_code=201,
    summary="Close a month",
    responses=refusals(
        problems.MONTH_NOT_PAST,
        problems.MONTH_ALREADY_SETTLED,
        problems.EARLIER_MONTH_OPEN,
        RATE_MISSING,
        GUIDELINE_MISSING,
    ),
)
async def close_month(
    unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, year: YearPath, month: MonthPath
) -> SettlementOut:
    """Stores the month's lines with the inputs that explain each amount (C13).

    Changes in earlier closed months since they were closed are settled with this one, as differences that name the
    closed line and the cause. Earlier months of the year with costs must be closed first. The settlement waits for
    approval by another person.
    """
    return await to_response(unit, await settlements.close_month(unit, actor, year, month))


@router.get("", summary="List settlements of a year")
async def list_settlements(
    reader: ReaderDep,
    actor: CaseOfficerOrFinance,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SettlementSummaryOut]:
    """All settlements of the year's months in the order they were closed, rejected ones included (C13)."""
    of_year = select(Settlement).where(col(Settlement.month).between(date(year, 1, 1), date(year, 12, 31)))
    rows, following = await fetch_page(reader, of_year, col(Settlement.id), limit=limit, after=after)
    return Page(items=await to_summaries(reader, rows), next=following)


@router.get(
    "/{month}",
    summary="Get the settlement of a month",
    response_model=SettlementOut,
    responses=_FILES | refusals(RATE_MISSING, GUIDELINE_MISSING),
)
async def read_settlement(
    reader: SnapshotReaderDep,
    actor: CaseOfficerOrFinance,
    year: YearPath,
    month: MonthPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    version: Annotated[
        int | None, Query(ge=1, le=32767, description="Version of the settlement. Default: the last.")
    ] = None,
    decimal: DecimalQuery = "comma",
) -> Any:
    """Lines, differences and the sum per provider, as JSON, CSV or XLSX (`Accept`) (C13).

    `total` never changes. What changed after the month was closed is computed on request: it is listed among the
    differences with `settled_in` null, and is settled with the next month that is closed.
    """
    out = await to_response(reader, await settlements.find_settlement(reader, year, month, version))
    if media_type == JSON:
        return out
    providers = {provider.id: provider for provider in await reader.select(select(Provider))}
    return to_file(out, providers, media_type, decimal)


@router.post(
    "/{month}/approval",
    dependencies=[ACTS_ON_MANY],
    summary="Approve or reject a settlement",
    responses=refusals(
        problems.PERSON_REQUIRED,
        problems.OWN_SETTLEMENT,
        problems.SETTLEMENT_DECIDED,
        problems.SETTLEMENT_BUILT_UPON,
        RATE_MISSING,
        GUIDELINE_MISSING,
    ),
)
async def decide_settlement(
    unit: UnitOfWorkDep,
    actor: Finance,
    year: YearPath,
    month: MonthPath,
    body: SettlementApprovalIn,
) -> SettlementOut:
    """By another person in finance than the one who closed the month; a rejection has a reason (C13).

    A rejected month is open again and can be closed again; the rejected version is kept. A settlement cannot be
    rejected while a later one contains differences of its lines.
    """
    settlement = await settlements.find_settlement(unit, year, month)
    await settlements.decide_settlement(unit, actor, settlement, body)
    return await to_response(unit, settlement)
