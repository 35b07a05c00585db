"""A3: planned days against a package's public holidays, and the threshold to the hundredth."""

from datetime import date, timedelta

import holidays
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import public_holidays
from app.rules.extensive_absence import Window, is_extensive, planned_days_between

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
ORACLE = holidays.country_holidays("NO", years=range(1989, 2100), include_sundays=False)


def test_a3_public_holidays_1990_to_2099() -> None:
    """A3: the same days as the `holidays` package has."""
    for year in range(1990, 2100):
        assert public_holidays(year) == {day for day in ORACLE if day.year == year}, year


@given(DAYS, st.integers(1, 366), DAYS, st.integers(-5, 400))
def test_a3_planned_days(on: date, days: int, first: date, length: int) -> None:
    """A3: as many as a walk through the window finds."""
    window = Window(on, days)
    assert (on - window.first_day).days == days - 1
    near = on - timedelta(days=first.toordinal() % 500)
    last = near + timedelta(days=length)
    walked = sum(
        day.isoweekday() <= 5 and day not in ORACLE
        for day in (window.first_day + timedelta(days=step) for step in range(days))
        if near <= day <= last
    )
    assert window.planned_days(near, last) == walked
    assert planned_days_between(window.first_day, on) == window.planned_days(date.min, None)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 100))
def test_a3_reaching_the_threshold_is_enough(planned: int, absent: int, threshold: int) -> None:
    """A3: exactly 30 % is extensive; where nothing is planned, nothing is."""
    assert is_extensive(planned, absent, threshold) == (
        planned > 0 and absent / max(planned, 1) >= threshold / 100 - 1e-12
    )


def test_a3_thirty_percent() -> None:
    """A3: 18 of 60 days is extensive, a hundredth less is not."""
    assert is_extensive(6000, 1800, 30)
    assert not is_extensive(6000, 1799, 30)
    assert not is_extensive(0, 0, 30)
