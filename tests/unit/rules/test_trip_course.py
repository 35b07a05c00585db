"""T16, T19, T20: a trip's states, and what may be done in which."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.trip_course import (
    STATES_OF_ACT,
    TripAct,
    TripFacts,
    TripStatus,
    determine_trip_status,
    is_allowed,
    must_accept,
)

LAST_DAY = date(2022, 6, 26)
FACTS = st.builds(
    TripFacts,
    st.just(LAST_DAY),
    assessed=st.booleans(),
    planned=st.booleans(),
    accepted=st.booleans(),
    decision=st.sampled_from([None, "grant", "reject", "withdraw"]),
    cancelled=st.booleans(),
    settled=st.booleans(),
)


@pytest.mark.parametrize(
    ("facts", "on", "status"),
    [
        (TripFacts(LAST_DAY), LAST_DAY, "applied"),
        (TripFacts(LAST_DAY, assessed=True), LAST_DAY, "assessed"),
        (TripFacts(LAST_DAY, planned=True), LAST_DAY, "planned"),
        (TripFacts(LAST_DAY, planned=True, accepted=True), LAST_DAY, "accepted"),
        (TripFacts(LAST_DAY, planned=True, accepted=True, decision="grant"), LAST_DAY, "granted"),
        (TripFacts(LAST_DAY, planned=True, accepted=True, decision="grant"), date(2022, 6, 27), "carried_out"),
        (TripFacts(LAST_DAY, decision="grant", settled=True), date(2022, 8, 1), "settled"),
        (TripFacts(LAST_DAY, decision="grant", cancelled=True), date(2022, 8, 1), "cancelled"),
        (TripFacts(LAST_DAY, decision="reject"), LAST_DAY, "rejected"),
        (TripFacts(LAST_DAY, decision="withdraw"), LAST_DAY, "withdrawn"),
    ],
)
def test_t20_states(facts: TripFacts, on: date, status: TripStatus) -> None:
    assert determine_trip_status(facts, on) == status


@pytest.mark.parametrize("status", ["settled", "rejected", "withdrawn", "cancelled"])
def test_t20_nothing_is_done_to_a_trip_that_has_ended(status: TripStatus) -> None:
    assert not any(is_allowed(act, status) for act in STATES_OF_ACT)


@given(FACTS, st.dates(date(2022, 1, 1), date(2022, 12, 31)), st.sampled_from(sorted(STATES_OF_ACT)))
def test_t20_a_grant_is_never_made_twice(facts: TripFacts, on: date, act: TripAct) -> None:
    status = determine_trip_status(facts, on)
    if is_allowed("grant", status):
        assert facts.planned
        assert facts.accepted
        assert facts.decision is None
    if is_allowed("settle", status):
        assert facts.decision == "grant"
        assert on > facts.ends_on
    assert is_allowed(act, status) == (status in STATES_OF_ACT[act])


@pytest.mark.parametrize(
    ("price", "accepted", "must"),
    [(100, None, True), (100, 100, False), (101, 100, True), (99, 100, False), (None, None, False), (0, None, True)],
)
def test_t16_who_must_accept(price: int | None, accepted: int | None, must: bool) -> None:
    assert must_accept(price, accepted) == must
