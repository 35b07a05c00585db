"""P2: active places on any day never exceed the capacity in force that day."""

from datetime import date, timedelta
from operator import itemgetter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.capacity import find_first_day_over_capacity

FIRST = date(2022, 1, 1)
DAYS = st.integers(0, 60).map(lambda offset: FIRST + timedelta(days=offset))
CAPACITIES = st.lists(st.tuples(DAYS, st.integers(0, 4)), max_size=4)
PERIODS = st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), max_size=8)


@given(CAPACITIES, PERIODS, st.randoms(use_true_random=False))
def test_p2_the_first_day_a_walk_finds(
    capacities: list[tuple[date, int]], periods: list[tuple[date, date | None]], random: Random
) -> None:
    """P2: against a walk through every day; of several capacities of one first day the last counts."""
    walked = None
    for offset in range(70):
        day = FIRST + timedelta(days=offset)
        active = sum(first <= day and (last is None or day <= last) for first, last in periods)
        # `max` takes the first of equals: the last recorded of one first day.
        in_force = max((row for row in reversed(capacities) if row[0] <= day), key=itemgetter(0), default=(day, 0))
        if active > in_force[1]:
            walked = day
            break
    assert find_first_day_over_capacity(capacities, periods) == walked
    # Rows of different days come in any order.
    shuffled = sorted(capacities, key=lambda row: hash((row[0], len(periods))))
    assert find_first_day_over_capacity(shuffled, random.sample(periods, len(periods))) == walked


@pytest.mark.parametrize(
    ("periods", "over"),
    [
        ([(date(2022, 1, 1), None)] * 2, None),
        ([(date(2022, 1, 1), None)] * 3, date(2022, 1, 1)),
        ([(date(2022, 1, 1), date(2022, 3, 31)), (date(2022, 1, 1), None), (date(2022, 4, 1), None)], None),
        ([(date(2022, 1, 1), date(2022, 4, 1)), (date(2022, 1, 1), None), (date(2022, 4, 1), None)], date(2022, 4, 1)),
        ([(date(2021, 12, 31), None)], date(2021, 12, 31)),
        ([(date(2022, 1, 1), None)] * 2 + [(date(2022, 6, 2), date(2022, 6, 1))], None),
        ([(date(2022, 1, 1), date.max)] * 2, None),
    ],
)
def test_p2_two_places(periods: list[tuple[date, date | None]], over: date | None) -> None:
    """P2: both days of a period count, and a provider has no place before its first capacity."""
    assert find_first_day_over_capacity([(date(2022, 1, 1), 2)], periods) == over


def test_p2_a_capacity_that_shrinks() -> None:
    """P2: places already given are over it from the day it shrinks."""
    capacities = [(date(2022, 1, 1), 2), (date(2022, 7, 1), 1)]
    assert find_first_day_over_capacity(capacities, [(date(2022, 1, 1), None)] * 2) == date(2022, 7, 1)
