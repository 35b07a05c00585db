"""T3, T4, T13–T16, T22: the paper's three examples, exact and with its rounded hours; parts that add up."""

import json
from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import from_ore, to_ore
from app.rules.trip_costs import (
    StaffRates,
    TripCost,
    TripShares,
    compute_cost,
    divide_cost,
    divide_equally,
    find_dearer,
)
from app.rules.trip_hours import (
    ExtraHours,
    PartKind,
    Shift,
    ShiftPart,
    Weights,
    count_minutes,
    differs,
    find_overlap,
    from_hundredths,
    sum_by_staff,
    to_hundredths,
)
from app.rules.trip_rest import measure_rests

FOLDER = Path(__file__).parents[2] / "cases"
CASES: dict[str, Any] = json.loads((FOLDER / "trips-2.json").read_text(encoding="utf-8"))
FIRST_CASES: list[dict[str, Any]] = json.loads((FOLDER / "trips.json").read_text(encoding="utf-8"))["cases"]
ORE = st.integers(0, 10**9)


def ore(text: str) -> int:
    return to_ore(Decimal(text))


def show(amounts: tuple[int, ...]) -> list[str]:
    return [str(from_ore(amount)) for amount in amounts]


def hundredths(hours: str) -> int:
    return int(Decimal(hours) * 100)


def compute(case: dict[str, Any], extra: Fraction) -> TripCost:
    rates = StaffRates(*(ore(case[name]) for name in ("hourly_rate", "allowance_per_day", "diet_per_staff")))
    travel = ore(case.get("staff_travel_and_lodging", "0"))
    return compute_cost(extra, days=case["days"], staff=case["staff"], rates=rates, staff_travel=travel)


@pytest.mark.parametrize("case", FIRST_CASES, ids=lambda case: case["name"])
def test_t3_paper_examples_with_its_rounded_hours(case: dict[str, Any]) -> None:
    names = ("trip_hours", "home_hours", "ordinary_hours")
    hours = ExtraHours(*(from_hundredths(hundredths(case[name])) for name in names))
    assert to_hundredths(hours.extra) == hundredths(case["extra_hours"])
    cost = compute(case, hours.extra)
    assert [cost.wage, cost.allowance, cost.diet, cost.staff_cost] == [
        ore(case[name]) for name in ("wage", "allowance", "diet", "total")
    ]


@pytest.mark.parametrize("case", CASES["shift_hours"], ids=lambda case: case["name"])
def test_t13_minutes_of_a_shift(case: dict[str, Any]) -> None:
    parts = [
        ShiftPart(time.fromisoformat(part["from"]), time.fromisoformat(part["to"]), part["kind"])
        for part in case["parts"]
    ]
    counted = count_minutes(parts, Weights())
    assert counted == Fraction(case["counted_minutes"])
    assert to_hundredths(counted) == hundredths(case["hours"])


@pytest.mark.parametrize("case", CASES["staffing"], ids=lambda case: case["name"])
def test_t13_sums_of_parts_are_the_sums(case: dict[str, Any]) -> None:
    """T3: exact, where the paper's hundredths are not."""

    def add(shifts: list[dict[str, int]]) -> Fraction:
        return Fraction(sum(row["staff"] * row["minutes"] * row["days"] for row in shifts))

    rows = [
        (str(number), Fraction(minutes))
        for number, shifts in enumerate(case["trip_minutes_by_staff"])
        for minutes in shifts
    ]
    by_staff = sum_by_staff(rows)
    assert len(by_staff) == len(case["trip_minutes_by_staff"])
    trip = sum(by_staff.values(), Fraction(0))
    assert not differs(Fraction(case["trip_minutes"]), (minutes for _, minutes in rows))
    hours = ExtraHours(trip, add(case["home_shifts"]), add(case["ordinary_shifts"]))
    assert [trip, hours.home, hours.ordinary, hours.extra] == [
        case[f"{name}_minutes"] for name in ("trip", "home", "ordinary", "extra")
    ]
    assert to_hundredths(hours.extra) == hundredths(case["extra_hours"])
    paper = from_hundredths(hundredths(case["paper"]["trip_hours"]))
    assert differs(paper, by_staff.values()) == ("why" in case["paper"])


@pytest.mark.parametrize("case", CASES["cost"], ids=lambda case: case["name"])
def test_t15_who_pays(case: dict[str, Any]) -> None:
    extra = case.get("extra_minutes")
    cost = compute(case, Fraction(extra) if extra is not None else from_hundredths(hundredths(case["extra_hours"])))
    shares = divide_cost(cost, participants=case["participants"])
    assert [str(from_ore(one)) for one in (cost.wage, cost.allowance, cost.diet, cost.staff_cost)] == [
        case[name] for name in ("wage", "allowance", "diet", "staff_cost")
    ]
    assert [str(from_ore(shares.participants)), str(from_ore(shares.fund))] == [
        case["participants_part"],
        case["fund_part"],
    ]
    assert show(shares.of_staff_cost) == case["each_of_staff_cost"]
    assert show(shares.of_staff_travel) == case["each_of_staff_travel"]
    assert show(shares.of_all) == case["each_in_all"]


@given(ORE, ORE, ORE, ORE, st.integers(1, 40), st.integers(0, 50))
def test_t15_parts_add_up_to_the_whole(
    wage: int, allowance: int, diet: int, travel: int, participants: int, percent: int
) -> None:
    """And the participants never pay more than half of what the staff cost; nobody pays an øre more than another."""
    cost = TripCost(wage, allowance, diet, travel)
    shares = divide_cost(cost, participants=participants, percent=percent)
    assert shares.participants + shares.fund == cost.staff_cost
    assert 2 * shares.participants <= cost.staff_cost
    assert sum(shares.of_all) == shares.participants + travel
    for parts in (shares.of_staff_cost, shares.of_staff_travel):
        assert max(parts) - min(parts) <= 1
        assert list(parts) == sorted(parts, reverse=True)


@pytest.mark.parametrize(("participants", "percent"), [(0, 50), (-1, 50), (1, 51), (1, -1)])
def test_t4_nobody_and_more_than_half_are_refused(participants: int, percent: int) -> None:
    with pytest.raises(ValueError, match="participants"):
        divide_cost(TripCost(1, 1, 1, 1), participants=participants, percent=percent)


def test_t16_only_whose_price_rose_accepts_again() -> None:
    before = divide_equally(100_001, 3)
    assert before == (33_334, 33_334, 33_333)
    assert find_dearer(before, divide_equally(100_002, 3)) == [2]
    assert find_dearer(before, divide_equally(90_000, 3)) == []


@given(
    st.lists(st.builds(ShiftPart, st.times(), st.times(), st.sampled_from(["active", "travel", "passive"])), max_size=6)
)
def test_t13_no_shift_counts_more_than_its_time(parts: list[ShiftPart]) -> None:
    parts = [ShiftPart(one.begins.replace(second=0), one.ends.replace(second=0), one.kind) for one in parts]
    counted = count_minutes(parts, Weights())
    assert 0 <= counted <= sum(part.minutes for part in parts)
    assert all(0 < part.minutes <= 24 * 60 for part in parts)


@pytest.mark.parametrize(("kind", "counted"), [("active", 60), ("travel", 30), ("passive", 20)])
def test_t13_weights(kind: PartKind, counted: int) -> None:
    assert count_minutes([ShiftPart(time(23), time(0), kind)], Weights()) == counted


def test_t3_a_saving_is_not_shared() -> None:
    assert ExtraHours(Fraction(60), Fraction(0), Fraction(120)).extra == 0


def make_shifts(case: dict[str, Any]) -> list[Shift]:
    moments = [(datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])) for one in case["shifts"]]
    return [Shift(begins, ends, Fraction(0)) for begins, ends in moments]


@pytest.mark.parametrize("case", CASES["working_time"], ids=lambda case: case["name"])
def test_t22_rests_between_shifts(case: dict[str, Any]) -> None:
    """Of whatever order the shifts stand in."""
    for shifts in (make_shifts(case), make_shifts(case)[::-1]):
        rests = measure_rests(shifts)
        assert [to_hundredths(Fraction(rest)) for rest in rests.minutes] == [
            hundredths(hours) for hours in case["rests_hours"]
        ]
        assert (rests.below_daily, rests.below_agreed) == (case["rests_below_11_h"], case["rests_below_8_h"])
        assert to_hundredths(Fraction(rests.longest_shift)) == hundredths(case["longest_shift_hours"])
        assert rests.longest_rest == max(rests.minutes)
        assert find_overlap(shifts) is None


def test_t22_nobody_has_shifts_that_overlap() -> None:
    first, second = (
        Shift(
            datetime.fromisoformat(f"2022-06-20T{begins}"), datetime.fromisoformat(f"2022-06-20T{ends}"), Fraction(420)
        )
        for begins, ends in (("09:00", "16:00"), ("15:00", "22:00"))
    )
    assert find_overlap([second, first]) == 0
    assert measure_rests([]).longest_rest is None


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_t16_settlement_by_the_same_rules_differs_by_what_differs(minutes: int, participants: int) -> None:
    rates = StaffRates(40_000, 44_000, 342_700)

    def divide(extra: int) -> TripShares:
        cost = compute_cost(Fraction(extra), days=7, staff=2, rates=rates, staff_travel=0)
        return divide_cost(cost, participants=participants)

    assert sum(divide(minutes + 60).of_all) - sum(divide(minutes).of_all) in (20_000, 20_000 - 1, 20_000 + 1)
