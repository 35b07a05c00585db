"""C15: the rate raised by a percent a year, and the first year over its frame."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import from_ore
from app.rules.placement_periods import PeriodColumns, PlacementPeriod
from app.rules.position import Frame, PositionInputs, calculate_position
from app.rules.prices import MAX_MONTHLY_ORE, Guideline, Rate, YearPrices
from app.rules.several_years import find_first_overrun_year, raise_rates

GUIDELINE = Guideline(None, date(2020, 1, 1))
ON = date(2022, 6, 1)


def recorded(number: int, valid_from: date, monthly_ore: int) -> Rate:
    return Rate(UUID(int=number), valid_from, min(valid_from, ON), monthly_ore)


def assumed(valid_from: date, monthly_ore: int) -> Rate:
    return Rate(None, valid_from, min(valid_from, ON), monthly_ore)


def rate_on(rates: list[Rate], day: date) -> Decimal | None:
    rate = YearPrices.from_rows(day.year, rates, [GUIDELINE], ON).rates[(day - date(day.year, 1, 1)).days]
    return None if rate is None else from_ore(rate.monthly_ore)


def test_c15_each_year_is_raised_from_the_year_before() -> None:
    """C15: 3.60 % of 14 878.00 is 535.608; what is rounded is what the next year is raised from."""
    rates = raise_rates([recorded(1, date(2022, 1, 1), 1_487_800)], 360, ON, 2025)
    assert [rate_on(rates, date(year, 12, 31)) for year in range(2022, 2026)] == [
        Decimal("14878.00"),
        Decimal("15413.61"),
        Decimal("15968.50"),
        Decimal("16543.37"),
    ]


def test_c15_a_known_rate_is_never_raised() -> None:
    """C15: what is recorded for coming years holds; the raise begins after the last of it."""
    known = [recorded(1, date(2022, 1, 1), 1_000_000), recorded(2, date(2024, 5, 1), 2_000_000)]
    rates = raise_rates(known, 1000, ON, 2025)
    days = (date(2023, 1, 1), date(2024, 1, 1), date(2024, 5, 1), date(2025, 1, 1))
    assert [rate_on(rates, day) for day in days] == [10_000, 10_000, 20_000, 22_000]


def test_c15_a_rate_that_is_not_known_on_the_day_is_raised_over() -> None:
    """C1, C15: a rate that became known after the position's day is no known rate."""
    late = Rate(UUID(int=2), date(2023, 1, 1), date(2023, 1, 1), 9_000_000)
    rates = raise_rates([recorded(1, date(2022, 1, 1), 1_000_000), late], 1000, ON, 2023)
    assert rate_on(rates, date(2023, 1, 1)) == 11_000


def test_c15_an_assumed_rate_is_raised_from_the_next_new_year_on() -> None:
    """C9, C15: one in the middle of a year replaces what was raised, one on 1 January the raise itself."""
    known = recorded(1, date(2022, 1, 1), 1_000_000)
    rates = raise_rates([known, assumed(date(2024, 7, 1), 2_000_000)], 1000, ON, 2025)
    days = (date(2023, 1, 1), date(2024, 1, 1), date(2024, 7, 1), date(2025, 1, 1))
    assert [rate_on(rates, day) for day in days] == [11_000, 12_100, 20_000, 22_000]
    rates = raise_rates([known, assumed(date(2024, 1, 1), 2_000_000)], 1000, ON, 2025)
    assert [rate_on(rates, date(year, 1, 1)) for year in (2023, 2024, 2025)] == [11_000, 20_000, 22_000]


def test_c15_without_a_recorded_rate_the_first_assumed_one_is_raised() -> None:
    """C15: and where there is none at all, no rate is made up."""
    rates = raise_rates([assumed(date(2023, 7, 1), 2_000_000)], 1000, ON, 2024)
    assert [rate_on(rates, day) for day in (date(2023, 1, 1), date(2024, 1, 1))] == [None, 22_000]
    assert raise_rates([], 1000, ON, 2031) == []


def test_c15_a_rate_that_would_grow_too_large_is_refused() -> None:
    """C15: no sum is computed from what is no monthly amount any more."""
    largest = recorded(1, date(2022, 1, 1), MAX_MONTHLY_ORE)
    assert raise_rates([largest], 0, ON, 2031)
    with pytest.raises(ValueError, match="a rate lies"):
        raise_rates([largest], 1, ON, 2023)


@given(
    st.lists(
        st.tuples(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 3_000_000), st.booleans()), max_size=5
    ),
    st.integers(0, 2_000),
    st.integers(2015, 2034),
)
def test_c15_a_raise_changes_no_day_before_it(rows: list[tuple[date, int, bool]], percent_bp: int, year: int) -> None:
    """C15: through the last recorded year every day has its rate; after it each 1 January is the day before, raised,
    but where an assumed rate begins; and a later last year changes none before it.
    """
    rates = [
        recorded(number, day, ore) if is_recorded else assumed(day, ore)
        for number, (day, ore, is_recorded) in enumerate(rows, start=1)
    ]
    raised = raise_rates(rates, percent_bp, ON, year)
    assert raised[: len(rates)] == rates
    assert {rate.valid_from for rate in raised[len(rates) :]}.isdisjoint(rate.valid_from for rate in rates)
    last = max((rate.valid_from for rate in rates if rate.id), default=min((r.valid_from for r in rates), default=None))
    for later in raised[len(rates) :]:
        assert last is not None
        assert (later.valid_from.month, later.valid_from.day) == (1, 1)
        assert last.year < later.valid_from.year <= year
        before = rate_on(raised, date(later.valid_from.year - 1, 12, 31))
        assert before is not None
        assert abs(from_ore(later.monthly_ore) - before * (10_000 + percent_bp) / 10_000) <= Decimal("0.005")
    longer = raise_rates(rates, percent_bp, ON, year + 1)
    assert longer[: len(raised)] == raised


def test_c15_the_first_year_over_its_frame() -> None:
    """C15: one without a frame is never the first over, whatever it costs; exactly at the frame is not over."""
    periods = PeriodColumns.from_rows([PlacementPeriod(0, date(2020, 1, 1))])
    rates = [recorded(1, date(2020, 1, 1), 1_000_000)]
    inputs = PositionInputs(2022, ON, periods, rates, [GUIDELINE], [])
    years = [
        calculate_position(replace(inputs, year=year, frames=frames))
        for year, frames in [
            (2022, []),
            (2023, [Frame(None, ON, 18_000_000)]),
            (2024, [Frame(None, ON, 17_999_999)]),
            (2025, [Frame(None, ON, 1)]),
        ]
    ]
    assert find_first_overrun_year(years) == 2024
    assert find_first_overrun_year(years[:2]) is None
