"""HTTP for a year's budget: frames (C5), refunds (C11), position (C6–C8, C10), costs (C4), what-if (C9, C15)."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.budget import position
from app.budget.assumptions import (
    EXAMPLES,
    YEARS_EXAMPLES,
    Assumption,
    EndPlaces,
    ShareChange,
    SupplementChange,
    WhatIfIn,
    WhatIfMonth,
    WhatIfOut,
    WhatIfYearsIn,
    WhatIfYearsOut,
)
from app.budget.costs import BY_PATTERN, CURSOR_PATTERN, CostsQuery, load_costs
from app.budget.placement_periods import load_identified_periods
from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.budget.representations import to_response
from app.budget.schemas import (
    CostsOut,
    ExpectedRefundIn,
    ExpectedRefundOut,
    FrameIn,
    FrameOut,
    PositionOut,
)
from app.budget.settled_and_invoiced import load_settled_and_invoiced
from app.budget.tables import BudgetFrame, ExpectedRefund
from app.budget.what_if import apply_changes, assume_year, find_placements, require_frames_in_years
from app.budget.year_amounts import find_year_amount, record_year_amount
from app.database.queries import Queries
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import SnapshotUnitOfWorkDep, UnitOfWorkDep
from app.http.declarations import REVALIDATED
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import ROLE_REQUIRED, VALIDATION
from app.http.schemas import Day, Year
from app.placements.access import record_placement_access
from app.rules.money import from_ore
from app.rules.several_years import find_first_overrun_year
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/budgets/{year}", tags=["budget"], route_class=Route)
years_router = APIRouter(prefix="/v1/budgets/what-if", tags=["budget"], route_class=Route)

CaseOfficerOrFinance = Annotated[Actor, allow("case_officer", "finance")]
SumsReader = Annotated[Actor, allow("case_officer", "finance", "manager")]
YearPath = Annotated[Year, Path(examples=[2022])]
OnQuery = Annotated[Day | None, Query(description="The day the answer is computed for. Default: today.")]
RoomFromQuery = Annotated[
    Day | None,
    Query(
        description="The day of the year from which room for more places is computed. Default: the day after `on` if it"
        " lies in the year, otherwise the year's first day."
    ),
]


@router.post("/frames", status_code=201, summary="Record a budget frame")
async def record_frame(unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, year: YearPath, body: FrameIn) -> FrameOut:
    """A revision of the year's frame (C5). The frame on a day is the latest adopted by then; of two adopted on the same
    day, the one recorded last.

    If the flag rises, an event is published (C7).
    """
    frame = await record_year_amount(unit, BudgetFrame, year, body)
    await position.watch_decision_budget(unit, year, clock.today())
    return FrameOut.model_validate(frame)


@router.get("/frames", summary="List budget frames of a year")
async def list_frames(
    reader: ReaderDep, actor: SumsReader, year: YearPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[FrameOut]:
    """Every revision of the year's frame, in the order they were recorded (C5)."""
    frames = select(BudgetFrame).where(col(BudgetFrame.year) == year)
    return await list_page(reader, frames, FrameOut, limit=limit, after=after)


@router.get("/frames/{frame_id}", summary="Read a budget frame")
async def read_frame(reader: ReaderDep, actor: SumsReader, year: YearPath, frame_id: UUID) -> FrameOut:
    """One revision of the year's frame (C5)."""
    return FrameOut.model_validate(await find_year_amount(reader, BudgetFrame, year, frame_id))


@router.post("/expected-refunds", status_code=201, summary="Record the expected refund of a year")
async def record_expected_refund(
    unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, year: YearPath, body: ExpectedRefundIn
) -> ExpectedRefundOut:
    """The refund for resource-demanding services is calculated outside this service; the one recorded last by a day
    counts (C11).
    """
    return ExpectedRefundOut.model_validate(await record_year_amount(unit, ExpectedRefund, year, body))


@router.get("/expected-refunds", summary="List expected refunds of a year")
async def list_expected_refunds(
    reader: ReaderDep, actor: CaseOfficerOrFinance, year: YearPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ExpectedRefundOut]:
    """In the order they were recorded (C11)."""
    refunds = select(ExpectedRefund).where(col(ExpectedRefund.year) == year)
    return await list_page(reader, refunds, ExpectedRefundOut, limit=limit, after=after)


@router.get("/expected-refunds/{expected_refund_id}", summary="Read an expected refund")
async def read_expected_refund(
    reader: ReaderDep, actor: CaseOfficerOrFinance, year: YearPath, expected_refund_id: UUID
) -> ExpectedRefundOut:
    """One expected refund (C11)."""
    return ExpectedRefundOut.model_validate(await find_year_amount(reader, ExpectedRefund, year, expected_refund_id))


@router.get(
    "/position",
    dependencies=[REVALIDATED],
    summary="Read the budget position of a year",
    responses=refusals(RATE_MISSING, GUIDELINE_MISSING),
)
async def read_position(
    reader: SnapshotReaderDep,
    actor: SumsReader,
    year: YearPath,
    on: OnQuery = None,
    room_from: RoomFromQuery = None,
) -> PositionOut:
    """Forecast, incurred cost, flag, room for more places, gross and net, and comparison with VTA on a day (C6–C8, C10,
    C11).

    Only what was known on the day is used: later rates (C1), frames (C5) and decisions are ignored. `of_incurred`
    divides the incurred cost into settled, differing and open, and shows what is invoiced, as the books are now (C12,
    C13).
    """
    _require_in_year(room_from, year)
    async with _read_sums(reader, actor):
        found = await position.load_position(reader, year, on or clock.today(), room_from)
        return to_response(found, await load_settled_and_invoiced(reader, year))


@router.get(
    "/costs",
    summary="List costs of a year",
    response_model_exclude_unset=True,
    responses=refusals(RATE_MISSING, GUIDELINE_MISSING),
)
async def list_costs(
    reader: SnapshotReaderDep,
    actor: SumsReader,
    year: YearPath,
    by: Annotated[
        str,
        Query(
            pattern=BY_PATTERN,
            description="Grouping: one or more of `month`, `provider`, `placement`, separated by commas.",
        ),
    ] = "month",
    on: OnQuery = None,
    provider_id: Annotated[UUID | None, Query(description="Only this provider.")] = None,
    placement_id: Annotated[UUID | None, Query(description="Only this placement.")] = None,
    limit: LimitQuery = 50,
    after: Annotated[
        str | None,
        Query(
            max_length=44,
            pattern=CURSOR_PATTERN,
            description="Cursor: `next` of the previous page, with the same `by`.",
        ),
    ] = None,
) -> CostsOut:
    """By month, provider or placement. The rows add up to the position's forecast, to the øre (C4, C6).

    Sorted by month, provider, placement. By month alone all twelve months are listed; otherwise rows without cost are
    left out. `total` is the sum of all pages. Management gets months alone: what a provider with few places costs would
    tell of few people (S6), and `GET /v1/figures` hides that.
    """
    if actor.roles == {"manager"} and (by != "month" or provider_id is not None or placement_id is not None):
        raise ROLE_REQUIRED("Kostnader for kvar vekstbedrift og plass kan berre Forvaltningskontoret og økonomi hente.")
    query = CostsQuery(frozenset(by.split(",")), on or clock.today(), provider_id, placement_id, limit, after)
    async with _read_sums(reader, actor):
        costs = await load_costs(reader, year, query)
    await record_placement_access(reader, {placement_id, *(item.placement_id for item in costs.items)})
    return costs


@router.post(
    "/what-if",
    summary="Compute the budget position with assumed changes",
    responses=refusals(RATE_MISSING, GUIDELINE_MISSING),
)
async def compute_what_if(
    unit: SnapshotUnitOfWorkDep,
    actor: SumsReader,
    year: YearPath,
    body: Annotated[WhatIfIn, Body(openapi_examples=EXAMPLES)],
    on: OnQuery = None,
    room_from: RoomFromQuery = None,
) -> WhatIfOut:
    """Places added or ended, or another rate, supplement, share, frame or refund (C9). Nothing is stored.

    Both positions are computed from what is known on the day, as in `GET /v1/budgets/{year}/position`. A change after
    the year is refused with 422; one from before it applies to the whole year. Management assumes nothing of places
    that there are: the difference would tell what few people's cost (S6).
    """
    _require_in_year(room_from, year)
    _require_visible_places(actor, body.changes)
    day = on or clock.today()
    async with _read_sums(unit, actor):
        known = await load_identified_periods(unit, year, day)
        inputs = await position.load_inputs(unit, year, day, known.periods, room_from)
        before = position.compute_position(inputs)
        changes = await find_placements(unit, day, known, year, body.changes)
        after = position.compute_position(apply_changes(inputs, changes))
        sums = await load_settled_and_invoiced(unit, year)
    # The difference that they make says what each of them costs.
    await record_placement_access(unit, {id_ for change in changes for id_ in change.placement_ids})
    months = zip(before.forecast_by_month, after.forecast_by_month, strict=True)
    return WhatIfOut(
        before=to_response(before, sums),
        after=to_response(after, sums),
        months=[
            WhatIfMonth(
                month=f"{year:04}-{month:02}",
                before=from_ore(was),
                after=from_ore(will_be),
                difference=from_ore(will_be - was),
            )
            for month, (was, will_be) in enumerate(months, start=1)
        ],
    )


@years_router.post(
    "/years",
    summary="Compute the budget positions of several years with assumed changes",
    responses=refusals(RATE_MISSING, GUIDELINE_MISSING),
)
async def compute_what_if_years(
    unit: SnapshotUnitOfWorkDep,
    actor: SumsReader,
    body: Annotated[WhatIfYearsIn, Body(openapi_examples=YEARS_EXAMPLES)],
    on: OnQuery = None,
) -> WhatIfYearsOut:
    """Up to ten consecutive years at once, the rate carried on or raised by a percent a year (C15). Nothing is stored.

    Each year's position is the one that the what-if of that year alone gives with the changes that have begun by its
    end. A frame of a year outside them is refused with 422; a year without a frame is `no_frame`. Management assumes
    nothing of places that there are (S6).
    """
    require_frames_in_years(body)
    _require_visible_places(actor, body.changes)
    day = on or clock.today()
    positions = []
    years = []
    async with _read_sums(unit, actor):
        known = await load_identified_periods(unit, body.from_year, day, to_year=body.to_year)
        changes = await find_placements(unit, day, known, body.to_year, body.changes)
        for year in range(body.from_year, body.to_year + 1):
            periods = known.periods.overlapping(date(year, 1, 1), date(year, 12, 31))
            inputs = await position.load_inputs(unit, year, day, periods)
            found = position.compute_position(assume_year(inputs, body, changes))
            positions.append(found)
            years.append(to_response(found, await load_settled_and_invoiced(unit, year)))
    await record_placement_access(unit, {id_ for change in changes for id_ in change.placement_ids})
    return WhatIfYearsOut(years=years, first_overrun_year=find_first_overrun_year(positions))


def _read_sums(queries: Queries, actor: Actor) -> AbstractAsyncContextManager[None]:
    """Management reads no place, only what all of them add up to: computed with the rights of finance."""
    return queries.acting_as("finance", alone=True) if actor.roles == {"manager"} else nullcontext()


def _require_visible_places(actor: Actor, changes: Sequence[Assumption]) -> None:
    of_places = any(isinstance(change, EndPlaces | SupplementChange | ShareChange) for change in changes)
    if actor.roles == {"manager"} and of_places:
        raise ROLE_REQUIRED("Endringar i plassar som finst, kan berre Forvaltningskontoret og økonomi prøve.")


def _require_in_year(room_from: date | None, year: int) -> None:
    if room_from is not None and room_from.year != year:
        raise VALIDATION(f"«room_from» må vere ein dag i {year}.", pointer="#/query/room_from")
