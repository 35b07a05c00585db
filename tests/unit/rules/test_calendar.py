"""C3, L3, A3, M: months, weekdays, public holidays, placement years."""

from calendar import isleap
from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import (
    add_months,
    count_days_in_month,
    find_easter_sunday,
    get_month_range,
    get_placement_year,
    is_planned_day,
    is_weekday,
    list_planned_days,
    list_public_holidays,
)

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


def test_c3_months_have_their_true_days() -> None:
    """C3: leap years and century years."""
    assert [count_days_in_month(year, 2) for year in (1900, 2000, 2022, 2024, 2100)] == [28, 29, 28, 29, 28]
    assert get_month_range(2024, 2) == (date(2024, 2, 1), date(2024, 2, 29))
    assert get_month_range(2022, 12) == (date(2022, 12, 1), date(2022, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2022, 11, 30), 3, date(2023, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2022, 1, 31), 1, date(2022, 2, 28)),
        (date(2022, 12, 1), 1, date(2023, 1, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2022, 3, 31), -1, date(2022, 2, 28)),
        (date(2022, 1, 15), -1, date(2021, 12, 15)),
    ],
)
def test_l3_the_same_day_number_or_the_months_last(day: date, months: int, then: date) -> None:
    """L3, M."""
    assert add_months(day, months) == then


@given(DAYS, st.integers(-300, 300))
def test_l3_months_are_counted_whole(day: date, months: int) -> None:
    """L3: never another month than the one so many on, never a later day number."""
    then = add_months(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == min(day.day, count_days_in_month(then.year, then.month))


def test_l3_outside_the_calendar() -> None:
    """L3: the years are 1 to 9999."""
    for day, months in ((date(9999, 10, 1), 3), (date(1, 1, 1), -1)):
        with pytest.raises(OverflowError):
            add_months(day, months)


def test_a3_public_holidays_are_norways() -> None:
    """A3: 110 years against the `holidays` package."""
    oracle = holidays.country_holidays("NO", years=range(1990, 2100))
    ours = {day for year in range(1990, 2100) for day in list_public_holidays(year)}
    assert ours == set(oracle)


def test_a3_easter() -> None:
    """A3: the earliest and latest there are, and one where the older formulas fail."""
    assert find_easter_sunday(2285) == date(2285, 3, 22)
    assert find_easter_sunday(2038) == date(2038, 4, 25)
    assert find_easter_sunday(1981) == date(1981, 4, 19)
    assert find_easter_sunday(2022) == date(2022, 4, 17)


@pytest.mark.parametrize(
    ("day", "planned"),
    [
        (date(2022, 5, 16), True),
        (date(2022, 5, 17), False),
        (date(2022, 5, 26), False),
        (date(2022, 5, 28), False),
        (date(2022, 12, 24), False),
        (date(2021, 12, 24), True),
    ],
)
def test_a3_planned_days_are_weekdays_that_are_no_holiday(day: date, planned: bool) -> None:
    """A3: Christmas Eve is a day like another, unless it is a Saturday."""
    assert is_planned_day(day) is planned


@given(DAYS)
def test_a3_planned_days_are_weekdays(day: date) -> None:
    """A3."""
    assert is_planned_day(day) == (day.isoweekday() <= 5 and day not in list_public_holidays(day.year))
    assert is_weekday(day) == (day.isoweekday() <= 5)
    assert is_planned_day(day) == (day in list_planned_days(day.year))


@given(DAYS, st.integers(1, 60))
def test_m_placement_years_follow_each_other(first_day: date, n: int) -> None:
    """M: the next begins on the day after the last, each counted from the first day itself."""
    first, last = get_placement_year(first_day, n)
    assert get_placement_year(first_day, n + 1)[0] == last + timedelta(days=1)
    assert (first.year, first.month) == (first_day.year + n - 1, first_day.month)
    assert first.day == first_day.day or (first_day.day == 29 and first.day == 28 and not isleap(first.year))


def test_m_a_place_from_29_february() -> None:
    """M: the last day of February in common years, the 29th again in leap years."""
    assert get_placement_year(date(2024, 2, 29), 1) == (date(2024, 2, 29), date(2025, 2, 27))
    assert get_placement_year(date(2024, 2, 29), 2) == (date(2025, 2, 28), date(2026, 2, 27))
    assert get_placement_year(date(2024, 2, 29), 5) == (date(2028, 2, 29), date(2029, 2, 27))


def test_m_years_are_counted_from_one() -> None:
    """M."""
    with pytest.raises(ValueError, match="counted from 1"):
        get_placement_year(date(2022, 1, 1), 0)
