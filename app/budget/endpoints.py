"""HTTP for a year's budget: frames (C5), expected refunds (C11), position (C6–C8, C10), costs (C4), what-if (C9)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.budget import position as service
from app.budget.costs import BY_PATTERN, CURSOR_PATTERN, CostsQuery, costs_of_year
from app.budget.placement_periods import identified_stays
from app.budget.schemas import (
    CostsOut,
    ExpectedRefundIn,
    ExpectedRefundOut,
    FrameIn,
    FrameOut,
    OfIncurredOut,
    OverrunOut,
    PositionOut,
    PositionSums,
    VtaComparisonOut,
)
from app.budget.settled_and_invoiced import Paid, paid_of_year
from app.budget.tables import BudgetFrame, ExpectedRefund
from app.budget.what_if import EXAMPLES, WhatIfIn, WhatIfMonth, WhatIfOut, assumed, placements_in
from app.database.reader import SnapshotReaderDep
from app.database.unit_of_work import SnapshotUnitOfWorkDep, UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import NOT_FOUND, VALIDATION
from app.http.schemas import Day, Year
from app.placements.people import saw_placements
from app.rules.money import from_ore
from app.rules.position import Position, split_incurred
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/budgets/{year}", tags=["budget"], route_class=Route)

Money = Annotated[Actor, allow("case_officer", "finance")]
YearPath = Annotated[Year, Path(examples=[2022])]
OnQuery = Annotated[Day | None, Query(description="The day it is seen from; today if left out.")]


@router.post("/frames", status_code=201, summary="Adopt a revision of the year's frame")
async def add_frame(unit: UnitOfWorkDep, actor: Money, year: YearPath, body: FrameIn) -> FrameOut:
    """C5: the frame on a day is the latest adopted by then; of two adopted on one day, the one recorded last.

    Where the flag rises by it, that is published (C7).
    """
    frame = await service.add_frame(unit, year, body)
    await service.decision_budget(unit, year, clock.today())
    out = FrameOut.model_validate(frame)
    return out


@router.get("/frames", summary="List the year's frames")
async def list_frames(
    unit: UnitOfWorkDep,
    actor: Money,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[FrameOut]:
    """Every revision of the year's frame, in the order in which they were recorded (C5)."""
    statement = select(BudgetFrame).where(col(BudgetFrame.year) == year)
    return await list_page(unit, statement, FrameOut, limit=limit, after=after)


@router.get("/frames/{frame_id}", summary="Read a revision of the year's frame")
async def read_frame(unit: UnitOfWorkDep, actor: Money, year: YearPath, frame_id: UUID) -> FrameOut:
    """One revision (C5)."""
    frame = await find(unit, BudgetFrame, frame_id)
    if frame.year != year:
        raise NOT_FOUND()
    out = FrameOut.model_validate(frame)
    return out


@router.post("/expected-refunds", status_code=201, summary="Record the year's expected refund")
async def expect_refund(unit: UnitOfWorkDep, actor: Money, year: YearPath, body: ExpectedRefundIn) -> ExpectedRefundOut:
    """C11: the refund for resource-demanding services is computed elsewhere; the latest recorded by a day counts."""
    refund = await service.expect_refund(unit, year, body)
    out = ExpectedRefundOut.model_validate(refund)
    return out


@router.get("/expected-refunds", summary="List the year's expected refunds")
async def list_expected_refunds(
    unit: UnitOfWorkDep,
    actor: Money,
    year: YearPath,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ExpectedRefundOut]:
    """What the year's refund was expected to be, in the order in which it was recorded (C11)."""
    statement = select(ExpectedRefund).where(col(ExpectedRefund.year) == year)
    return await list_page(unit, statement, ExpectedRefundOut, limit=limit, after=after)


@router.get("/expected-refunds/{expected_refund_id}", summary="Read an expected refund")
async def read_expected_refund(
    unit: UnitOfWorkDep, actor: Money, year: YearPath, expected_refund_id: UUID
) -> ExpectedRefundOut:
    """One expected refund (C11)."""
    refund = await find(unit, ExpectedRefund, expected_refund_id)
    if refund.year != year:
        raise NOT_FOUND()
    out = ExpectedRefundOut.model_validate(refund)
    return out


@router.get(
    "/position",
    summary="Read the year's position on a day",
    responses=refusals(service.RATE_MISSING, service.GUIDELINE_MISSING),
)
async def position(
    reader: SnapshotReaderDep,
    actor: Money,
    year: YearPath,
    on: OnQuery = None,
    room_from: Annotated[
        Day | None,
        Query(
            description="A day of the year from which room for more places is counted; if left out, the day after `on`"
            " where that lies in the year, else the year's first."
        ),
    ] = None,
) -> PositionOut:
    """Forecast, what has incurred, the flag, room for more, gross and net, and VTA beside it (C6–C8, C10, C11).

    It uses what was known on the day: rates (C1), frames (C5) and places decided later are left out. Of the incurred
    part it says how much is settled, differing and invoiced, as the books stand when asked (C12, C13).
    """
    if room_from is not None and room_from.year != year:
        raise VALIDATION(f"«room_from» må vere ein dag i {year}.", pointer="#/query/room_from")
    found = await service.position_on(reader, year, on or clock.today(), room_from)
    out = _position_out(found, await paid_of_year(reader, year))
    return out


@router.get(
    "/costs",
    summary="List the year's costs by month, provider or placement",
    response_model_exclude_unset=True,
    responses=refusals(service.RATE_MISSING, service.GUIDELINE_MISSING),
)
async def costs(
    reader: SnapshotReaderDep,
    actor: Money,
    year: YearPath,
    by: Annotated[
        str,
        Query(pattern=BY_PATTERN, description="One or more of `month`, `provider`, `placement`, with comma between."),
    ] = "month",
    on: OnQuery = None,
    provider_id: Annotated[UUID | None, Query(description="Of this provider alone.")] = None,
    placement_id: Annotated[UUID | None, Query(description="Of this placement alone.")] = None,
    limit: LimitQuery = 50,
    after: Annotated[
        str | None,
        Query(max_length=44, pattern=CURSOR_PATTERN, description="The `next` of the page before, with the same `by`."),
    ] = None,
) -> CostsOut:
    """What the position's forecast is the sum of, to the øre (C4, C6).

    Rows stand in the order month, provider, placement. By month alone all twelve are there; otherwise a row that costs
    nothing is left out. `total` is the sum over all pages.
    """
    query = CostsQuery(frozenset(by.split(",")), on or clock.today(), provider_id, placement_id, limit, after)
    out = await costs_of_year(reader, year, query)
    await saw_placements(reader, {placement_id, *(item.placement_id for item in out.items)})
    return out


@router.post(
    "/what-if",
    summary="Ask what the year would look like",
    responses=refusals(service.RATE_MISSING, service.GUIDELINE_MISSING),
)
async def what_if(
    unit: SnapshotUnitOfWorkDep,
    actor: Money,
    year: YearPath,
    body: Annotated[WhatIfIn, Body(openapi_examples=EXAMPLES)],
    on: OnQuery = None,
    room_from: Annotated[Day | None, Query(description="As for the position.")] = None,
) -> WhatIfOut:
    """C9: places added or ended, another rate, supplement percent, share or frame; nothing is stored.

    Both positions are computed from what is known on the day, as `GET /v1/budgets/{year}/position` does. A change from
    a day after the year is refused (422); one from before it holds through the year.
    """
    if room_from is not None and room_from.year != year:
        raise VALIDATION(f"«room_from» må vere ein dag i {year}.", pointer="#/query/room_from")
    day = on or clock.today()
    known = await identified_stays(unit, year, day, None, None)
    question = await service.load_inputs(unit, year, day, known.stays, room_from)
    before, after = service.compute_position(question), service.compute_position(assumed(question, known, body.changes))
    paid = await paid_of_year(unit, year)
    await saw_placements(unit, placements_in(body.changes))
    return WhatIfOut(
        before=_position_out(before, paid),
        after=_position_out(after, paid),
        months=[
            WhatIfMonth(
                month=f"{year:04}-{month:02}", before=from_ore(was), after=from_ore(is_), difference=from_ore(is_ - was)
            )
            for month, (was, is_) in enumerate(
                zip(before.forecast_by_month, after.forecast_by_month, strict=True), start=1
            )
        ],
    )


def _position_out(position: Position, paid: Paid) -> PositionOut:
    """The contract's object: øre become kroner."""
    overrun, vta = position.overrun, position.vta_comparison
    became = split_incurred(position, paid.settled, paid.invoiced)
    if vta is None:
        raise RuntimeError("a position without its comparison")  # `position_on` refuses before
    return PositionOut(
        year=position.year,
        on=position.on,
        frame=None if position.frame is None else from_ore(position.frame),
        incurred=from_ore(position.incurred),
        remaining_to_come=from_ore(position.remaining_to_come),
        forecast=from_ore(position.forecast),
        difference=None if position.difference is None else from_ore(position.difference),
        share_used_percent=position.share_used_percent,
        flag=position.flag,
        overrun=None
        if overrun is None
        else OverrunOut(amount=from_ore(overrun.amount), first_month=overrun.first_month),
        places=position.places,
        average_monthly_cost=from_ore(position.average_monthly_cost),
        room_for_standard_places=position.room_for_standard_places,
        room_from=position.room_from,
        expected_refund=from_ore(position.expected_refund),
        net_forecast=from_ore(position.net_forecast),
        vta_comparison=VtaComparisonOut(
            minimum_share_percent=vta.minimum_share_percent, municipal_cost=from_ore(vta.municipal_cost)
        ),
        sums=PositionSums(
            gross=from_ore(position.forecast),
            refund=from_ore(position.expected_refund),
            net=from_ore(position.net_forecast),
        ),
        of_incurred=OfIncurredOut(
            settled=from_ore(became.settled),
            differing=from_ore(became.differing),
            open=from_ore(became.open),
            invoiced=from_ore(became.invoiced),
        ),
    )
