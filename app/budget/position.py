"""The position of a year (C5–C8, C10, C11), and the event when its flag rises (C7)."""

from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.budget.placement_periods import load_periods
from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING, refuse_missing_prices
from app.budget.schemas import DecisionBudget
from app.budget.tables import BudgetFlag, BudgetFrame
from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import Problem
from app.outbox.events import BudgetFlagEvent
from app.outbox.publish import publish
from app.rates.rates import load_prices
from app.rules.money import from_ore, to_ore
from app.rules.placement_periods import PeriodColumns
from app.rules.position import Flag, Frame, Position, PositionInputs, calculate_position, rank_flag

# Of several from one day the one that the database stored last: an id goes by the clock of the process that made it.
_YEAR_AMOUNTS = CompiledQuery(
    text(
        """
    select
        array(
            select row(id, adopted_on, amount)
            from (
                select distinct on (adopted_on) id, adopted_on, amount from budget_frame where year = :year
                order by adopted_on, created_at desc, id desc
            ) as frame
        ),
        coalesce((
            select amount from expected_refund where year = :year and recorded_on <= :on
            order by recorded_on desc, created_at desc, id desc limit 1
        ), 0)
    """
    )
)


async def load_position(queries: Queries, year: int, on: date, room_from: date | None = None) -> Position:
    """C6–C8, C10, C11: the position of a year on a day. 409 `rate-missing` or `guideline-missing`.

    **Decided here**: a position on an earlier day uses what was known by that day: a place granted later is left out,
    as a rate known later is (C1) and a frame adopted later (C5).
    """
    periods = await load_periods(queries, year, on)
    return compute_position(await load_inputs(queries, year, on, periods, room_from))


async def load_inputs(
    queries: Queries, year: int, on: date, periods: PeriodColumns, room_from: date | None = None
) -> PositionInputs:
    """Everything that the position of a year on a day is computed from."""
    record = await queries.fetch_one(_YEAR_AMOUNTS, year=year, on=on)
    assert record is not None
    frames, refund = record
    rates, guidelines = await load_prices(queries)
    return PositionInputs(
        year=year,
        on=on,
        periods=periods,
        rates=rates,
        guidelines=guidelines,
        frames=[Frame(id_, adopted_on, to_ore(amount)) for id_, adopted_on, amount in frames],
        expected_refund=to_ore(refund),
        room_from=room_from,
    )


def compute_position(inputs: PositionInputs) -> Position:
    """C6: the position. 409 `rate-missing` or `guideline-missing` when a place has no price on a day."""
    with refuse_missing_prices():
        return calculate_position(inputs)


async def watch_flag(unit: UnitOfWork, year: int, on: date) -> Position:
    """C7: the year's position after a change, and one event when its flag has risen.

    Called in the change's own transaction. Changes of the same year wait for each other here, so that two at once do
    not both publish one rise. A flag that falls is stored without an event: the next rise is published again.
    """
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.BUDGET_YEAR, year)))
    position = await load_position(unit, year, on)
    stored_flag = await unit.session.scalar(select(col(BudgetFlag.flag)).where(col(BudgetFlag.year) == year))
    before: Flag = stored_flag or "no_frame"
    if position.flag != before:
        statement = insert(BudgetFlag).values(year=year, flag=position.flag)
        await unit.session.execute(
            statement.on_conflict_do_update(index_elements=["year"], set_={"flag": statement.excluded.flag})
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


async def watch_flags(unit: UnitOfWork, first_year: int, on: date) -> list[DecisionBudget]:
    """C7: `watch_flag` for a change that affects several years: each with a frame, from the first year affected.

    A year whose position lacks a rate is left out: it has no flag. A provider's notice changes the flag too, though a
    provider may not see a budget: so it is computed with the case office's access, and nothing of it is answered. Were
    the flag left as it was, the next rise would be compared with one that no longer holds, and not be published.
    """
    async with unit.acting_as("case_officer"):
        years = select(col(BudgetFrame.year)).where(col(BudgetFrame.year) >= first_year).distinct()
        # In rising order, as every transaction takes these locks.
        budgets = [await watch_decision_budget(unit, year, on) for year in sorted(await unit.session.scalars(years))]
    return [budget for budget in budgets if budget is not None]


async def watch_decision_budget(unit: UnitOfWork, year: int, on: date) -> DecisionBudget | None:
    """C7: `watch_flag`, and what a decision answers of the year's budget after it; None when a rate is missing."""
    try:
        position = await watch_flag(unit, year, on)
    except Problem as problem:
        if problem.type in (RATE_MISSING, GUIDELINE_MISSING):
            return None
        raise
    difference = None if position.difference is None else from_ore(position.difference)
    return DecisionBudget(year=year, flag=position.flag, forecast=from_ore(position.forecast), difference=difference)
