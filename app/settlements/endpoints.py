"""HTTP for closed months: close, read, list, approve (C13)."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from app.budget import position
from app.database.unit_of_work import SnapshotUnitOfWorkDep, UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, page
from app.http.problems import NOT_FOUND
from app.http.schemas import Year
from app.security.tokens import Actor, allow
from app.settlements import settlements
from app.settlements.files import settlement_file
from app.settlements.representations import heads, whole
from app.settlements.schemas import ApprovalIn, SettlementHeadOut, SettlementOut
from app.settlements.tables import Settlement

router = APIRouter(prefix="/v1/budgets/{year}/settlements", tags=["settlement"], route_class=Route)

Money = Annotated[Actor, allow("case_officer", "finance")]
Finance = Annotated[Actor, allow("finance")]
YearPath = Annotated[Year, Path(examples=[2022])]


_MONTH = re.compile(r"[0-9]{1,2}", re.ASCII)


def _month(value: object) -> int:
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return int(value)
    raise ValueError("må vere eit heiltal frå 1 til 12")


MonthPath = Annotated[int, Field(ge=1, le=12), BeforeValidator(_month), Path(description="1 to 12.", examples=[1])]

_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in (CSV, XLSX)}}
}


@router.post(
    "/{month}",
    dependencies=[located_at("/v1/budgets/{year}/settlements/{month}")],
    status_code=201,
    summary="Close a past month",
    responses=refusals(
        settlements.MONTH_NOT_PAST,
        settlements.MONTH_ALREADY_SETTLED,
        settlements.EARLIER_MONTH_OPEN,
        position.RATE_MISSING,
        position.GUIDELINE_MISSING,
    ),
)
async def close(unit: UnitOfWorkDep, actor: Money, year: YearPath, month: MonthPath) -> SettlementOut:
    """C13: keep the month's lines, each with the inputs it can be recomputed from by hand.

    What changed since in months that were closed before is settled with it, as differences that name the closed line
    and the cause. The year's earlier months with costs are closed first. It awaits another person's approval.
    """
    settlement = await settlements.close_month(unit, actor, year, month)
    out = await whole(unit, settlement)
    return out


@router.get("", summary="List the year's settlements")
async def list_settlements(
    unit: UnitOfWorkDep,
    actor: Money,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SettlementHeadOut]:
    """C13: every closing of the year's months in the order in which they were closed, the rejected ones among them."""
    of_year = select(Settlement).where(col(Settlement.month).between(date(year, 1, 1), date(year, 12, 31)))
    found, following = await page(unit, of_year, col(Settlement.id), limit=limit, after=after)
    return Page(items=await heads(unit, found), next=following)


@router.get(
    "/{month}",
    summary="Read a closed month",
    response_model=SettlementOut,
    responses=_FILES | refusals(position.RATE_MISSING, position.GUIDELINE_MISSING),
)
async def read(
    unit: SnapshotUnitOfWorkDep,
    actor: Money,
    year: YearPath,
    month: MonthPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    version: Annotated[
        int | None, Query(ge=1, le=32767, description="Which closing of the month; the last if left out.")
    ] = None,
) -> Any:
    """C13: lines, differences and what each provider is owed, as JSON, CSV or XLSX by `Accept`.

    `total` is what was settled: it never changes. What changed since the month was closed is derived when asked, stands
    among the differences with `settled_in` null, and goes into the next month that is closed.
    """
    out = await whole(unit, await _found(unit, year, month, version))
    if media_type == JSON:
        return out
    return settlement_file(out, media_type)


@router.post(
    "/{month}/approval",
    summary="Approve or reject a closed month",
    responses=refusals(
        settlements.PERSON_REQUIRED,
        settlements.OWN_SETTLEMENT,
        settlements.SETTLEMENT_DECIDED,
        settlements.SETTLEMENT_BUILT_UPON,
        position.RATE_MISSING,
        position.GUIDELINE_MISSING,
    ),
)
async def approve(
    unit: UnitOfWorkDep,
    actor: Finance,
    year: YearPath,
    month: MonthPath,
    body: ApprovalIn,
) -> SettlementOut:
    """C13, four eyes: another person of finance than the one who closed the month says yes, or no with a reason.

    A rejected month is open again and can be closed anew; what was rejected stays readable as its version. It cannot be
    rejected while a later settlement has differences of its lines.
    """
    settlement = await _found(unit, year, month)
    await settlements.review(unit, actor, settlement, body)
    out = await whole(unit, settlement)
    return out


async def _found(unit: UnitOfWorkDep, year: int, month: int, version: int | None = None) -> Settlement:
    found = await settlements.closing(unit, year, month, version)
    if found is None:
        raise NOT_FOUND()
    return found
