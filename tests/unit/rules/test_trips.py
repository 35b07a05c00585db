"""T2, T6, T8–T11, T18: `cases/trips-2.json`, and properties of the ranking and the fund."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import to_ore
from app.rules.trips import (
    EarlierTrip,
    RankedApplication,
    TripFund,
    TripNorms,
    TripScores,
    explain_rank,
    rank_applications,
)

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "trips-2.json").read_text(encoding="utf-8"))
NORMS = TripNorms()
SCORE = st.none() | st.integers(0, 3)
APPLICATIONS = st.lists(
    st.builds(
        RankedApplication,
        id=st.uuids().map(str),
        received_on=st.dates(date(2022, 1, 1), date(2022, 3, 31)),
        scores=st.builds(TripScores, SCORE, SCORE, SCORE, SCORE),
        late=st.booleans(),
        within_interval=st.booleans(),
        last_granted_year=st.none() | st.integers(2015, 2021),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@pytest.mark.parametrize("case", CASES["nights"], ids=lambda case: case["name"])
def test_t8_nights(case: dict[str, Any]) -> None:
    starts_on, ends_on = date.fromisoformat(case["starts_on"]), date.fromisoformat(case["ends_on"])
    agreed = case["working_time_agreed_on"]
    obstacle = NORMS.find_obstacle(
        starts_on,
        ends_on,
        longer_reason=case["longer_reason"],
        working_time_agreed_on=date.fromisoformat(agreed) if agreed else None,
    )
    assert (obstacle or "ok") == case["outcome"]
    assert NORMS.find_length((ends_on - starts_on).days) == case["length"]


def test_t8_longer_needs_settled_working_time_too() -> None:
    days = (date(2022, 6, 20), date(2022, 6, 27))
    obstacle = NORMS.find_obstacle(*days, longer_reason="Lang reiseveg", working_time_agreed_on=None)
    assert obstacle == "working-time-not-settled"


@pytest.mark.parametrize("case", CASES["notice"], ids=lambda case: f"{case['starts_on']} {case['received_on']}")
def test_t9_notice(case: dict[str, Any]) -> None:
    last = NORMS.find_last_notice_day(date.fromisoformat(case["starts_on"]), case["length"])
    assert last == date.fromisoformat(case["last_day"])
    assert (date.fromisoformat(case["received_on"]) > last) == case["late"]


@pytest.mark.parametrize("case", CASES["interval"])
def test_t10_interval(case: dict[str, Any]) -> None:
    free_from = NORMS.find_free_from([EarlierTrip(**trip) for trip in case["earlier"]], case["length"])
    assert free_from == case["free_from"]
    assert (free_from is not None and case["year"] < free_from) == case["within_interval"]


def make_application(row: dict[str, Any]) -> RankedApplication:
    scores = TripScores(row["benefit"], row["resource"], row["severity"], row["mastery"])
    received_on = date.fromisoformat(row["received_on"])
    facts = {name: row[name] for name in ("late", "within_interval", "last_granted_year")}
    return RankedApplication(row["id"], received_on, scores, **facts)


@pytest.mark.parametrize("case", CASES["ranking"])
def test_t11_ranking(case: dict[str, Any]) -> None:
    ranking = rank_applications(map(make_application, case["applications"]), case["places"])
    assert [one.id for one in ranking.proposed] == case["proposed"]
    assert [one.id for one in ranking.waiting] == case["waiting"]
    assert [one.id for one in ranking.proposed + ranking.waiting] == case["order"]


@given(APPLICATIONS, st.integers(0, 12), st.data())
def test_t11_order_of_applications_changes_nothing(
    applications: list[RankedApplication], places: int, data: st.DataObject
) -> None:
    """Nor does one that is withdrawn change the order of the others."""
    ranking = rank_applications(applications, places)
    assert rank_applications(data.draw(st.permutations(applications)), places) == ranking
    order = [*ranking.proposed, *ranking.waiting]
    assert len(ranking.proposed) == min(places, len(order))
    assert all(one.scores.total is not None for one in order)
    assert {one.id for one in (*order, *ranking.not_assessed)} == {one.id for one in applications}
    if applications:
        gone = data.draw(st.sampled_from(applications))
        fewer = rank_applications([one for one in applications if one != gone], places)
        assert [*fewer.proposed, *fewer.waiting] == [one for one in order if one != gone]


@given(APPLICATIONS)
def test_t11_reason_is_what_tells_two_apart(applications: list[RankedApplication]) -> None:
    order = rank_applications(applications, len(applications)).proposed
    for before, one in zip(order, order[1:], strict=False):
        reason = explain_rank(one, before)
        assert reason in ("late", "within_interval", "scores", "last_granted", "received", "id")
        assert (reason == "late") == (one.late != before.late)
    assert not order or explain_rank(order[0], None) == "first"


@pytest.mark.parametrize("case", CASES["fund"], ids=lambda case: case["name"])
def test_t18_fund(case: dict[str, Any]) -> None:
    fund = TripFund()
    for event in case["events"]:
        ore = to_ore(Decimal(event["amount"]))
        if event["accepted"]:
            fund = fund.enter(event["kind"], ore, reserved=to_ore(Decimal(event.get("reserved", "0"))))
        else:
            assert fund.find_missing(ore) == to_ore(Decimal(event["missing"]))
            with pytest.raises(ValueError, match="available"):
                fund.enter(event["kind"], ore)
        told = (fund.balance, fund.reserved, fund.available)
        assert told == tuple(to_ore(Decimal(event[name])) for name in ("balance", "reserved_in_all", "available"))


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**8), max_size=30))
def test_t18_no_reservation_takes_it_below_zero(allocation: int, wishes: list[int]) -> None:
    fund = TripFund().enter("allocation", allocation)
    for ore in wishes:
        if not fund.find_missing(ore):
            fund = fund.enter("reserve", ore)
        assert fund.available >= 0
        assert fund.balance == allocation
