"""The year's frame, refund and position (C5–C8, C10, C11), and who is told when the flag rises (C7)."""

from dataclasses import replace
from datetime import date

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col

from app.budget.placement_periods import stays_of_year
from app.budget.schemas import DecisionBudget, ExpectedRefundIn, FrameIn
from app.budget.tables import BudgetFlag, BudgetFrame, ExpectedRefund
from app.database.locks import AdvisoryLock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import Problem, problem_type
from app.outbox.events import BudgetFlagEvent
from app.outbox.publish import publish
from app.rates import rates
from app.rules.cost import calculate_month_costs
from app.rules.money import from_ore, to_ore
from app.rules.placement_periods import STANDARD_PRICE, PeriodColumns
from app.rules.position import Flag, Frame, Position, PositionInputs, calculate_position, rank_flag
from app.rules.prices import GuidelineMissing, RateMissing

RATE_MISSING = problem_type(
    "rate-missing",
    409,
    title="Sats manglar",
    nn="Det finst plassar på ein dag som ingen sats er kjend for.",
    en="There is a place on a day for which no rate is known (C1). `day` is the first such day.",
)
GUIDELINE_MISSING = problem_type(
    "guideline-missing",
    409,
    title="Retningslinje manglar",
    nn="Det finst plassar på ein dag før retningslinja gjeld.",
    en="There is a place on a day on which no guideline version is in force (C2). `day` is the first such day.",
)


async def add_frame(unit: UnitOfWork, year: int, body: FrameIn) -> BudgetFrame:
    """C5: a revision of the year's frame."""
    frame = BudgetFrame.model_validate({**body.model_dump(), "year": year})
    unit.session.add(frame)
    await unit.session.flush()
    return frame


async def expect_refund(unit: UnitOfWork, year: int, body: ExpectedRefundIn) -> ExpectedRefund:
    """C11: what the year's refund is now expected to be."""
    refund = ExpectedRefund.model_validate({**body.model_dump(), "year": year})
    unit.session.add(refund)
    await unit.session.flush()
    return refund


async def position_on(queries: Queries, year: int, on: date, room_from: date | None = None) -> Position:
    """C6–C8, C10, C11: the position of a year on a day. 409 `rate-missing` or `guideline-missing`.

    **Decided here**: a position on an earlier day uses what was known by that day: a place granted later is left out,
    as a rate known later is (C1) and a frame adopted later (C5).
    """
    stays = await stays_of_year(queries, year, on)
    return compute_position(await load_inputs(queries, year, on, stays, room_from))


async def load_inputs(
    queries: Queries, year: int, on: date, stays: PeriodColumns, room_from: date | None = None
) -> PositionInputs:
    """Everything that the position of a year on a day is computed from."""
    # Of several from one day the one that the database stored last: an id goes by the clock of whoever made it.
    frames = await queries.fetch(
        select(col(BudgetFrame.id), col(BudgetFrame.adopted_on), col(BudgetFrame.amount))
        .ext(distinct_on(col(BudgetFrame.adopted_on)))
        .where(col(BudgetFrame.year) == year)
        .order_by(col(BudgetFrame.adopted_on), col(BudgetFrame.created_at).desc(), col(BudgetFrame.id).desc())
    )
    refund = await queries.fetch_value(
        select(col(ExpectedRefund.amount))
        .where(col(ExpectedRefund.year) == year, col(ExpectedRefund.recorded_on) <= on)
        .order_by(
            col(ExpectedRefund.recorded_on).desc(),
            col(ExpectedRefund.created_at).desc(),
            col(ExpectedRefund.id).desc(),
        )
        .limit(1)
    )
    known_rates, guidelines = await rates.load_prices(queries)
    return PositionInputs(
        year=year,
        on=on,
        periods=stays,
        rates=known_rates,
        guidelines=guidelines,
        frames=[Frame(id_, adopted_on, to_ore(amount)) for id_, adopted_on, amount in frames],
        expected_refund=0 if refund is None else to_ore(refund),
        room_from=room_from,
    )


def compute_position(question: PositionInputs) -> Position:
    """C6: the position; 409 `rate-missing` or `guideline-missing` where a place has no price."""
    try:
        position = calculate_position(question)
        if position.vta_comparison is None:
            _require_rates(question)
    except (RateMissing, GuidelineMissing) as missing:
        raise missing_problem(missing) from missing
    return position


def missing_problem(missing: RateMissing | GuidelineMissing) -> Problem:
    """The refusal that names the first day without a price."""
    if isinstance(missing, RateMissing):
        return RATE_MISSING(f"Ingen sats er kjend for {missing.day}, og då finst det plassar.", day=f"{missing.day}")
    return GUIDELINE_MISSING(
        f"Inga utgåve av retningslinja gjeld {missing.day}, og då finst det plassar.", day=f"{missing.day}"
    )


async def watch_flag(unit: UnitOfWork, year: int, on: date) -> Position:
    """C7: the year's position after an act, and an event once when its flag has risen.

    Called in the act's own transaction. Whoever moves the same year waits here, so that two acts at once do not both
    tell of one rise. A flag that falls is noted without a word: the next rise is told of again.
    """
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.BUDGET_YEAR, year)))
    position = await position_on(unit, year, on)
    noted_flag = await unit.session.scalar(select(col(BudgetFlag.flag)).where(col(BudgetFlag.year) == year))
    before: Flag = noted_flag or "no_frame"
    if position.flag != before:
        noted = insert(BudgetFlag).values(year=year, flag=position.flag)
        await unit.session.execute(
            noted.on_conflict_do_update(index_elements=["year"], set_={"flag": noted.excluded.flag})
        )
    if rank_flag(position.flag) > rank_flag(before):
        first_month = None if position.overrun is None else position.overrun.first_month
        await publish(
            unit,
            BudgetFlagEvent(
                "budget.overrun" if position.flag == "overrun" else "budget.watch",
                year,
                on,
                position.flag,
                first_month,
            ),
        )
    return position


async def watch_flags(unit: UnitOfWork, first_year: int, on: date) -> None:
    """C7: `watch_flag` for an act that touches several years: every year with a frame, from the first one touched.

    A year whose position lacks a rate is passed by: it has no flag to rise. Also a provider's notice moves the flag,
    and no provider sees a budget, or may: so it is looked at with the municipality's sight, and nothing is answered.
    Were it left as it was, the next rise would be compared with a flag that no longer holds, and go untold.
    """
    async with unit.acting_as("case_officer"):
        years = select(col(BudgetFrame.year)).where(col(BudgetFrame.year) >= first_year).distinct()
        # In rising order, as everyone takes their locks.
        for year in sorted(await unit.session.scalars(years)):
            await decision_budget(unit, year, on)


async def decision_budget(unit: UnitOfWork, year: int, on: date) -> DecisionBudget | None:
    """C7: what an act answers of the year's budget after it, its flag watched; None where a rate is missing.

    The act stands all the same: the law asks for the service, not for the budget.
    """
    try:
        position = await watch_flag(unit, year, on)
    except Problem as problem:
        if problem.type in (RATE_MISSING, GUIDELINE_MISSING):
            return None
        raise
    difference = None if position.difference is None else from_ore(position.difference)
    return DecisionBudget(year=year, flag=position.flag, forecast=from_ore(position.forecast), difference=difference)


def _require_rates(question: PositionInputs) -> None:
    """C1, C10: places at their own price need no rate to cost something, but the comparison needs one for every place.

    Raises RateMissing or GuidelineMissing for the first day of any place that lacks it.
    """
    standard = np.full_like(question.periods.monthly_ore, STANDARD_PRICE)
    every_place: PeriodColumns = replace(question.periods, monthly_ore=standard)
    calculate_month_costs(every_place, question.year, question.rates, question.guidelines, question.on)
