"""C5-C8, C10, C11: Alver's year, the flag, the room and the refund."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NotRequired, TypedDict, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.cost import YearTotals
from app.rules.money import from_ore, to_ore
from app.rules.placement_periods import PeriodColumns, PlacementPeriod
from app.rules.position import (
    Flag,
    Frame,
    Overrun,
    Position,
    PositionInputs,
    VtaComparison,
    build_position,
    calculate_position,
    calculate_share_used,
    choose_room_day,
    count_room,
    determine_flag,
    find_latest_frame,
    find_position_parameters,
    rank_flag,
)
from app.rules.prices import Guideline, GuidelineMissing, Rate, RateMissing

CASES = json.loads((Path(__file__).parents[2] / "cases" / "cost.json").read_text(encoding="utf-8"))
RATES = [
    Rate(
        None,
        date.fromisoformat(row["valid_from"]),
        date.fromisoformat(row["known_from"]),
        to_ore(Decimal(row["monthly_amount"])),
    )
    for row in json.loads((Path(__file__).parents[2] / "cases" / "rates.json").read_text(encoding="utf-8"))["rates"]
]
GUIDELINE = Guideline(None, date(2022, 1, 1))
FRAME = Frame(UUID(int=1), date(2021, 12, 16), to_ore(Decimal(CASES["frame_2022"])))
AMOUNTS = st.integers(0, 10**12)


class YearCase(TypedDict):
    places: int
    year: int
    on: str
    total: str
    difference: NotRequired[str]
    flag: NotRequired[Flag]


def standard_places(count: int, first_day: date = date(2022, 1, 1)) -> PeriodColumns:
    return PeriodColumns.from_rows([PlacementPeriod(placement, first_day) for placement in range(count)])


def question(periods: PeriodColumns, year: int = 2022, on: date = date(2022, 12, 31)) -> PositionInputs:
    return PositionInputs(year, on, periods, RATES, [GUIDELINE], [FRAME] if year == 2022 else [])


@pytest.mark.parametrize(
    "case", cast(list[YearCase], CASES["years"]), ids=lambda case: f"{case['places']} in {case['year']} on {case['on']}"
)
def test_c6_worked_years(case: YearCase) -> None:
    """C1, C4, C6: `cases/cost.json` with the rates of `cases/rates.json`, to the øre."""
    year = case["year"]
    answer = calculate_position(question(standard_places(case["places"]), year, date.fromisoformat(case["on"])))
    assert from_ore(answer.forecast) == Decimal(case["total"])
    if "difference" in case and "flag" in case:
        assert answer.difference is not None
        assert from_ore(answer.difference) == Decimal(case["difference"])
        assert answer.flag == case["flag"]
    else:
        assert answer.flag == "no_frame"


def test_c6_the_contracts_own_example() -> None:
    """C6-C8, C10, C11: 26 standard places all through 2022."""
    assert calculate_position(question(standard_places(26))) == Position(
        year=2022,
        on=date(2022, 12, 31),
        frame=693_400_000,
        incurred=696_290_400,
        remaining_to_come=0,
        forecast=696_290_400,
        forecast_by_month=(58_024_200,) * 12,
        difference=-2_890_400,
        share_used_percent=Decimal("100.42"),
        flag="overrun",
        overrun=Overrun(2_890_400, "2022-12"),
        places=26,
        average_monthly_cost=2_231_700,
        room_for_standard_places=0,
        room_from=date(2022, 1, 1),
        expected_refund=0,
        net_forecast=696_290_400,
        vta_comparison=VtaComparison(Decimal("25.00"), 116_048_400),
    )


def test_c7_c8_the_example_year_fills_up() -> None:
    """C6-C8: 24 `legacy` places since 2021, then one grant after the other from 1 July."""
    legacy = [PlacementPeriod(placement, date(2021, 1, 1), monthly_ore=2_231_700) for placement in range(24)]
    answers = []
    for granted in range(5):
        grants = [PlacementPeriod(24 + extra, date(2022, 7, 1)) for extra in range(granted)]
        answers.append(calculate_position(question(PeriodColumns.from_rows([*legacy, *grants]))))
    assert [answer.flag for answer in answers] == ["within", "within", "watch", "watch", "overrun"]
    assert [str(answer.share_used_percent) for answer in answers] == ["92.69", "94.62", "96.55", "98.49", "100.42"]
    assert answers[0].difference == 50_670_400
    assert answers[0].room_for_standard_places == 1
    assert answers[4].overrun == Overrun(2_890_400, "2022-12")


def test_c8_room_for_one_from_january_and_three_from_july() -> None:
    """C8: 24 places through 2022."""
    asked = question(standard_places(24))
    assert calculate_position(asked).room_for_standard_places == 1
    from_july = calculate_position(replace(asked, room_from=date(2022, 7, 1)))
    assert (from_july.room_from, from_july.room_for_standard_places) == (date(2022, 7, 1), 3)
    assert calculate_position(replace(asked, on=date(2022, 6, 30))).room_from == date(2022, 7, 1)


def test_c6_incurred_is_as_if_every_place_ended_that_day() -> None:
    """C6: half of June on the 15th; nothing before the year, everything after it."""
    asked = question(standard_places(24))
    half = calculate_position(replace(asked, on=date(2022, 6, 15)))
    assert half.incurred == 24 * (5 * 2_231_700 + 1_115_850)
    assert half.remaining_to_come == half.forecast - half.incurred
    known_before = Rate(None, date(2021, 1, 1), date(2021, 1, 1), 1_487_800)
    before = calculate_position(replace(asked, on=date(2021, 12, 31), rates=[known_before]))
    assert (before.incurred, before.places, before.room_from) == (0, 24, date(2022, 1, 1))
    after = calculate_position(replace(asked, on=date(2023, 3, 1)))
    assert (after.remaining_to_come, after.places) == (0, 24)


def test_c6_a_year_without_a_frame() -> None:
    """C6, C7: its cost is known, its difference is not; and a frame not yet adopted is none."""
    asked = question(standard_places(24))
    for answer in (
        calculate_position(replace(asked, frames=[])),
        calculate_position(replace(asked, frames=[replace(FRAME, adopted_on=date(2023, 1, 1))])),
    ):
        assert (answer.frame, answer.difference, answer.share_used_percent, answer.overrun) == (None, None, None, None)
        assert (answer.flag, answer.room_for_standard_places) == ("no_frame", 0)
        assert answer.forecast == 642_729_600


def test_c6_a_year_without_places() -> None:
    """C6: no place-months, no average."""
    answer = calculate_position(question(PeriodColumns.from_rows([])))
    assert (answer.forecast, answer.places, answer.average_monthly_cost, answer.flag) == (0, 0, 0, "within")
    assert answer.room_for_standard_places == 25


def test_c6_the_average_is_rounded_half_up() -> None:
    """C6: forecast / place-months; 1 øre over 2 months is 1."""
    totals = YearTotals((1,) + (0,) * 11, (0,) * 12, 1, Fraction(2), 0)
    day, room_from = date(2022, 6, 1), date(2022, 6, 2)
    answer = build_position(2022, day, frame=None, totals=totals, parameters=GUIDELINE, room_from=room_from)
    assert answer.average_monthly_cost == 1


def test_c1_a_day_without_a_price_stops_the_position() -> None:
    """C1, C10: the first such day is named; places at their own price are compared with the rate, and need one too."""
    asked = question(standard_places(1, date(2021, 3, 1)), 2021)
    with pytest.raises(RateMissing) as missing:
        calculate_position(asked)
    assert missing.value.day == date(2021, 3, 1)
    with pytest.raises(GuidelineMissing):
        calculate_position(replace(asked, rates=[Rate(None, date(2020, 1, 1), date(2020, 1, 1), 1)]))
    legacy = PeriodColumns.from_rows([PlacementPeriod(0, date(2021, 3, 1), monthly_ore=100)])
    with pytest.raises(RateMissing) as missing:
        calculate_position(replace(asked, periods=legacy))
    assert missing.value.day == date(2021, 3, 1)


def test_c8_no_room_from_a_day_without_a_rate() -> None:
    """C8: the year has a position while every place has a price, but no room is promised that has none."""
    frames = [Frame(None, date(2020, 1, 1), 2_000_000_00)]
    late = PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 3, 1), monthly_ore=100)])
    rates = [replace(rate, valid_from=date(2022, 2, 1)) for rate in RATES[:1]]
    asked = replace(question(late), rates=rates, frames=frames)
    for room_from, has_room in ((date(2022, 1, 31), False), (date(2022, 2, 1), True)):
        answer = calculate_position(replace(asked, room_from=room_from))
        assert (answer.forecast, answer.room_for_standard_places > 0) == (1_000, has_room)


def test_c11_gross_and_net() -> None:
    """C11: the expected refund is taken from the forecast, never from what the frame is held against."""
    answer = calculate_position(replace(question(standard_places(26)), expected_refund=100_000_000))
    assert (answer.expected_refund, answer.net_forecast, answer.flag) == (100_000_000, 596_290_400, "overrun")


def test_c9_what_if_is_the_same_question_with_changes() -> None:
    """C9: another rate from a day, another supplement, another frame."""
    asked = question(standard_places(24))
    assumed = Rate(None, date(2022, 7, 1), date(2022, 1, 1), 1_587_800)
    assert calculate_position(replace(asked, rates=[*RATES, assumed])).forecast == 24 * 6 * (2_231_700 + 2_381_700)
    assumed_guideline = Guideline(None, date(2022, 7, 1), supplement_bp=4000)
    changed = calculate_position(replace(asked, guidelines=[GUIDELINE, assumed_guideline]))
    assert changed.forecast == 24 * 6 * (2_231_700 + 2_082_920)
    assert (
        calculate_position(replace(asked, frames=[Frame(None, FRAME.adopted_on, 600_000_000), FRAME])).flag == "overrun"
    )


def test_c5_the_frame_is_the_latest_adopted() -> None:
    """C5: of two adopted on one day the last recorded, in whatever order they come."""
    first = Frame(UUID(int=1), date(2021, 12, 16), 100)
    revised = Frame(UUID(int=2), date(2022, 6, 1), 300)
    corrected = Frame(UUID(int=3), date(2022, 6, 1), 200)
    frames = [corrected, first, revised]
    for given_frames in (frames, frames[::-1]):
        days = (date(2021, 12, 15), date(2021, 12, 16), date(2022, 5, 31), date(2022, 6, 1))
        assert [find_latest_frame(given_frames, day) for day in days] == [None, first, first, corrected]


@pytest.mark.parametrize(
    ("forecast", "flag"),
    [(0, "within"), (9_499, "within"), (9_500, "watch"), (10_000, "watch"), (10_001, "overrun")],
)
def test_c7_exactly_at_the_frame_is_not_over(forecast: int, flag: Flag) -> None:
    """C7: watch from 95 % on, overrun only past the frame."""
    assert determine_flag(forecast, 10_000, 9_500) == flag
    assert determine_flag(forecast, None, 9_500) == "no_frame"


def test_c7_the_watch_limit_is_a_parameter() -> None:
    """C7: 90 % where the version in force says so."""
    watchful = replace(GUIDELINE, watch_bp=9000)
    assert calculate_position(replace(question(standard_places(24)), guidelines=[watchful])).flag == "watch"


def test_c7_only_a_rise_counts() -> None:
    """C7: an event is stored when the flag rises, not when a year gets its frame."""
    flags: list[Flag] = ["no_frame", "within", "watch", "overrun"]
    assert [rank_flag(flag) for flag in flags] == [0, 0, 1, 2]


@given(st.lists(AMOUNTS, min_size=12, max_size=12), AMOUNTS, st.integers(0, 10_000))
def test_c7_overrun_is_what_the_months_add_up_to(months: list[int], frame: int, watch_bp: int) -> None:
    """C7: the first month whose cumulative forecast passes the frame; and C6's difference and share."""
    answer = build_position(
        2022,
        date(2022, 6, 30),
        frame=frame,
        totals=YearTotals(tuple(months), (0,) * 12, 3, Fraction(36), 0, 2_231_700),
        parameters=replace(GUIDELINE, watch_bp=watch_bp),
        room_from=date(2022, 7, 1),
    )
    assert answer.difference == frame - sum(months)
    if answer.overrun is None:
        assert sum(months) <= frame
        assert (answer.flag == "watch") == (Fraction(sum(months) * 10_000) >= frame * watch_bp)
        room = answer.room_for_standard_places
        assert sum(months) + room * 2_231_700 <= frame < sum(months) + (room + 1) * 2_231_700
    else:
        month = int(answer.overrun.first_month[-2:])
        assert answer.flag == "overrun"
        assert answer.room_for_standard_places == 0
        assert sum(months[: month - 1]) <= frame < sum(months[:month])
        assert answer.overrun.amount == sum(months) - frame
    if answer.share_used_percent is not None:
        assert abs(Fraction(answer.share_used_percent) - Fraction(sum(months) * 100, frame)) <= Fraction(1, 200)


def test_c7_a_month_that_ends_exactly_at_the_frame_is_not_the_first_over() -> None:
    """C7: June reaches the frame, November passes it."""
    totals = YearTotals((0,) * 5 + (100,) + (0,) * 4 + (1, 0), (0,) * 12, 1, Fraction(12), 0, 10)
    day, room_from = date(2022, 6, 1), date(2022, 6, 2)
    answer = build_position(2022, day, frame=100, totals=totals, parameters=GUIDELINE, room_from=room_from)
    assert answer.overrun == Overrun(1, "2022-11")


def test_c6_share_used() -> None:
    """C6: half up, over 100 in an overrun, none of a frame of zero."""
    assert calculate_share_used(1, 20_000) == Decimal("0.01")
    assert calculate_share_used(1, 20_001) == Decimal("0.00")
    assert calculate_share_used(300, 100) == Decimal("300.00")
    assert calculate_share_used(1, 0) is None
    assert calculate_share_used(1, None) is None


def test_c5_a_frame_is_never_negative() -> None:
    """C5."""
    with pytest.raises(ValueError, match="never negative"):
        calculate_position(replace(question(standard_places(1)), frames=[replace(FRAME, amount=-1)]))


@pytest.mark.parametrize(
    ("on", "asked", "room_from"),
    [
        (date(2022, 6, 30), None, date(2022, 7, 1)),
        (date(2021, 12, 31), None, date(2022, 1, 1)),
        (date(2021, 6, 30), None, date(2022, 1, 1)),
        (date(2022, 12, 30), None, date(2022, 12, 31)),
        (date(2022, 12, 31), None, date(2022, 1, 1)),
        (date(2023, 5, 1), None, date(2022, 1, 1)),
        (date(2022, 6, 30), date(2022, 3, 1), date(2022, 3, 1)),
    ],
)
def test_c8_the_day_room_is_counted_from(on: date, asked: date | None, room_from: date) -> None:
    """C8: the day asked for, else the day after the position's where that lies in the year, else the year's first."""
    assert choose_room_day(2022, on, asked) == room_from


def test_c8_room_from_another_year_is_refused() -> None:
    """C8."""
    for asked in (date(2021, 12, 31), date(2023, 1, 1)):
        with pytest.raises(ValueError, match="a day of the year"):
            choose_room_day(2022, date(2022, 6, 1), asked)


def test_c8_no_room_is_promised_that_cannot_be_counted() -> None:
    """C8: without a frame, over it, without a price, or where a place would cost nothing."""
    assert (
        count_room(100, None, 10) == count_room(101, 100, 10) == count_room(0, 100, None) == count_room(0, 100, 0) == 0
    )
    assert count_room(90, 100, 10) == 1
    assert count_room(91, 100, 10) == 0


def test_c7_c10_parameters_are_those_in_force_in_the_year() -> None:
    """C7, C10: on the position's day, or the nearest day of the year; before the first version, the first."""
    later = Guideline(None, date(2023, 1, 1), watch_bp=9000)
    versions = [later, GUIDELINE]
    assert find_position_parameters(versions, 2022, date(2022, 6, 1)) == GUIDELINE
    assert find_position_parameters(versions, 2022, date(2023, 6, 1)) == GUIDELINE
    assert find_position_parameters(versions, 2023, date(2022, 6, 1)) == later
    assert find_position_parameters(versions, 2021, date(2022, 6, 1)) == GUIDELINE
    assert find_position_parameters([], 2022, date(2022, 6, 1)).vta_share_bp == 2500
