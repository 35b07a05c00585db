"""HTTP for NAV's rates (C1) and the guideline's versions."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from app import clock
from app.budget.position import watch_flags
from app.database.reader import Reader, ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.rates import rates
from app.rates.problems import GUIDELINE_VERSION_EXISTS
from app.rates.schemas import GuidelineVersionIn, GuidelineVersionOut, RateIn, RateOut
from app.rates.tables import GuidelineVersion, Rate
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["rates"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
CaseOfficerOrFinance = Annotated[Actor, allow("case_officer", "finance")]
PriceReader = Annotated[Actor, allow("case_officer", "finance", "manager")]


@router.post("/rates", status_code=201, summary="Record a rate")
async def record_rate(unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, body: RateIn) -> RateOut:
    """NAV's rate per place and month, with the first day it applies and the day it became known (C1). A rate is never
    changed: a correction is a new rate that became known later, and a mistyped one is mended by another row of the same
    two days, of which the last recorded counts.

    The flags of the years it affects are updated (C7).
    """
    rate = await rates.record_rate(unit, body)
    await watch_flags(unit, body.valid_from.year, clock.today())
    return RateOut.model_validate(rate)


@router.get("/rates", summary="List rates")
async def list_rates(
    reader: ReaderDep, actor: PriceReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[RateOut]:
    """All rates, in the order they were recorded (C1)."""
    async with _read_prices(reader, actor):
        return await list_page(reader, select(Rate), RateOut, limit=limit, after=after)


@router.get("/rates/{rate_id}", summary="Read a rate")
async def read_rate(reader: ReaderDep, actor: PriceReader, rate_id: UUID) -> RateOut:
    """One rate (C1)."""
    async with _read_prices(reader, actor):
        return RateOut.model_validate(await find(reader, Rate, rate_id))


@router.post(
    "/guideline-versions",
    status_code=201,
    summary="Record a version of the guideline",
    responses=refusals(GUIDELINE_VERSION_EXISTS),
)
async def record_guideline_version(
    unit: UnitOfWorkDep, actor: CaseOfficer, body: GuidelineVersionIn
) -> GuidelineVersionOut:
    """The guideline's parameters from a day on (C2, C3, C7, C10, L3, P5, A3, M). A version is never changed.

    The first day of the first version is the guideline's effective date (L2). The flags of the years it affects are
    updated (C7).
    """
    version = await rates.record_guideline_version(unit, body)
    await watch_flags(unit, body.valid_from.year, clock.today())
    return GuidelineVersionOut.model_validate(version)


@router.get("/guideline-versions", summary="List versions of the guideline")
async def list_guideline_versions(
    reader: ReaderDep, actor: PriceReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[GuidelineVersionOut]:
    """All versions, in the order they were recorded (C2, L2)."""
    return await list_page(reader, select(GuidelineVersion), GuidelineVersionOut, limit=limit, after=after)


@router.get("/guideline-versions/{guideline_version_id}", summary="Read a version of the guideline")
async def read_guideline_version(
    reader: ReaderDep, actor: PriceReader, guideline_version_id: UUID
) -> GuidelineVersionOut:
    """One version with all its parameters (C2, L2)."""
    return GuidelineVersionOut.model_validate(await find(reader, GuidelineVersion, guideline_version_id))


def _read_prices(reader: Reader, actor: Actor) -> AbstractAsyncContextManager[None]:
    """NAV's rates are public; management reads them with the rights of finance, as it reads a year's sums."""
    return reader.acting_as("finance", alone=True) if actor.roles == {"manager"} else nullcontext()
