"""A3: planned days against a package's public holidays, absent ones week by week, the threshold to the hundredth."""

from datetime import date, timedelta
from random import Random

import holidays
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import list_public_holidays
from app.rules.extensive_absence import AbsenceWindow, PercentPeriod, count_absent_hundredths, is_extensive

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
ORACLE = holidays.country_holidays("NO", years=range(1989, 2100), include_sundays=False)


def test_a3_public_holidays_1990_to_2099() -> None:
    """A3: the same days as the `holidays` package has."""
    for year in range(1990, 2100):
        assert list_public_holidays(year) == {day for day in ORACLE if day.year == year}, year


@given(DAYS, st.integers(1, 366), DAYS, st.integers(-5, 400))
def test_a3_planned_days(on: date, days: int, first: date, length: int) -> None:
    """A3: as many as a walk through the window finds."""
    window = AbsenceWindow(on, days)
    assert (on - window.first_day).days == days - 1
    near = on - timedelta(days=first.toordinal() % 500)
    last = near + timedelta(days=length)
    walked = sum(
        day.isoweekday() <= 5 and day not in ORACLE
        for day in (window.first_day + timedelta(days=step) for step in range(days))
        if near <= day <= last
    )
    assert window.count_planned_days(near, last) == walked


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


JUNE = AbsenceWindow(date(2022, 6, 30), 90)
HALF = [PercentPeriod(date(2021, 1, 1), None, 50)]


def test_a3_a_week_has_no_more_absence_than_is_planned_in_it() -> None:
    """A3: of a place of 50 %, a Monday is a day, a whole week 2.5 of 2.5, and the window all that is planned in it."""
    for first, last, percent, expected in (
        ("2022-06-13", "2022-06-13", 100, 100),
        ("2022-06-13", "2022-06-14", 100, 200),
        ("2022-06-13", "2022-06-17", 100, 250),
        ("2022-06-13", "2022-06-24", 100, 500),
        ("2022-06-13", "2022-06-24", 40, 400),
        ("2022-06-17", "2022-06-20", 100, 200),
        ("2022-06-30", "2022-07-10", 100, 100),
        ("2022-06-28", "2022-07-10", 100, 200),  # the window has four days of this week
        ("2022-06-06", "2022-06-10", 100, 200),  # Whit Monday
        ("2022-01-01", "2022-12-31", 100, 2900),
    ):
        absence = PercentPeriod(date.fromisoformat(first), date.fromisoformat(last), percent)
        assert count_absent_hundredths(JUNE, HALF, [absence]) == expected, (first, last, percent)


def test_a3_a_weeks_planned_days_are_of_the_share_on_each_day_and_of_the_placements_period() -> None:
    """A3, D6: a share that changes on a Wednesday, and a place that begins on a Thursday."""
    week = [PercentPeriod(date(2022, 6, 13), date(2022, 6, 19), 100)]
    changed = [PercentPeriod(date(2021, 1, 1), date(2022, 6, 14), 100), PercentPeriod(date(2022, 6, 15), None, 20)]
    assert count_absent_hundredths(JUNE, changed, week) == 260
    assert count_absent_hundredths(JUNE, [PercentPeriod(date(2022, 6, 16), None, 100)], week) == 200
    assert count_absent_hundredths(JUNE, [], week) == 0


@st.composite
def absences(draw: st.DrawFn) -> list[PercentPeriod]:
    """Absences of one placement in the window and around it, no day over 100 %."""
    free = dict.fromkeys(range(-5, 95), 100)
    found = []
    for first, length in draw(st.lists(st.tuples(st.integers(-5, 94), st.integers(0, 40)), max_size=12)):
        last = min(first + length, 94)
        most = min(free[day] for day in range(first, last + 1))
        if most:
            percent = draw(st.integers(1, most))
            for day in range(first, last + 1):
                free[day] -= percent
            found.append(
                PercentPeriod(JUNE.first_day + timedelta(days=first), JUNE.first_day + timedelta(days=last), percent)
            )
    return found


@st.composite
def shares(draw: st.DrawFn) -> list[PercentPeriod]:
    """A place's shares, one after another."""
    firsts = sorted(draw(st.sets(st.integers(-5, 94), min_size=1, max_size=4)))
    days = [JUNE.first_day + timedelta(days=first) for first in firsts]
    lasts = [day - timedelta(days=1) for day in days[1:]]
    return [
        PercentPeriod(first, last, draw(st.integers(1, 100))) for first, last in zip(days, [*lasts, None], strict=True)
    ]


@given(shares(), absences(), st.randoms(use_true_random=False))
def test_a3_absence_is_never_more_than_planned_however_it_is_documented(
    place: list[PercentPeriod], absent: list[PercentPeriod], random: Random
) -> None:
    """A3: neither the order of absences nor whether they are periods or days matters; and it is at most what it was."""
    counted = count_absent_hundredths(JUNE, place, absent)
    assert 0 <= counted <= sum(JUNE.count_by_week(place))
    assert counted <= sum(JUNE.count_by_week(absent))
    random.shuffle(absent)
    assert count_absent_hundredths(JUNE, place, absent) == counted
    days = [
        PercentPeriod(day, day, one.percent)
        for one in absent
        if one.last_day is not None
        for day in (one.first_day + timedelta(days=step) for step in range((one.last_day - one.first_day).days + 1))
    ]
    assert count_absent_hundredths(JUNE, place, days) == counted


@given(absences())
def test_a3_a_whole_places_absence_is_what_was_documented(absent: list[PercentPeriod]) -> None:
    """A3: no day of it is more than 100 %, so no week is either."""
    documented = sum(one.percent * JUNE.count_planned_days(one.first_day, one.last_day) for one in absent)
    assert count_absent_hundredths(JUNE, [PercentPeriod(date(2021, 1, 1), None, 100)], absent) == documented
    assert sum(JUNE.count_by_week(absent)) == documented


@given(DAYS, st.integers(1, 100), shares(), absences())
def test_a3_week_by_week_as_a_walk_through_the_days_has_it(
    on: date, days: int, place: list[PercentPeriod], absent: list[PercentPeriod]
) -> None:
    """A3: whichever weekdays the window begins and ends on."""
    window = AbsenceWindow(on, days)
    moved = window.first_day - JUNE.first_day
    here = [[_moved(part, moved) for part in parts] for parts in (place, absent)]
    planned, found = dict[tuple[int, int], int](), dict[tuple[int, int], int]()
    for step in range(days):
        day = window.first_day + timedelta(days=step)
        if day.isoweekday() > 5 or day in ORACLE:
            continue
        for weeks, parts in zip((planned, found), here, strict=True):
            of_the_day = sum(
                part.percent
                for part in parts
                if part.first_day <= day and (part.last_day is None or day <= part.last_day)
            )
            week = day.isocalendar()[:2]
            weeks[week] = weeks.get(week, 0) + of_the_day
    assert count_absent_hundredths(window, *here) == sum(min(count, planned[week]) for week, count in found.items())


def _moved(part: PercentPeriod, by: timedelta) -> PercentPeriod:
    return PercentPeriod(part.first_day + by, None if part.last_day is None else part.last_day + by, part.percent)
