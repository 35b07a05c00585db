"""R1–R8: `cases/trust.json` and properties of the yearly sum, the limit, the lapses and the shares."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import to_ore
from app.rules.trust import (
    PERSON_LIMIT_ORE,
    Entry,
    Grant,
    YearSum,
    compute_left,
    find_sum,
    is_late,
    is_raise,
    share_by_ceiling,
    share_by_percent,
)

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "trust.json").read_text(encoding="utf-8"))
DAY = date(2020, 9, 1)
LAST = date(2020, 12, 31)
ASKED = st.lists(st.integers(1, 600_000), min_size=1, max_size=40)


def ore(text: str) -> int:
    return to_ore(Decimal(text))


class Ledger:
    """What a case's events do to its years, by the rules alone."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.sums: dict[int, list[YearSum]] = {}
        self.grants: list[tuple[str, Grant]] = []

    def of(self, year: int, person: str | None = None) -> list[Grant]:
        return [one for who, one in self.grants if one.year == year and person in (None, who)]

    def left(self, year: int) -> int:
        sums = self.sums.setdefault(year, [YearSum(date(year, 1, 1), self.amount)])
        found = find_sum(sums, date(year, 9, 1))
        assert found is not None
        return compute_left(found, self.of(year), date(year, 9, 1))

    def person_left(self, year: int, person: str) -> int:
        return compute_left(PERSON_LIMIT_ORE, self.of(year, person), date(year, 9, 1))

    def apply(self, event: dict[str, Any]) -> str:
        year, person = event["year"], event.get("person", "")
        if event["kind"] == "raise":
            assert is_raise(self.sums[year], ore(event["to"]))
            self.sums[year].append(YearSum(date(year, 9, 1), ore(event["to"])))
            return "recorded"
        amount = ore(event["amount"])
        day = date(year, 9, 1)
        if event["kind"] == "repay":
            index = next(at for at, (who, one) in enumerate(self.grants) if (who, one.year) == (person, year))
            entries = (Entry(day, amount),)
            self.grants[index] = (person, replace(self.grants[index][1], payments=entries, repayments=entries))
            return "recorded"
        if amount > self.person_left(year, person):
            return "person-limit"
        if amount > self.left(year):
            return "trust-sum-exhausted"
        self.grants.append((person, Grant(year, day, amount)))
        return "granted"


@pytest.mark.parametrize("case", CASES["sequences"], ids=lambda case: case["name"][:40])
def test_the_papers_limits(case: dict[str, Any]) -> None:
    """R2–R4, R7."""
    ledger = Ledger(ore(CASES["parameters"]["yearly_sum"]))
    for event in case["events"]:
        assert ledger.apply(event) == event["outcome"], event
        assert ledger.left(event["year"]) == ore(event["left"]), event
        if "person_left" in event:
            assert ledger.person_left(event["year"], event["person"]) == ore(event["person_left"]), event


@pytest.mark.parametrize("case", CASES["deadline"])
def test_the_deadlines_own_day_is_in_time(case: dict[str, Any]) -> None:
    """R5."""
    days = (date.fromisoformat(case[name]) for name in ("received_on", "deadline"))
    assert is_late(*days) == case["late"]
    assert not is_late(date(2020, 12, 1), None)


@pytest.mark.parametrize("case", CASES["too_many"], ids=lambda case: f"{len(case['asked'])} of {case['sum']}")
def test_too_many_ask(case: dict[str, Any]) -> None:
    """R8."""
    asked, available = [ore(one) for one in case["asked"]], ore(case["sum"])
    assert max(sum(asked) - available, 0) == ore(case["raise_needed"])
    assert share_by_percent(asked, available) == [ore(one) for one in case["proportional"]]
    assert share_by_ceiling(asked, available) == [ore(one) for one in case["same_ceiling"]]


@given(ASKED, st.integers(0, 15_000_000))
@pytest.mark.parametrize("share", [share_by_percent, share_by_ceiling])
def test_shares_add_up_and_give_nobody_more_than_asked(
    share: Callable[[Sequence[int], int], list[int]], asked: list[int], available: int
) -> None:
    """R8: to the øre, and those who ask alike differ by one øre at most, the first having more."""
    shares = share(asked, available)
    assert sum(shares) == min(sum(asked), available)
    assert all(0 <= given <= one for given, one in zip(shares, asked, strict=True))
    for at, (one, mine) in enumerate(zip(asked, shares, strict=True)):
        for other, theirs in zip(asked[at + 1 :], shares[at + 1 :], strict=True):
            if one == other:
                assert mine - theirs in (0, 1)
            elif one < other:
                assert mine <= theirs + 1


@given(ASKED, st.integers(0, 15_000_000))
def test_a_percent_is_the_same_for_all_and_a_ceiling_too(asked: list[int], available: int) -> None:
    """R8."""
    whole = sum(asked)
    for one, share in zip(asked, share_by_percent(asked, available), strict=True):
        assert abs(share * whole - one * min(available, whole)) < whole
    shares = share_by_ceiling(asked, available)
    cut = [share for one, share in zip(asked, shares, strict=True) if share < one]
    assert not cut or max(shares) - min(cut) <= 1


def test_what_is_not_used_by_the_last_day_lapses_the_day_after() -> None:
    """R7: limits are judged on the decision's day."""
    paid = Grant(2020, DAY, 400_000, payments=(Entry(DAY, 100_000),))
    assert paid.compute_taken(LAST) == 400_000
    assert paid.compute_lapsed(LAST) == 0
    assert paid.compute_taken(LAST + timedelta(1)) == 100_000
    assert paid.compute_lapsed(LAST + timedelta(1)) == 300_000
    # Decided in the year after: it can still be used then.
    assert Grant(2020, date(2021, 1, 5), 400_000).lapses_on == date(2022, 1, 1)


def test_a_repaid_sum_is_free_again_from_its_day() -> None:
    """R2, R7: in its own year, also where the money comes back later."""
    grant = Grant(2020, DAY, 600_000, (Entry(DAY, 600_000),), (Entry(date(2021, 2, 1), 200_000),))
    assert [grant.compute_taken(day) for day in (LAST, date(2021, 1, 31), date(2021, 2, 1))] == [
        600_000,
        600_000,
        400_000,
    ]


def test_a_sum_counts_from_the_day_it_was_decided() -> None:
    """R1, R4: of two on one day the last recorded."""
    sums = [YearSum(date(2020, 1, 10), 100), YearSum(DAY, 150), YearSum(DAY, 160)]
    assert [find_sum(sums, day) for day in (date(2020, 1, 9), date(2020, 1, 10), DAY)] == [None, 100, 160]
    assert [is_raise(sums, amount) for amount in (159, 160, 161)] == [False, False, True]
    assert is_raise([], 0)


DAYS = st.dates(date(2020, 1, 1), date(2021, 12, 31))


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    """A grant of 2020 that was paid at most whole, and repaid at most what was paid by then."""
    decided_on = draw(DAYS)
    amount = draw(st.integers(1, 600_000))
    later = st.dates(decided_on, date(2021, 12, 31))
    paid = draw(st.lists(st.builds(Entry, later, st.integers(1, 100_000)), max_size=3))
    if sum(one.ore for one in paid) > amount:
        paid = []
    back = draw(st.integers(0, sum(one.ore for one in paid)))
    last = max((one.on for one in paid), default=decided_on)
    repaid = (Entry(draw(st.dates(last, date(2021, 12, 31))), back),) if back else ()
    return Grant(2020, decided_on, amount, tuple(paid), repaid)


@given(grants(), DAYS, DAYS)
def test_a_grant_takes_less_and_less_and_never_less_than_nothing(grant: Grant, one: date, other: date) -> None:
    """R2, R3, R7: so a limit that holds on the decision's day holds ever after."""
    first, second = sorted((one, other))
    assert grant.ore >= grant.compute_taken(first) >= grant.compute_taken(second)
    in_time = replace(grant, payments=tuple(entry for entry in grant.payments if entry.on < grant.lapses_on))
    if in_time.sum_paid() >= in_time.sum_repaid():
        assert in_time.compute_taken(date.max) == in_time.sum_paid() - in_time.sum_repaid() >= 0


@given(st.lists(st.integers(1, 600_000), max_size=60), st.integers(0, 1_000_000))
def test_grants_that_fit_never_take_more_than_the_sum(amounts: list[int], available: int) -> None:
    """R3: whole or not at all."""
    made: list[Grant] = []
    for amount in amounts:
        left = compute_left(available, made, DAY)
        if amount <= left:
            made.append(Grant(2020, DAY, amount))
            assert compute_left(available, made, DAY) == left - amount
    assert sum(grant.ore for grant in made) <= available
