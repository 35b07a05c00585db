"""C13: lines and differences, against the columns that the position is a sum of, through any history."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import settlement
from app.rules.calendar import get_month_range
from app.rules.cost import calculate_month_costs
from app.rules.money import round_half_up
from app.rules.placement_periods import PeriodColumns, PlacementPeriod, Supplement
from app.rules.prices import Guideline, GuidelineMissing, Rate, RateMissing
from app.rules.settlement import (
    Difference,
    MonthLine,
    calculate_month_lines,
    find_differences,
    find_pending_differences,
)
from tests.unit.rules import oracle
from tests.unit.rules.oracle import World
from tests.unit.rules.strategies import YEARS, worlds

GUIDELINE = Guideline(UUID(int=9), date(2022, 1, 1))
OLD = Rate(UUID(int=1), date(2023, 1, 1), date(2022, 10, 6), 1_532_400)
NEW = Rate(UUID(int=2), date(2023, 1, 1), date(2023, 5, 11), 1_566_700)
CHEAPER = Guideline(None, date(2022, 1, 1), 4000)
EXTRA = Supplement(0, date(2023, 4, 1), None, 300_000)
APRIL = date(2023, 4, 1)
LATER = date(2023, 6, 1)


def lines(world: World, month: date) -> dict[int, MonthLine]:
    periods = PeriodColumns.from_rows(world.periods, world.supplements, count=world.count)
    return calculate_month_lines(periods, month, world.rates, world.guidelines, world.known_on)


def line(
    *rows: PlacementPeriod,
    supplements: Sequence[Supplement] = (),
    rates: Sequence[Rate] = (OLD,),
    guideline: Guideline = GUIDELINE,
    month: date = APRIL,
) -> MonthLine | None:
    periods = PeriodColumns.from_rows(rows, supplements)
    return calculate_month_lines(periods, month, rates, [guideline], LATER).get(0)


def explain(closed: MonthLine | None, recomputed: MonthLine | None) -> list[tuple[str, int]]:
    found = find_differences(closed, recomputed)
    assert sum(difference.amount for difference in found) == (recomputed.amount if recomputed else 0) - (
        closed.amount if closed else 0
    )
    return [(difference.cause, difference.amount) for difference in found]


@given(worlds(), YEARS)
def test_c13_lines_are_the_costs_and_can_be_recomputed(world: World, year: int) -> None:
    """C4, C13: each line is the oracle's month and the position's, to the øre, and its parts say the same."""
    columns = PeriodColumns.from_rows(world.periods, world.supplements, count=world.count)
    costs = oracle.year_costs(world, year)
    assert calculate_month_costs(columns, year, world.rates, world.guidelines, world.known_on).tolist() == costs
    for month in range(1, 13):
        found = lines(world, date(year, month, 1))
        assert {placement: made.amount for placement, made in found.items() if made.amount} == {
            placement: cost for placement, cost in enumerate(costs[month - 1]) if cost
        }
        first, last = get_month_range(year, month)
        for made in found.values():
            by_hand = sum(part.price_bp * part.share * part.days for part in made.parts)
            assert made.amount == round_half_up(by_hand, 1_000_000 * made.divisor)
            assert all(first <= part.first_day <= part.last_day <= last for part in made.parts)


@given(st.lists(st.tuples(worlds(), st.integers(0, 4)), min_size=2, max_size=6))
def test_c13_closed_lines_and_differences_are_the_months_computed_anew(history: list[tuple[World, int]]) -> None:
    """C13: whatever changes between the closings, and however many months each of them finds."""
    months = [date(2023, month, 1) for month in range(1, 13)]
    books: dict[tuple[UUID, date], MonthLine] = {}
    amounts: dict[tuple[UUID, date], int] = {}
    closed: list[date] = []
    for world, more in history:
        recomputed = {
            (UUID(int=placement), month): made
            for month in months[: len(closed) + more]
            for placement, made in lines(world, month).items()
        }
        of_closed = {key: made for key, made in recomputed.items() if key[1] in closed}
        for key, found in find_pending_differences(books, of_closed).items():
            amounts[key] = amounts.get(key, 0) + sum(difference.amount for difference in found)
            settle(books, key, found)
        assert {key: amount for key, amount in amounts.items() if amount} == {
            key: made.amount for key, made in of_closed.items() if made.amount
        }
        for month in months[len(closed) : len(closed) + more]:
            books |= {key: made for key, made in recomputed.items() if key[1] == month}
            amounts |= {key: made.amount for key, made in recomputed.items() if key[1] == month}
            closed.append(month)


@given(worlds(), worlds(), YEARS)
def test_c13_a_cause_found_at_once_is_the_one_found_day_by_day(was: World, now: World, year: int) -> None:
    """C13: the short way for prices alone says what the long way says."""
    same_places = World(was.periods, was.supplements, now.rates, now.guidelines, now.known_on, was.count)
    for month in range(1, 13):
        first = date(year, month, 1)
        closed, recomputed = lines(was, first), lines(same_places, first)
        for placement in closed.keys() & recomputed.keys():
            found = find_differences(closed[placement], recomputed[placement])
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(settlement, "_find_single_cause", lambda *_: None)
                assert find_differences(closed[placement], recomputed[placement]) == found


def settle(books: dict[tuple[UUID, date], MonthLine], key: tuple[UUID, date], found: list[Difference]) -> None:
    """What stands in the books after a difference was closed."""
    stands = found[-1].line
    if stands is None:
        del books[key]
    else:
        books[key] = stands


def test_c13_the_year_whose_rate_was_raised_backwards() -> None:
    """C13: 24 places, January to May 2023, closed at 15 324 and 15 667 known afterwards: 61 740."""
    periods = PeriodColumns.from_rows([PlacementPeriod(placement, date(2021, 1, 1)) for placement in range(24)])
    total = 0
    for month in range(1, 6):
        first = date(2023, month, 1)
        was = calculate_month_lines(periods, first, [OLD], [GUIDELINE], LATER)
        now = calculate_month_lines(periods, first, [OLD, NEW], [GUIDELINE], LATER)
        assert [made.amount for made in was.values()] == [2_298_600] * 24
        for placement in range(24):
            (difference,) = find_differences(was[placement], now[placement])
            assert (difference.cause, difference.amount) == ("rate", 51_450)
            assert difference.line is not None
            assert {part.rate_id for part in difference.line.parts} == {NEW.id}
            total += difference.amount
    assert total == 6_174_000


WHOLE = line(PlacementPeriod(0, date(2023, 1, 1)))
OWN_PRICE = line(PlacementPeriod(0, date(2023, 1, 1), monthly_ore=2_000_000))


@pytest.mark.parametrize(
    ("closed", "recomputed", "cause", "amount"),
    [
        (WHOLE, line(PlacementPeriod(0, date(2023, 1, 1)), rates=[OLD, NEW]), "rate", 51_450),
        (WHOLE, line(PlacementPeriod(0, date(2023, 1, 1)), guideline=CHEAPER), "rate", -153_240),
        (WHOLE, line(PlacementPeriod(0, date(2023, 4, 16))), "period", -1_149_300),
        (WHOLE, line(PlacementPeriod(0, date(2023, 1, 1), share=50)), "share", -1_149_300),
        (WHOLE, line(PlacementPeriod(0, date(2023, 1, 1)), supplements=[EXTRA]), "supplement", 300_000),
        (
            OWN_PRICE,
            line(PlacementPeriod(0, date(2023, 1, 1), monthly_ore=2_100_000)),
            "legacy_price",
            100_000,
        ),
        (WHOLE, OWN_PRICE, "legacy_price", -298_600),
        (None, WHOLE, "added", 2_298_600),
        (WHOLE, None, "removed", -2_298_600),
    ],
)
def test_c13_each_cause_by_its_own_name(
    closed: MonthLine | None, recomputed: MonthLine | None, cause: str, amount: int
) -> None:
    """C13: one kind of change, one cause."""
    assert explain(closed, recomputed) == [(cause, amount)]


@pytest.mark.parametrize("same", [WHOLE, None])
def test_c13_equal_lines_have_no_difference(same: MonthLine | None) -> None:
    """C13."""
    assert explain(same, same) == []


def test_several_changes_at_once_are_told_apart() -> None:
    """C13: each cause has its part, and they add up."""
    was = line(PlacementPeriod(0, date(2023, 1, 1)), supplements=[Supplement(0, date(2023, 1, 1), None, 300_000)])
    now = line(
        PlacementPeriod(0, date(2023, 4, 16), share=50),
        rates=[OLD, NEW],
        supplements=[Supplement(0, date(2023, 1, 1), None, 400_000)],
    )
    assert explain(was, now) == [
        ("period", -1_149_300 - 150_000),
        ("share", -574_650),
        ("rate", 12_863),  # 5 875.125 + 1 500, rounded as a line is
        ("supplement", 50_000),
    ]


def test_a_change_that_costs_nothing_is_no_difference() -> None:
    """C13: another rate row with the same amount."""
    again = Rate(UUID(int=3), date(2023, 1, 1), date(2023, 2, 1), 1_532_400)
    assert (
        explain(
            line(PlacementPeriod(0, date(2023, 1, 1))), line(PlacementPeriod(0, date(2023, 1, 1)), rates=[OLD, again])
        )
        == []
    )


def test_a_month_with_several_prices_has_a_part_for_each() -> None:
    """C3, C4: a rate from the middle of the month, another share from a day, rounded once."""
    middle = Rate(UUID(int=4), date(2023, 4, 11), date(2023, 1, 1), 1_600_001)
    made = line(
        PlacementPeriod(0, date(2023, 1, 1), date(2023, 4, 20)),
        PlacementPeriod(0, date(2023, 4, 21), share=33),
        rates=[OLD, middle],
        supplements=[Supplement(0, date(2023, 4, 25), date(2023, 5, 9), 100_001)],
    )
    assert made is not None
    assert [(part.kind, part.days, part.share, part.rate_id) for part in made.parts] == [
        ("base", 10, 100, OLD.id),
        ("base", 10, 100, middle.id),
        ("base", 10, 33, middle.id),
        ("supplement", 6, 100, None),
    ]
    assert (made.days, made.divisor) == (30, 30)


def test_weekdays_without_a_weekday_have_no_line() -> None:
    """C3: a period on a weekend alone costs nothing under `weekdays`."""
    weekdays = Guideline(UUID(int=9), date(2022, 1, 1), proration="weekdays")
    assert line(PlacementPeriod(0, date(2023, 4, 29), date(2023, 4, 30)), guideline=weekdays) is None
    made = line(PlacementPeriod(0, date(2023, 4, 28)), guideline=weekdays)
    assert made is not None
    assert (made.days, made.divisor) == (1, 20)


def test_a_stay_that_never_came_to_be_has_no_line() -> None:
    assert line(PlacementPeriod(0, date(2023, 4, 10), date(2023, 4, 9))) is None


def test_c1_a_month_without_a_rate_is_an_error_that_names_the_day() -> None:
    """C1: never zero."""
    late = Rate(None, date(2023, 4, 11), date(2023, 1, 1), 1)
    with pytest.raises(RateMissing) as no_rate:
        line(PlacementPeriod(0, date(2023, 4, 5)), rates=[late])
    assert no_rate.value.day == date(2023, 4, 5)


def test_c2_a_month_without_a_guideline_is_an_error_that_names_the_day() -> None:
    """C2: never zero."""
    with pytest.raises(GuidelineMissing) as no_guideline:
        line(PlacementPeriod(0, date(2023, 4, 5)), guideline=Guideline(None, APRIL + timedelta(days=9)))
    assert no_guideline.value.day == date(2023, 4, 5)


def test_c1_another_month_without_a_price_is_no_error() -> None:
    """C1: a line is of its own month alone."""
    later = Rate(None, APRIL, date(2023, 1, 1), 1_532_400)
    assert line(PlacementPeriod(0, date(2023, 1, 1)), rates=[later]) is not None


def test_l2_a_place_at_its_own_price_needs_no_rate() -> None:
    """L2."""
    assert line(PlacementPeriod(0, date(2023, 4, 5), monthly_ore=100), rates=[]) is not None
