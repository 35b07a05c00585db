"""S5, S8: staff and cost of decided hours by norms that each hold from a day."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.mirror import WeeklyHours
from app.rules.service_norms import Norm, StaffAndCost, cut_by_norms, weigh_decisions

FIRST, LAST = date(2022, 1, 1), date(2022, 12, 31)


def decided(hours: str | None, first: date = FIRST, last: date = LAST) -> WeeklyHours:
    return WeeklyHours("a", "home_help", first, last, None, None if hours is None else Fraction(hours), None)


def norm(day: date, hours: str | None, cost: str | None = None) -> Norm:
    return Norm(day, None if hours is None else Fraction(hours), None if cost is None else Fraction(cost))


def weigh(rows: list[WeeklyHours], norms: list[Norm], first: date, last: date) -> StaffAndCost:
    return weigh_decisions(rows, cut_by_norms(norms, first, last))


OPEN, JULY, MID = date.min, date(2022, 7, 1), date(2022, 7, 11)
YEAR, AUTUMN = (FIRST, LAST), (date(2022, 9, 1), LAST)
FULL_TIME = Fraction("35.50")
CASES = {
    # By hand: hours x days / norm / days of the period; hours x days / 7 x cost per hour.
    "one norm": ([decided("35.50")], [norm(OPEN, "35.50", "500")], YEAR, ("1", FULL_TIME * 365 / 7 * 500)),
    # 181 days by 35.5 and 184 by 71: (181 + 92) / 365.
    "another from July": (
        [decided("35.50")],
        [norm(OPEN, "35.50", "500"), norm(JULY, "71", "700")],
        YEAR,
        ("273/365", FULL_TIME / 7 * (181 * 500 + 184 * 700)),
    ),
    "the order they come in is nothing": (
        [decided("35.50")],
        [norm(JULY, "71", "700"), norm(OPEN, "35.50", "500")],
        YEAR,
        ("273/365", FULL_TIME / 7 * (181 * 500 + 184 * 700)),
    ),
    "a later one is not there yet": (
        [decided("35.50")],
        [norm(OPEN, "35.50", "500"), norm(JULY, "71", "700")],
        (FIRST, date(2022, 6, 30)),
        ("1", FULL_TIME * 181 / 7 * 500),
    ),
    "from the first day of the period": (
        [decided("35.50")],
        [norm(OPEN, "1", "1"), norm(JULY, "71", "700")],
        (JULY, date(2022, 7, 31)),
        ("1/2", FULL_TIME * 31 / 7 * 700),
    ),
    # July: 10 days by 10 and 21 by 20: (10 x 5 / 10 + 21 x 5 / 20) / 31.
    "in the middle of a month": (
        [decided("5")],
        [norm(OPEN, "10"), norm(MID, "20")],
        (JULY, date(2022, 7, 31)),
        (str((Fraction(5) + Fraction(21, 4)) / 31), None),
    ),
    "hours of a part of the period": (
        [decided("7", *AUTUMN)],
        [norm(OPEN, "14", "100")],
        YEAR,
        (str(Fraction(122, 2) / 365), 122 * 100),
    ),
    "no norm": ([decided("7")], [], YEAR, (None, None)),
    "no norm and no hours": ([], [], YEAR, (None, None)),
    "no hours": ([decided(None)], [norm(OPEN, "14", "100")], YEAR, ("0", 0)),
    "hours before the norm": ([decided("7")], [norm(JULY, "14", "100")], YEAR, (None, None)),
    "no hours before the norm": (
        [decided("7", *AUTUMN)],
        [norm(JULY, "14", "100")],
        YEAR,
        (str(Fraction(122, 2) / 365), 122 * 100),
    ),
    "taken back": ([decided("7")], [norm(OPEN, "14", "100"), norm(JULY, None, "100")], YEAR, (None, 365 * 100)),
}


@pytest.mark.parametrize("name", CASES)
def test_worked_cases(name: str) -> None:
    """S5, S8: each by hand."""
    rows, norms, (first, last), (staff, cost) = CASES[name]
    found = weigh(rows, norms, first, last)
    assert found.staff == (None if staff is None else Fraction(staff))
    assert found.cost == (None if cost is None else Fraction(cost))


DAYS = st.dates(date(2021, 12, 1), date(2023, 1, 31))
HOURS = st.none() | st.integers(0, 16800).map(lambda hundredths: Fraction(hundredths, 100))
ROWS = st.lists(
    st.builds(
        lambda first, days, hours: WeeklyHours("a", "x", first, first + timedelta(days=days), None, hours, None),
        DAYS,
        st.integers(0, 500),
        HOURS,
    ),
    max_size=4,
)
NORMS = st.lists(
    st.builds(
        Norm,
        st.just(date.min) | DAYS,
        st.integers(100, 16800).map(lambda hundredths: Fraction(hundredths, 100)),
        st.integers(1, 100000).map(Fraction),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.valid_from,
)


@given(ROWS, NORMS, st.dates(FIRST, LAST - timedelta(days=1)))
def test_a_period_in_two_is_the_period(rows: list[WeeklyHours], norms: list[Norm], cut: date) -> None:
    """S8: two parts of a period come to the whole, and to nothing that is stated where one of them does."""
    after = cut + timedelta(days=1)
    year, first, second = (weigh(rows, norms, *days) for days in ((FIRST, LAST), (FIRST, cut), (after, LAST)))
    lacks_norm = any(
        part.norm is None
        and any(row.decided and row.first_day <= part.last_day and row.last_day >= part.first_day for row in rows)
        for part in cut_by_norms(norms, FIRST, LAST)
    )
    if lacks_norm or min(one.valid_from for one in norms) > LAST:
        assert (year.staff, year.cost) == (None, None)
        return
    days = (LAST - FIRST).days + 1
    before = (cut - FIRST).days + 1
    assert year.staff is not None
    assert year.cost is not None
    assert year.staff * days == (first.staff or 0) * before + (second.staff or 0) * (days - before)
    assert year.cost == (first.cost or 0) + (second.cost or 0)


@given(ROWS, NORMS, st.builds(Norm, DAYS, st.just(Fraction(1)), st.just(Fraction(1))))
def test_a_later_norm_changes_nothing_before_it(rows: list[WeeklyHours], norms: list[Norm], later: Norm) -> None:
    """S8: what earlier months say stays."""
    assume(later.valid_from > FIRST and all(one.valid_from != later.valid_from for one in norms))
    last = min(LAST, later.valid_from - timedelta(days=1))
    assert weigh(rows, [*norms, later], FIRST, last) == weigh(rows, norms, FIRST, last)


@given(NORMS, DAYS, st.integers(0, 400))
def test_each_day_of_a_period_has_the_last_norm_that_began(norms: list[Norm], first: date, length: int) -> None:
    """S8: the parts are the period's days, each once, each with its own norm."""
    last = first + timedelta(days=length)
    parts = cut_by_norms(norms, first, last)
    found = {
        part.first_day + timedelta(days=step): part.norm
        for part in parts
        for step in range((part.last_day - part.first_day).days + 1)
    }
    assert sum((part.last_day - part.first_day).days + 1 for part in parts) == len(found) == length + 1
    for day, held in found.items():
        begun = [one for one in norms if one.valid_from <= day]
        assert held == (max(begun, key=lambda one: one.valid_from) if begun else None)
    assert cut_by_norms(norms, last, first - timedelta(days=1)) == []
