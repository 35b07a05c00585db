"""M3–M7: what the minutes of a meeting must hold, over every subset of those who may attend."""

from collections.abc import Iterator
from datetime import date
from itertools import chain, combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.minutes import (
    SERVICE_ROLES,
    AttendeeRole,
    Consent,
    MeetingKind,
    find_missing_parties,
    find_services_without_consent,
    is_absence_unexplained,
    is_consent_mended,
    is_required_meeting,
    list_themes,
)

DAYS = st.dates(date(2022, 1, 1), date(2060, 12, 31))
ROLES: tuple[AttendeeRole, ...] = get_args(AttendeeRole)
MEETINGS: tuple[MeetingKind, ...] = get_args(MeetingKind)


def subsets() -> Iterator[tuple[AttendeeRole, ...]]:
    return chain.from_iterable(combinations(ROLES, size) for size in range(len(ROLES) + 1))


@pytest.mark.parametrize("kind", MEETINGS)
@pytest.mark.parametrize("reason", [None, "Sjuk"])
def test_m5_an_individual_meeting_without_the_participant_needs_a_reason(kind: MeetingKind, reason: str | None) -> None:
    """M5: the rule as it is written."""
    for roles in subsets():
        expected = kind in ("conversation", "cooperation") and "participant" not in roles and reason is None
        assert is_absence_unexplained(kind, roles, reason) == expected


@pytest.mark.parametrize("area", ["habilitation", "mental_health", "other"])
def test_m6_other_services_need_a_consent(area: str) -> None:
    """M6: every service but the participant's own, unless a consent in force that day covers it."""
    consent = Consent(date(2022, 1, 1), frozenset({"nav"}))
    for roles in subsets():
        others = (SERVICE_ROLES - {area}) & set(roles)
        present = [(role, None) for role in roles]
        assert find_services_without_consent(present, area, [], date(2022, 6, 1)) == sorted(others)
        assert find_services_without_consent(present, area, [consent], date(2022, 6, 1)) == sorted(others - {"nav"})
        assert find_services_without_consent(present, area, [consent], date(2021, 12, 31)) == sorted(others)


def test_m6_a_consent_may_name_the_service() -> None:
    """M6: it covers that service, however its name is written, and no other of its kind."""
    consent = Consent(date(2022, 1, 1), frozenset(), organisations=frozenset({"fysioterapi, knarvik"}))
    named: list[tuple[AttendeeRole, str | None]] = [("other_service", " Fysioterapi,  Knarvik")]
    other: list[tuple[AttendeeRole, str | None]] = [("other_service", "Ergoterapi")]
    for present, expected in ((named, []), (other, ["other_service"]), (named + other, ["other_service"])):
        assert find_services_without_consent(present, "habilitation", [consent], date(2022, 6, 1)) == expected


def test_m3_m4_m7_which_meetings_count() -> None:
    """M3, M4, M7: by who was there, whoever called it."""
    for roles in subsets():
        assert is_required_meeting("conversation", roles) == ({"provider", "participant"} <= set(roles))
        assert is_required_meeting("cooperation", roles) == ("provider" in roles)
        assert not is_required_meeting("bilateral", roles)
        assert is_required_meeting("system", roles)


@given(DAYS, st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS), DAYS)
def test_m6_a_consent_is_in_force(given_on: date, valid_to: date | None, withdrawn_on: date | None, on: date) -> None:
    """M6: from its day, to its last, and not on the day it is withdrawn or after."""
    consent = Consent(given_on, frozenset({"nav"}), valid_to, withdrawn_on)
    assert consent.is_in_force(on) == (
        on >= given_on and not (valid_to and on > valid_to) and not (withdrawn_on and on >= withdrawn_on)
    )


@pytest.mark.parametrize("kind", ["conversation", "cooperation"])
def test_m3_m4_an_individual_meeting_has_four_themes(kind: MeetingKind) -> None:
    """M3, M4."""
    assert len(list_themes(kind)) == 4


def test_m7_missing_parties() -> None:
    """M7: the system meeting's parties, whoever else was there."""
    assert find_missing_parties({"nav", "provider"}) == ["case_office", "habilitation", "mental_health"]


@given(DAYS, DAYS, st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS), DAYS)
def test_m6_a_deviation_stays_mended(
    held_on: date, given_on: date, valid_to: date | None, withdrawn_on: date | None, on: date
) -> None:
    """M6: by a consent that was in force on the day or given since; what is mended is so on every later day."""
    present: list[tuple[AttendeeRole, str | None]] = [("nav", None)]
    consent = Consent(given_on, frozenset({"nav"}), valid_to, withdrawn_on)

    def is_mended(day: date) -> bool:
        return is_consent_mended(present, ["nav"], [consent], held_on, day)

    if consent.is_in_force(held_on) and given_on <= on:
        assert is_mended(on)
    assert is_mended(on) <= is_mended(max(on, held_on))
    assert is_mended(on) <= is_mended(date(2061, 1, 1))
    assert not is_consent_mended(present, ["nav"], [], held_on, on)
    if on < given_on or (valid_to is not None and valid_to < held_on):
        assert not is_mended(on)


def test_m6_a_kind_with_names_is_those_alone() -> None:
    """M6: `other_service` that names a service; another kind beside it is covered as a whole."""
    consent = Consent(date(2022, 1, 1), frozenset({"nav", "other_service"}), organisations=frozenset({"fysio"}))
    assert consent.covers("other_service", "Fysio")
    assert not consent.covers("other_service", "Ergo")
    assert not consent.covers("other_service", None)
    assert consent.covers("nav", "NAV Alver")
    assert not consent.covers("mental_health", None)
