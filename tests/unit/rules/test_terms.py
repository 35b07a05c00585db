"""Terms over time (L2, L5, L7, D6), and what they cost with supplements, against the slow oracle (C3, C4, L6)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.cost import calculate_month_costs
from app.rules.placement_periods import PeriodColumns, PlacementPeriod, Supplement
from app.rules.prices import Guideline, Rate
from app.rules.terms import Terms, TermsChange, TermsSegment, build_segments, count_max_periods_per_year, find_terms
from tests.unit.rules.oracle import World, days, year_costs

YEAR = 2024
EDGES = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29),
         date(2024, 3, 1), date(2024, 4, 30), date(2024, 12, 31), date(2025, 1, 1)]  # fmt: skip
DAYS = st.one_of(st.sampled_from(EDGES), st.dates(date(2023, 11, 1), date(2025, 2, 28)))
FIRST = Terms(100, None, False)
CHANGES = st.lists(
    st.builds(
        TermsChange,
        valid_from=DAYS,
        share=st.one_of(st.none(), st.integers(1, 100)),
        monthly_ore=st.one_of(st.none(), st.sampled_from([1, 1_487_800, 2_231_700])),
        medication_tasks=st.sampled_from([None, True, False]),
    ),
    max_size=5,
)


def naive(first: Terms, changes: list[TermsChange], day: date) -> Terms:
    """The terms of one day: every change from its day on, the last decided last."""
    share, price, tasks = first.share, first.monthly_ore, first.medication_tasks
    for change in changes:
        if change.valid_from <= day:
            share = share if change.share is None else change.share
            price = price if change.monthly_ore is None else change.monthly_ore
            tasks = tasks if change.medication_tasks is None else change.medication_tasks
    return Terms(share, price, tasks)


@given(DAYS, st.one_of(st.none(), DAYS), CHANGES)
def test_each_day_of_the_place_has_the_terms_of_that_day(
    first_day: date, last_day: date | None, changes: list[TermsChange]
) -> None:
    """D6: no gap, no overlap, no needless cut; nothing before the first day or after the last."""
    segments = build_segments(first_day, last_day, FIRST, changes)
    if last_day is not None and last_day < first_day:
        assert segments == []
        return
    assert (segments[0].first_day, segments[-1].last_day) == (first_day, last_day)
    for before, after in zip(segments, segments[1:], strict=False):
        assert before.last_day is not None
        assert after.first_day == before.last_day + timedelta(days=1)
        assert before.terms != after.terms
    for segment in segments:
        for day in days(segment.first_day, segment.last_day or date(2025, 3, 1)):
            assert segment.terms == naive(FIRST, changes, day) == find_terms(segments, day)


@given(DAYS, DAYS, st.one_of(st.none(), DAYS), CHANGES)
def test_an_end_cuts_and_its_withdrawal_brings_back(
    first_day: date, cut: date, last_day: date | None, changes: list[TermsChange]
) -> None:
    """L3, L5: up to the end nothing differs, and without it everything is as before."""
    whole = build_segments(first_day, last_day, FIRST, changes)
    for segment in build_segments(first_day, cut, FIRST, changes):
        for day in days(segment.first_day, segment.last_day or cut):
            assert segment.terms == find_terms(whole, day) if last_day is None or day <= last_day else True


@given(
    DAYS,
    st.one_of(st.none(), DAYS),
    CHANGES,
    st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS), st.sampled_from([1, 300_000, 333_333])), max_size=3),
    st.sampled_from(["calendar_days", "weekdays"]),
)
def test_costs_with_segments_and_supplements_are_the_oracles(
    first_day: date,
    last_day: date | None,
    changes: list[TermsChange],
    extra: list[tuple[date, date | None, int]],
    proration: str,
) -> None:
    """C3, C4, L6: by day exact, rounded once a month; 29 February and the year's ends are in it."""
    segments = build_segments(first_day, last_day, FIRST, changes)
    periods = [
        PlacementPeriod(0, one.first_day, one.last_day, one.terms.share, one.terms.monthly_ore) for one in segments
    ]
    supplements = [Supplement(0, first, last, ore) for first, last, ore in extra if last is None or last >= first]
    world = World(
        periods=periods,
        supplements=supplements,
        rates=[
            Rate(None, date(2023, 1, 1), date(2023, 1, 1), 1_566_700),
            Rate(None, date(2024, 1, 1), date(2024, 1, 1), 1_623_100),
        ],
        guidelines=[
            Guideline(None, date(2022, 1, 1), proration="weekdays" if proration == "weekdays" else "calendar_days")
        ],
        known_on=date(2024, 12, 31),
        count=1,
    )
    columns = PeriodColumns.from_rows(periods, supplements, count=1)
    costs = calculate_month_costs(columns, YEAR, world.rates, world.guidelines, world.known_on)
    assert costs.tolist() == year_costs(world, YEAR)


@pytest.mark.parametrize(
    ("periods", "count"),
    [
        ([(date(2022, 1, 1), date(2022, 6, 30)), (date(2022, 7, 1), None), (date(2023, 5, 1), date(2023, 5, 2))], 2),
        ([], 0),
    ],
)
def test_c4_how_many_periods_touch_one_year(periods: list[tuple[date, date | None]], count: int) -> None:
    """C4: the bound on what is summed."""
    assert count_max_periods_per_year(periods) == count


def test_l7_a_place_without_changes_is_one_segment() -> None:
    """L7."""
    assert build_segments(date(2022, 1, 1), None, FIRST, []) == [TermsSegment(date(2022, 1, 1), None, FIRST)]
