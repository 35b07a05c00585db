"""HTTP for NAV's rates (C1) and the guideline's versions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from app import clock
from app.budget import position as budget
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.rates import rates
from app.rates.schemas import GuidelineVersionIn, GuidelineVersionOut, RateIn, RateOut
from app.rates.tables import GuidelineVersion, Rate
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["rates"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Money = Annotated[Actor, allow("case_officer", "finance")]


@router.post("/rates", status_code=201, summary="Record a rate", responses=refusals(rates.RATE_EXISTS))
async def record_rate(unit: UnitOfWorkDep, actor: Money, body: RateIn) -> RateOut:
    """C1: NAV's rate from a day on, known from a day. Rates are never edited: a correction is a new row, known later.

    The flags of the years it may touch are looked at anew (C7).
    """
    rate = await rates.record_rate(unit, body)
    await budget.watch_flags(unit, body.valid_from.year, clock.today())
    out = RateOut.model_validate(rate)
    return out


@router.get("/rates", summary="List rates")
async def list_rates(
    unit: UnitOfWorkDep,
    actor: Money,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RateOut]:
    """Every rate, in the order in which they were recorded (C1)."""
    return await list_page(unit, select(Rate), RateOut, limit=limit, after=after)


@router.get("/rates/{rate_id}", summary="Read a rate")
async def read_rate(unit: UnitOfWorkDep, actor: Money, rate_id: UUID) -> RateOut:
    """One rate (C1)."""
    out = RateOut.model_validate(await find(unit, Rate, rate_id))
    return out


@router.post(
    "/guideline-versions",
    status_code=201,
    summary="Record a version of the guideline",
    responses=refusals(rates.GUIDELINE_VERSION_EXISTS),
)
async def record_guideline_version(
    unit: UnitOfWorkDep, actor: CaseOfficer, body: GuidelineVersionIn
) -> GuidelineVersionOut:
    """The guideline's parameters from a day on (C2, C3, C7, C10, L3, A3, M). A version is never edited.

    The first version's first day is the guideline's effective date (L2). The flags of the years it may touch are looked
    at anew (C7).
    """
    version = await rates.record_guideline_version(unit, body)
    await budget.watch_flags(unit, body.valid_from.year, clock.today())
    out = GuidelineVersionOut.model_validate(version)
    return out


@router.get("/guideline-versions", summary="List the guideline's versions")
async def list_guideline_versions(
    unit: UnitOfWorkDep,
    actor: Money,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[GuidelineVersionOut]:
    """Every version, in the order in which they were recorded (C2, L2)."""
    return await list_page(unit, select(GuidelineVersion), GuidelineVersionOut, limit=limit, after=after)


@router.get("/guideline-versions/{guideline_version_id}", summary="Read a version of the guideline")
async def read_guideline_version(unit: UnitOfWorkDep, actor: Money, guideline_version_id: UUID) -> GuidelineVersionOut:
    """One version of the guideline (C2, L2)."""
    out = GuidelineVersionOut.model_validate(await find(unit, GuidelineVersion, guideline_version_id))
    return out
