"""C1-C3: the rate, the guideline version and the counted days of each day."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import to_ore
from app.rules.prices import (
    BASIS_POINTS,
    MAX_MONTHLY_ORE,
    MAX_SUPPLEMENT_BP,
    Guideline,
    GuidelineMissing,
    Rate,
    YearPrices,
    find_guideline,
    find_proration,
)

CASES = Path(__file__).parents[2] / "cases"
KNOWN_ON = date(2030, 1, 1)
RATE_2022 = Rate(None, date(2022, 1, 1), date(2022, 1, 1), 1_487_800)
ONE_ORE = Rate(None, date(2022, 1, 1), date(2022, 1, 1), 1)
GUIDELINE = Guideline(None, date(2022, 1, 1))
WEEKDAYS = Guideline(None, date(2022, 3, 15), proration="weekdays")


def published_rates() -> list[Rate]:
    return [
        Rate(
            None,
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["known_from"]),
            to_ore(Decimal(row["monthly_amount"])),
        )
        for row in json.loads((CASES / "rates.json").read_text(encoding="utf-8"))["rates"]
    ]


def rate_of(rates: list[Rate], day: date, known_on: date) -> Rate | None:
    return YearPrices.from_rows(day.year, rates, [], known_on).rates[day.timetuple().tm_yday - 1]


@pytest.mark.parametrize(
    ("day", "known_on", "ore"),
    [
        (date(2023, 2, 1), date(2023, 5, 10), 1_532_400),
        (date(2023, 2, 1), date(2023, 5, 11), 1_566_700),
        (date(2022, 12, 31), KNOWN_ON, 1_487_800),
        # Before 2023's own rate was known, 2022's is carried on (C6).
        (date(2023, 2, 1), date(2022, 12, 31), 1_487_800),
    ],
)
def test_c1_published_rates_by_what_was_known(day: date, known_on: date, ore: int) -> None:
    """C1: 2023 was 15 324 until 15 667 became known in May, for the whole year."""
    rate = rate_of(published_rates(), day, known_on)
    assert rate is not None
    assert rate.monthly_ore == ore


def test_c1_of_two_rates_of_the_same_days_the_last_recorded_counts() -> None:
    """C1: a mistyped rate is mended by another row of the same two days, whatever order they are read in."""
    day = date(2027, 1, 1)
    mistyped, mended = Rate(UUID(int=1), day, day, 17_800_000), Rate(UUID(int=2), day, day, 1_780_000)
    assert rate_of([mistyped, mended], day, day) == mended == rate_of([mended, mistyped], day, day)


@pytest.mark.parametrize(("day", "known_on"), [("2021-12-31", "2030-01-01"), ("2022-01-01", "2021-12-31")])
def test_c1_no_rate_before_the_first_or_before_it_was_known(day: str, known_on: str) -> None:
    """C1: such a day has no rate."""
    assert rate_of(published_rates(), date.fromisoformat(day), date.fromisoformat(known_on)) is None


def test_c1_of_rows_known_on_one_day_the_last_recorded_counts() -> None:
    """C1: ids rise with time."""
    first = Rate(UUID(int=1), date(2022, 1, 1), date(2022, 1, 1), 300)
    second = Rate(UUID(int=2), date(2022, 1, 1), date(2022, 1, 1), 200)
    assert rate_of([second, first], date(2022, 6, 1), KNOWN_ON) == second


def test_c9_an_assumed_rate_wins_over_its_equals() -> None:
    """C1, C9: it has no id."""
    recorded = Rate(UUID(int=1), date(2022, 1, 1), date(2022, 1, 1), 300)
    assumed = Rate(None, date(2022, 1, 1), date(2022, 1, 1), 100)
    assert rate_of([assumed, recorded], date(2022, 6, 1), KNOWN_ON) == assumed


def test_c2_basic_funding_is_rate_and_half() -> None:
    """C2: 14 878 + 7 439 = 22 317 per place per month."""
    per_month = [YearPrices.from_rows(2022, [rate], [GUIDELINE], KNOWN_ON).base[0] for rate in (RATE_2022, ONE_ORE)]
    assert per_month == [2_231_700 * BASIS_POINTS, BASIS_POINTS * 3 // 2]


def test_c2_a_version_is_in_force_from_its_first_day() -> None:
    """C2: until the next one's."""
    later = Guideline(None, date(2023, 1, 1), supplement_bp=4000)
    assert find_guideline([later, GUIDELINE], date(2022, 12, 31)) == GUIDELINE
    assert find_guideline([later, GUIDELINE], date(2023, 1, 1)) == later
    with pytest.raises(GuidelineMissing):
        find_guideline([later, GUIDELINE], date(2021, 12, 31))


@pytest.mark.parametrize(
    ("versions", "months", "prorations"),
    [
        ([Guideline(None, date(2022, 3, 20)), WEEKDAYS], [2, 3, 4], ["calendar_days", "weekdays", "calendar_days"]),
        ([GUIDELINE, WEEKDAYS], [3, 4], ["calendar_days", "weekdays"]),
        ([], [4], ["calendar_days"]),
        ([replace(WEEKDAYS, valid_from=date(2022, 3, 31))], [2, 3], ["calendar_days", "weekdays"]),
    ],
)
def test_c3_a_month_has_one_proration(versions: list[Guideline], months: list[int], prorations: list[str]) -> None:
    """C3: that of the version in force on its first day, else of the first within it, else calendar days."""
    assert [find_proration(versions, 2022, month) for month in months] == prorations


@given(st.integers(1990, 2099))
def test_c3_weekdays_are_monday_to_friday(year: int) -> None:
    """C3: each day of the year; public holidays are counted too."""
    weekdays = Guideline(None, date(1990, 1, 1), proration="weekdays")
    counted = YearPrices.from_rows(year, [], [weekdays], KNOWN_ON).counted
    first = date(year, 1, 1).toordinal()
    assert counted == [date.fromordinal(first + day).isoweekday() <= 5 for day in range(len(counted))]
    assert len(counted) == date(year, 12, 31).timetuple().tm_yday


def test_c3_weekdays_of_march_2022() -> None:
    """C3: 13 of 23, as in `cases/cost.json`."""
    counted = YearPrices.from_rows(2022, [], [replace(WEEKDAYS, valid_from=date(2022, 1, 1))], KNOWN_ON).counted
    march = counted[31 + 28 : 31 + 28 + 31]
    assert (sum(march[14:]), sum(march)) == (13, 23)


@pytest.mark.parametrize("ore", [-1, MAX_MONTHLY_ORE + 1])
def test_c1_a_rate_outside_the_bounds_is_refused(ore: int) -> None:
    """C1: see `MAX_MONTHLY_ORE`."""
    with pytest.raises(ValueError, match="a rate lies from"):
        Rate(None, date(2022, 1, 1), date(2022, 1, 1), ore)


@pytest.mark.parametrize("supplement_bp", [-1, MAX_SUPPLEMENT_BP + 1])
def test_c2_a_supplement_outside_the_bounds_is_refused(supplement_bp: int) -> None:
    """C2."""
    with pytest.raises(ValueError, match="a supplement lies from"):
        Guideline(None, date(2022, 1, 1), supplement_bp=supplement_bp)


@pytest.mark.parametrize("share_bp", [-1, BASIS_POINTS + 1])
def test_c7_c10_a_share_outside_the_bounds_is_refused(share_bp: int) -> None:
    """C7, C10."""
    with pytest.raises(ValueError, match="a share lies from"):
        Guideline(None, date(2022, 1, 1), watch_bp=share_bp)
    with pytest.raises(ValueError, match="a share lies from"):
        Guideline(None, date(2022, 1, 1), vta_share_bp=share_bp)
