"""S4: the mirror table of people's hours, and what of it is shown (S6)."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.figures import format_two_decimals
from app.rules.mirror import (
    GROUPS,
    FewPeople,
    Mirror,
    ShownMirror,
    Thresholds,
    WeeklyHours,
    build_mirror,
    calculate_percent,
    classify,
    find_few_people,
    reveal_mirror,
    show_mirror,
    sum_hours,
)

CASES = json.loads((Path(__file__).parents[2] / "cases" / "steering-figures.json").read_text(encoding="utf-8"))
FIRST, LAST = date(2022, 1, 1), date(2022, 12, 31)
HOURS = st.one_of(st.none(), st.decimals(0, 168, places=2).map(Fraction))
DAYS = st.integers(0, 400).map(lambda step: date(2021, 12, 1) + timedelta(days=step))


def hours(
    person: object = "p",
    assessed: str | None = None,
    decided: str | None = None,
    delivered: str | None = None,
    *,
    service_type: str = "a",
    first_day: date = FIRST,
    last_day: date = LAST,
    assessed_on: date | None = None,
) -> WeeklyHours:
    """Hours of the whole year, if nothing else is said."""
    need, decision, delivery = map(to_fraction, (assessed, decided, delivered))
    return WeeklyHours(str(person), service_type, first_day, last_day, need, decision, delivery, assessed_on)


def to_fraction(amount: str | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)


@st.composite
def rows(draw: st.DrawFn) -> list[WeeklyHours]:
    """Hours of a few people."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        begin, end = sorted((draw(DAYS), draw(DAYS)))
        amounts = (draw(HOURS), draw(HOURS), draw(HOURS))
        found.append(WeeklyHours(draw(st.integers(0, 3)), f"t{number}", begin, end, *amounts))
    return found


@pytest.mark.parametrize("case", CASES["mirror"], ids=lambda case: case["name"])
def test_worked_cases(case: dict[str, Any]) -> None:
    people = [
        hours(number, person["need_hours"], person["decided_hours"]) for number, person in enumerate(case["persons"])
    ]
    mirror = build_mirror(people, FIRST, LAST)
    assert format_two_decimals(mirror.need) == case["need_hours"]
    assert format_two_decimals(mirror.decided) == case["decided_hours"]
    percent = calculate_percent(mirror.decided, mirror.need)
    assert (None if percent is None else format_two_decimals(percent)) == case["decided_of_need_percent"]
    assert mirror.groups["below"] == case["below_90"]
    assert mirror.groups["within"] == case["within"]
    assert mirror.groups["above"] == case["above_110"]
    assert mirror.groups["without_need"] == case["without_need"]
    assert mirror.people == len(case["persons"])


@pytest.mark.parametrize(
    ("rows", "group"),
    [
        ([hours(assessed="0.00", decided="0.00")], "within"),
        ([hours(assessed="0.00", decided="0.01")], "above"),
        ([hours(assessed="10.00", decided="0.00")], "below"),
        ([hours(decided="5.00")], "without_need"),
        ([hours(assessed="5.00")], "without_decision"),
        ([hours(delivered="5.00")], "without_hours"),
        ([hours(assessed="5.00", decided="5.00"), hours(decided="1.00", service_type="b")], "without_need"),
        ([hours(assessed="5.00", decided="5.00"), hours(assessed="1.00", service_type="b")], "without_decision"),
        ([hours(decided="5.00"), hours(assessed="1.00", service_type="b")], "without_need"),
        # A person's services are compared together, and by the days that they hold for.
        ([hours(assessed="5.00", decided="4.00"), hours(assessed="5.00", decided="6.00", service_type="b")], "within"),
        (
            [
                hours(assessed="10.00", decided="10.00", last_day=date(2022, 6, 30)),
                hours(assessed="10.00", decided="7.00", first_day=date(2022, 7, 1)),
            ],
            "below",
        ),
    ],
)
def test_each_person_is_in_one_group(rows: list[WeeklyHours], group: str) -> None:
    [person] = sum_hours(rows, FIRST, LAST, by_service=False).values()
    assert classify(person, Thresholds()) == group
    assert build_mirror(rows, FIRST, LAST).groups[group] == 1


def test_the_borders_are_parameters() -> None:
    rows = [hours(assessed="10.00", decided="7.50")]
    assert build_mirror(rows, FIRST, LAST).groups["below"] == 1
    assert build_mirror(rows, FIRST, LAST, Thresholds(lower_percent=75)).groups["within"] == 1
    rows = [hours(assessed="10.00", decided="12.51")]
    assert build_mirror(rows, FIRST, LAST, Thresholds(upper_percent=125)).groups["above"] == 1


def test_what_is_not_recorded_stays_in_the_sums_and_is_compared_with_nothing() -> None:
    mirror = build_mirror(
        [hours(1, "10.00", "8.00", "6.00"), hours(2, None, "4.00"), hours(3, "5.00"), hours(4, None, None, "9.00")],
        FIRST,
        LAST,
    )
    assert [mirror.need, mirror.decided] == [15, 12]
    assert [mirror.delivered_where_decided, mirror.decided_where_delivered] == [6, 8]
    assert (mirror.with_delivery, mirror.without_delivery) == (1, 1)


@pytest.mark.parametrize(
    ("assessed_on", "lately", "long_ago", "never"),
    [
        (date(2021, 12, 31), 1, 0, 0),
        (date(2021, 12, 30), 0, 1, 0),
        (date(2023, 1, 1), 0, 0, 1),
        (None, 0, 0, 1),
    ],
)
def test_an_assessment_is_long_ago_when_its_months_are_over(
    assessed_on: date | None, lately: int, long_ago: int, never: int
) -> None:
    mirror = build_mirror([hours(assessed="1.00", decided="1.00", assessed_on=assessed_on)], FIRST, LAST)
    assert (mirror.assessed_lately, mirror.assessed_long_ago, mirror.never_assessed) == (lately, long_ago, never)


@given(rows())
def test_months_add_up_to_the_year(rows: list[WeeklyHours]) -> None:
    """Hours a week of the days of each month are the hours a week of the year."""
    months = [(date(2022, month, 1), date(2022, month + 1, 1) - timedelta(days=1)) for month in range(1, 12)]
    months.append((date(2022, 12, 1), LAST))
    year = build_mirror(rows, FIRST, LAST)
    parts = [(build_mirror(rows, first, last), (last - first).days + 1) for first, last in months]
    assert sum(part.need * days for part, days in parts) == year.need * 365
    assert sum(part.decided * days for part, days in parts) == year.decided * 365


@given(rows())
def test_everybody_with_a_day_in_the_period_is_counted_once(rows: list[WeeklyHours]) -> None:
    mirror = build_mirror(rows, FIRST, LAST)
    present = {row.person for row in rows if row.first_day <= LAST and row.last_day >= FIRST}
    assert mirror.people == len(present)
    assert mirror.people == mirror.assessed_lately + mirror.assessed_long_ago + mirror.never_assessed
    by_service = sum_hours(rows, FIRST, LAST, by_service=True)
    assert sum(one.decided for one in by_service.values()) == mirror.decided
    shown = show_mirror(mirror, FewPeople())
    revealed = reveal_mirror(mirror)
    for name in ("people", "with_delivery", "without_delivery", "assessed_lately", "assessed_long_ago"):
        assert vars_of(shown)[name] in (None, vars_of(revealed)[name])


# What may be recorded of a person: group, and what is known of the delivery.
KINDS = [
    *((group, delivery) for group in ("below", "within", "above", "without_need") for delivery in ("all", "some")),
    ("without_decision", "all"),
    ("without_decision", "some"),
    ("without_decision", "none"),
    ("without_hours", "none"),
]
LEAST = 3
MOST = 7


def population(kinds: Sequence[tuple[str, str]]) -> Mirror:
    """The counts of people of these kinds, and no hours."""
    deliveries = [delivery for _, delivery in kinds]
    return Mirror(
        need=Fraction(0),
        decided=Fraction(0),
        decided_where_delivered=Fraction(0),
        delivered_where_decided=Fraction(0),
        groups={group: sum(one == group for one, _ in kinds) for group in GROUPS},
        with_need=0,
        with_decision=len(kinds) - deliveries.count("none"),
        with_both=deliveries.count("all"),
        with_delivery=deliveries.count("all"),
        without_delivery=deliveries.count("some"),
        assessed_lately=len(kinds),
        assessed_long_ago=0,
        never_assessed=0,
    )


def vars_of(shown: ShownMirror) -> dict[str, int | None]:
    """Every count, by name."""
    return {
        "people": shown.people,
        "with_delivery": shown.with_delivery,
        "without_delivery": shown.without_delivery,
        "assessed_lately": shown.assessed_lately,
        "assessed_long_ago": shown.assessed_long_ago,
        **{str(group): count for group, count in shown.groups.items()},
    }


EVERY = {
    size: [vars_of(reveal_mirror(population(kinds))) for kinds in combinations_with_replacement(KINDS, size)]
    for size in range(MOST + 1)
}


@settings(max_examples=25)
@given(st.lists(st.sampled_from(KINDS), min_size=LEAST, max_size=MOST))
def test_no_hidden_count_can_be_worked_out(kinds: list[tuple[str, str]]) -> None:
    """By brute force: for each hidden count another population is shown exactly as this one."""
    true = vars_of(reveal_mirror(population(kinds)))
    shown = vars_of(show_mirror(population(kinds), FewPeople(), LEAST))
    known = {name: count for name, count in shown.items() if count is not None}
    assert all(count == 0 or count >= LEAST for count in known.values())
    # One in each group: their sum would tell it.
    one_each = all(true[group] in (0, 1) for group in GROUPS)
    assert shown["people"] == (None if one_each else len(kinds))
    populations = [one for size, every in EVERY.items() for one in every if one_each or size == len(kinds)]
    others = [other for other in populations if all(other[name] == count for name, count in known.items())]
    for name in shown.keys() - known.keys():
        # A zero is nobody, and may be known.
        assert not true[name] or len({other[name] for other in others}) > 1, (name, true)


@given(rows(), st.data())
def test_sums_of_few_people_are_hidden_in_the_period_too(rows: list[WeeklyHours], data: st.DataObject) -> None:
    """S6: whichever days of the period are asked for, or told by what two others say."""
    shown = show_mirror(build_mirror(rows, FIRST, LAST), find_few_people(rows, FIRST, LAST))
    first = data.draw(st.dates(FIRST, LAST))
    part = build_mirror(rows, first, data.draw(st.dates(first, LAST)))
    if 0 < part.with_need < 5 or 0 < part.with_decision < 5:
        assert not shown.shows_need
    if 0 < part.without_delivery < 5 or 0 < part.with_both < 5:
        assert not shown.shows_delivery
