"""T22: rests between shifts, the week's longest rest, the longest shift; and the passive night (T6)."""

from datetime import datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.trip_hours import Shift, ShiftPart
from app.rules.trip_rest import RestNorms, is_within_night, measure_rests

MONDAY = datetime.fromisoformat("2022-06-20")
NORMS = RestNorms()


def make_shifts(gaps: list[tuple[int, int]]) -> list[Shift]:
    """Shifts of so many minutes, each so many minutes after the one before it."""
    found, moment = [], MONDAY
    for free, lasts in gaps:
        begins = moment + timedelta(minutes=free)
        moment = begins + timedelta(minutes=lasts)
        found.append(Shift(begins, moment, Fraction(lasts)))
    return found


SHIFTS = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 1440)), max_size=15).map(make_shifts)


@pytest.mark.parametrize(
    ("free", "below_daily", "below_agreed"), [(660, 0, 0), (659, 1, 0), (480, 1, 0), (479, 1, 1), (0, 1, 1)]
)
def test_t22_borders_of_the_daily_rest(free: int, below_daily: int, below_agreed: int) -> None:
    """Eleven hours are enough, and so are eight of what may be agreed on."""
    rests = measure_rests(make_shifts([(0, 60), (free, 60)]))
    assert (rests.minutes, rests.below_daily, rests.below_agreed) == ((free,), below_daily, below_agreed)


@pytest.mark.parametrize(("free", "warned"), [(35 * 60, False), (35 * 60 - 1, True)])
def test_t22_border_of_the_weeks_rest(free: int, warned: bool) -> None:
    """Shifts all week but for one time that is free."""
    week, shift = 7 * 24 * 60, 24 * 60
    shifts = make_shifts([(0, shift), (free, week - shift - free)])
    rests = measure_rests(shifts)
    assert rests.week_rests == (free,)
    assert ("week_rest_below" in rests.list_warnings(NORMS)) == warned


@pytest.mark.parametrize(("lasts", "warned"), [(750, False), (751, True)])
def test_t22_border_of_the_longest_shift(lasts: int, warned: bool) -> None:
    assert ("shift_above" in measure_rests(make_shifts([(0, lasts)])).list_warnings(NORMS)) == warned


def test_t22_nobody_works_nothing_is_warned_of() -> None:
    rests = measure_rests([])
    assert (rests.longest_rest, rests.week_rests, rests.list_warnings(NORMS)) == (None, (), [])


@given(SHIFTS)
def test_t22_order_of_shifts_changes_nothing(shifts: list[Shift]) -> None:
    assert measure_rests(shifts[::-1]) == measure_rests(shifts)


@given(SHIFTS)
def test_t22_shifts_and_rests_fill_the_time(shifts: list[Shift]) -> None:
    """From the first shift's begin to the last one's end; no week's rest is longer than a week."""
    rests = measure_rests(shifts)
    assert len(rests.minutes) == max(len(shifts) - 1, 0)
    worked = sum(int(shift.counted) for shift in shifts)
    if shifts:
        assert worked + sum(rests.minutes) == (shifts[-1].ends - shifts[0].begins) // timedelta(minutes=1)
        assert rests.longest_rest == max(rests.minutes, default=None)
    assert 0 <= rests.below_agreed <= rests.below_daily <= len(rests.minutes)
    assert all(0 <= rest < 7 * 24 * 60 for rest in rests.week_rests)


@given(SHIFTS, st.integers(0, 1440), st.integers(0, 1440))
def test_t22_stricter_limits_warn_of_no_less(shifts: list[Shift], first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert (
        measure_rests(shifts, RestNorms(daily=low)).below_daily
        <= measure_rests(shifts, RestNorms(daily=high)).below_daily
    )


@pytest.mark.parametrize(
    ("begins", "ends", "within"),
    [
        ("23:00", "07:00", True), ("00:00", "06:00", True), ("06:00", "07:00", True), ("23:30", "00:30", True),
        ("22:59", "07:00", False), ("23:00", "07:01", False), ("12:00", "13:00", False), ("23:00", "23:00", False),
    ],
)  # fmt: skip
def test_t6_passive_night(begins: str, ends: str, within: bool) -> None:
    part = ShiftPart(time.fromisoformat(begins), time.fromisoformat(ends), "passive")
    assert is_within_night(part, time(23), time(7)) == within
