"""P2: active places on any day never exceed the capacity in force that day."""

from datetime import date, timedelta
from fractions import Fraction
from operator import itemgetter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.capacity import (
    Occupancy,
    ShareCounts,
    calculate_vacancy,
    find_first_day_over_capacity,
    find_first_day_over_whole,
)

FIRST = date(2022, 1, 1)
DAYS = st.integers(0, 60).map(lambda offset: FIRST + timedelta(days=offset))
CAPACITIES = st.lists(st.tuples(DAYS, st.integers(0, 4)), max_size=4)
PLACES = st.lists(st.builds(Occupancy, DAYS, st.one_of(st.none(), DAYS), st.sampled_from([1, 20, 50, 100])), max_size=8)
COUNTS: st.SearchStrategy[ShareCounts] = st.sampled_from(["shares", "people"])
COUNTING = st.lists(st.tuples(DAYS, COUNTS), max_size=2, unique_by=itemgetter(0)).map(sorted)


def filled(places: list[Occupancy], day: date, counts: str) -> Fraction:
    """By hand: the places that are active on a day."""
    active = [one.share for one in places if one.first_day <= day and (one.last_day is None or day <= one.last_day)]
    return Fraction(sum(active), 100) if counts == "shares" else Fraction(len(active))


def in_force(rows: list[tuple[date, Any]], day: date, otherwise: Any) -> Any:
    """By hand: the last of the latest rows by a day."""
    known = [row for row in rows if row[0] <= day]
    latest = max((first for first, _ in known), default=None)
    return otherwise if latest is None else [value for first, value in known if first == latest][-1]


@given(CAPACITIES, PLACES, COUNTING, st.randoms(use_true_random=False))
def test_p2_the_first_day_a_walk_finds(
    capacities: list[tuple[date, int]],
    places: list[Occupancy],
    counting: list[tuple[date, ShareCounts]],
    random: Random,
) -> None:
    """P2: against a walk through every day; of several capacities of one first day the last counts."""
    first_counts = counting[0][1] if counting else "shares"
    walked = None
    for offset in range(70):
        day = FIRST + timedelta(days=offset)
        if filled(places, day, in_force(counting, day, first_counts)) > in_force(capacities, day, 0):
            walked = day
            break
    assert find_first_day_over_capacity(capacities, places, counting) == walked
    shuffled = sorted(capacities, key=lambda row: row[0].day)
    assert find_first_day_over_capacity(shuffled, random.sample(places, len(places)), counting) == walked


@given(PLACES)
def test_l1_the_first_day_over_the_whole(places: list[Occupancy]) -> None:
    """L1: against a walk through every day."""
    days = (FIRST + timedelta(days=offset) for offset in range(70))
    sums = ((day, int(filled(places, day, "shares") * 100)) for day in days)
    assert find_first_day_over_whole(places) == next(((day, total) for day, total in sums if total > 100), None)


@given(CAPACITIES, PLACES, PLACES, DAYS, COUNTING)
def test_p2_vacancies_on_a_day(
    capacities: list[tuple[date, int]],
    active: list[Occupancy],
    promised: list[Occupancy],
    on: date,
    counting: list[tuple[date, ShareCounts]],
) -> None:
    """P2: free = capacity - active - promised, and the next day on which that is another number."""

    def free(day: date) -> Fraction:
        counts = in_force(counting, day, counting[0][1] if counting else "shares")
        left: Fraction = in_force(capacities, day, 0) - filled(active, day, counts) - filled(promised, day, counts)
        return left

    vacancy = calculate_vacancy(capacities, active, promised, on, counting)
    assert vacancy.free == vacancy.capacity - vacancy.active - vacancy.promised == free(on)
    later = (on + timedelta(days=offset) for offset in range(1, 70))
    assert vacancy.free_changes_on == next((day for day in later if free(day) != free(on)), None)


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
    places = [Occupancy(first, last) for first, last in periods]
    assert find_first_day_over_capacity([(date(2022, 1, 1), 2)], places) == over


def test_p2_a_capacity_that_shrinks() -> None:
    """P2: places already given are over it from the day it shrinks."""
    capacities = [(date(2022, 1, 1), 2), (date(2022, 7, 1), 1)]
    assert find_first_day_over_capacity(capacities, [Occupancy(date(2022, 1, 1), None)] * 2) == date(2022, 7, 1)
