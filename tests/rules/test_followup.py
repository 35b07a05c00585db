"""M1–M8: the placement's clock and what is owed, as a table of cases and as properties; what minutes must hold."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain, combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import placement_year
from app.rules.followup import (
    SERVICES,
    Asks,
    AttendeeRole,
    Consent,
    Kind,
    MeetingKind,
    Owed,
    Record,
    absence_unexplained,
    asks_everything,
    calendar_years_owed,
    clock_of,
    clock_start,
    consent_due_on,
    counts,
    in_force,
    missing_parties,
    owed_by,
    reported_day,
    services_without_consent,
    status_of,
    themes_of,
    themes_untouched,
)

ASKS = (Asks(date(2022, 1, 1)),)
KINDS: tuple[Kind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
DAY = timedelta(days=1)
DAYS = st.dates(date(2022, 1, 1), date(2060, 12, 31))
ROLES: tuple[AttendeeRole, ...] = get_args(AttendeeRole)
MEETINGS: tuple[MeetingKind, ...] = get_args(MeetingKind)


def day(written: str) -> date:
    return date.fromisoformat(written)


def owed(first: str, ends_on: str | None, on: str, record: Record | None = None) -> list[tuple[str, str, str, int]]:
    """Everything owed, as (kind, due day, status, how many), by day and kind."""
    found = owed_by(
        day(first), None if ends_on is None else day(ends_on), record or Record(), on=day(on), asks=ASKS, kinds=KINDS
    )
    return sorted((one.kind, str(one.due_on), one.status, one.required) for one in found)


def year(due: str, status: str) -> list[tuple[str, str, str, int]]:
    """What a whole year owes by its last day."""
    kinds = (("conversation", 2), ("cooperation_meeting", 1), ("evaluation", 1))
    return [(kind, due, status, count) for kind, count in kinds]


@pytest.mark.parametrize(
    ("first", "ends_on", "on", "expected"),
    [
        # Not begun, begun, the due days and the days after.
        ("2022-07-01", None, "2022-06-30", []),
        ("2022-07-01", None, "2022-07-01", [*year("2023-06-30", "open"), ("plan", "2022-09-29", "open", 1)]),
        ("2022-07-01", None, "2022-09-29", [*year("2023-06-30", "open"), ("plan", "2022-09-29", "open", 1)]),
        ("2022-07-01", None, "2022-09-30", [*year("2023-06-30", "open"), ("plan", "2022-09-29", "overdue", 1)]),
        ("2022-07-01", None, "2023-06-30", [*year("2023-06-30", "open"), ("plan", "2022-09-29", "overdue", 1)]),
        (
            "2022-07-01",
            None,
            "2023-07-01",
            [*year("2023-06-30", "overdue"), *year("2024-06-30", "open"), ("plan", "2022-09-29", "overdue", 1)],
        ),
        # 29 February: the year ends on the 27th, or on the 28th before a leap day.
        ("2024-02-29", None, "2024-03-01", [*year("2025-02-27", "open"), ("plan", "2024-05-29", "open", 1)]),
        (
            "2024-02-29",
            None,
            "2028-02-28",
            [
                *year("2025-02-27", "overdue"),
                *year("2026-02-27", "overdue"),
                *year("2027-02-27", "overdue"),
                *year("2028-02-28", "open"),
                ("plan", "2024-05-29", "overdue", 1),
            ],
        ),
        # The last day of a month.
        ("2022-08-31", None, "2022-08-31", [*year("2023-08-30", "open"), ("plan", "2022-11-29", "open", 1)]),
        # Ends inside the year: half of 365 days is 183, less owes one conversation and no plan.
        ("2022-07-01", "2022-12-30", "2022-12-30", [*year("2022-12-30", "open"), ("plan", "2022-09-29", "overdue", 1)]),
        ("2022-07-01", "2022-12-29", "2022-12-29", [("conversation", "2022-12-29", "open", 1)]),
        ("2022-07-01", "2022-12-29", "2024-01-01", [("conversation", "2022-12-29", "overdue", 1)]),
        ("2022-07-01", "2022-07-01", "2022-07-01", [("conversation", "2022-07-01", "open", 1)]),
        # Half of a leap year's 366 days is 183 too, and 182 is not.
        ("2023-07-01", "2023-12-30", "2023-12-30", [*year("2023-12-30", "open"), ("plan", "2023-09-29", "overdue", 1)]),
        ("2023-07-01", "2023-12-29", "2023-12-29", [("conversation", "2023-12-29", "open", 1)]),
        # Ends on a year's last day, and on the first day of the next.
        (
            "2022-07-01",
            "2023-06-30",
            "2025-01-01",
            [*year("2023-06-30", "overdue"), ("plan", "2022-09-29", "overdue", 1)],
        ),
        (
            "2022-07-01",
            "2023-07-01",
            "2025-01-01",
            [
                *year("2023-06-30", "overdue"),
                ("conversation", "2023-07-01", "overdue", 1),
                ("plan", "2022-09-29", "overdue", 1),
            ],
        ),
    ],
)
def test_m_the_clock(first: str, ends_on: str | None, on: str, expected: Sequence[tuple[str, str, str, int]]) -> None:
    """M, M1–M4: what is owed, by which day, and whether it is late."""
    assert owed(first, ends_on, on) == sorted(expected)


def test_m_far_future() -> None:
    """M: the 77th year is as the first, and its day of February comes back in leap years."""
    years = clock_of(date(2024, 2, 29), None, date(2099, 12, 31), ASKS).years
    assert len(years) == 76
    assert [str(one.first) for one in years if one.first.day == 29] == [f"{n}-02-29" for n in range(2024, 2100, 4)]
    assert str(years[-1].last) == "2100-02-27"


@pytest.mark.parametrize(
    ("terms", "starts_on", "effective_from", "begins"),
    [
        ("standard", "2022-07-01", "2022-01-01", "2022-07-01"),
        ("legacy", "2015-05-17", "2022-01-01", "2022-01-01"),
        ("legacy", "2021-12-31", "2022-01-01", "2022-01-01"),
        ("legacy", "2022-02-01", "2022-01-01", "2022-02-01"),
        ("standard", "2022-07-01", None, None),
    ],
)
def test_m_legacy_counts_from_the_effective_date(
    terms: str, starts_on: str, effective_from: str | None, begins: str | None
) -> None:
    """M, L2: §9.1 holds legacy places to chapter 7 from the day the guideline takes effect."""
    found = clock_start(terms, day(starts_on), None if effective_from is None else day(effective_from))
    assert found == (None if begins is None else day(begins))


def test_m_a_legacy_place_that_ended_before_the_guideline_owes_nothing() -> None:
    """M, L2."""
    assert owed("2022-01-01", "2021-12-31", "2023-01-01") == []


def test_m_a_change_of_provider_is_a_new_placement() -> None:
    """M: the old place owes to its own end and nothing after, the new one counts from its own first day."""
    old = owed("2022-07-01", "2023-02-28", "2024-01-01", Record(plan_sent=True))
    new = owed("2023-03-01", None, "2023-04-01", Record())
    assert {due for _, due, _, _ in old} == {"2022-09-29", "2023-02-28"}
    assert {due for _, due, _, _ in new} == {"2023-05-30", "2024-02-29"}


def test_m_each_year_by_the_guideline_of_its_first_day() -> None:
    """M1–M4: a new version changes the years that begin under it, and an ask of none is no task."""
    asks = (*ASKS, Asks(date(2023, 1, 1), 30, 4, 0, 2))
    found = owed_by(date(2022, 7, 1), None, Record(), on=date(2023, 8, 1), asks=asks, kinds=KINDS)
    assert sorted((one.kind, one.n, one.required) for one in found) == [
        ("conversation", 1, 2),
        ("conversation", 2, 4),
        ("cooperation_meeting", 1, 1),
        ("evaluation", 1, 1),
        ("evaluation", 2, 2),
        ("plan", 1, 1),
    ]
    assert clock_of(date(2023, 7, 1), None, date(2023, 7, 1), asks).plan_due_on == date(2023, 7, 31)
    assert in_force(asks, date(1990, 1, 1)) is asks[0]


def test_m_what_is_on_record_counts_in_its_own_year() -> None:
    """M2–M4: days at both ends of a year, and none outside."""
    record = Record(
        True,
        conversations=[day("2022-06-30"), day("2022-07-01"), day("2023-06-30"), day("2023-07-01"), day("2024-01-01")],
        cooperation_meetings=[day("2023-07-01")],
        evaluations=[(day("2022-07-01"), day("2023-06-30"))],
    )
    found = owed_by(date(2022, 7, 1), None, record, on=date(2024, 1, 1), asks=ASKS, kinds=KINDS)
    assert sorted((one.kind, one.n, one.recorded, one.status) for one in found) == [
        ("conversation", 1, 2, "done"),
        ("conversation", 2, 2, "done"),
        ("cooperation_meeting", 1, 0, "overdue"),
        ("cooperation_meeting", 2, 1, "done"),
        ("evaluation", 1, 1, "done"),
        ("evaluation", 2, 0, "open"),
        ("plan", 1, 1, "done"),
    ]


@pytest.mark.parametrize(
    ("period_from", "period_to", "ends_on", "reports_on"),
    [
        ("2022-07-01", "2023-06-30", None, "2022-12-30"),
        ("2022-01-01", "2022-12-31", None, "2022-09-30"),
        ("2022-07-01", "2023-07-05", None, "2023-01-01"),
        ("2023-01-01", "2023-12-31", "2023-02-28", "2023-01-30"),
        ("2021-01-01", "2022-06-30", None, None),
        ("2023-03-01", "2023-12-31", "2023-02-28", None),
    ],
)
def test_m2_the_year_an_evaluation_reports_on(
    period_from: str, period_to: str, ends_on: str | None, reports_on: str | None
) -> None:
    """M2: the middle of what of its period lies in the placement."""
    found = reported_day(day(period_from), day(period_to), date(2022, 7, 1), None if ends_on is None else day(ends_on))
    assert found == (None if reports_on is None else day(reports_on))


@given(DAYS, st.integers(0, 3000), st.one_of(st.none(), st.integers(0, 3000)))
def test_m_years_cover_the_placement_without_a_gap(first: date, passed: int, length: int | None) -> None:
    """M: every day of the placement so far is in exactly one year; nothing is due after its end."""
    on = first + passed * DAY
    ends_on = None if length is None else first + length * DAY
    clock = clock_of(first, ends_on, on, ASKS)
    assert clock.years[0].first == first
    for before, after in zip(clock.years, clock.years[1:], strict=False):
        assert after.first == before.last + DAY
    until = on if ends_on is None else min(on, ends_on)
    assert clock.years[-1].first <= until <= clock.years[-1].last
    days = [first + step * DAY for step in range(0, (until - first).days + 1, 37)]
    assert sum(clock.by_year(days)) == len(days)
    if ends_on is not None:
        assert max(one.last for one in clock.years) <= ends_on
        assert clock.plan_due_on is None or clock.plan_due_on <= ends_on
    for one in clock.years:
        assert one.first == placement_year(first, one.n)[0]


@given(DAYS, st.integers(0, 2000), st.one_of(st.none(), st.integers(0, 2000)))
def test_m_time_only_adds(first: date, passed: int, length: int | None) -> None:
    """M: from one day to the next nothing owed goes away, and late stays late until it is done."""
    on = first + passed * DAY
    ends_on = None if length is None else first + length * DAY

    def by(day_: date) -> dict[tuple[str, int], Owed]:
        found = owed_by(first, ends_on, Record(), on=day_, asks=ASKS, kinds=KINDS)
        return {(one.kind, one.n): one for one in found}

    today, tomorrow = by(on), by(on + DAY)
    assert today.keys() <= tomorrow.keys()
    for key, one in today.items():
        assert tomorrow[key].due_on == one.due_on
        assert (one.status == "overdue") == (on > one.due_on)
        assert one.status != "overdue" or tomorrow[key].status == "overdue"


@given(DAYS, st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
def test_m_asking_for_some_days_leaves_out_the_others_alone(first: date, passed: int, begin: int, length: int) -> None:
    """M: what a page leaves out by day is what it would have left out afterwards."""
    on, due_from = first + passed * DAY, first + begin * DAY
    due_to = due_from + length * DAY
    everything = owed_by(first, None, Record(), on=on, asks=ASKS, kinds=KINDS)
    some = owed_by(first, None, Record(), on=on, asks=ASKS, kinds=KINDS, due_from=due_from, due_to=due_to)
    assert list(some) == [one for one in everything if due_from <= one.due_on <= due_to]


@given(DAYS, st.integers(0, 400))
def test_m_half_the_year(first: date, length: int) -> None:
    """M: at least half owes everything: the other part is no longer."""
    _, ends = placement_year(first, 1)
    last = min(first + length * DAY, ends)
    assert asks_everything(first, last, ends) == ((ends - last).days <= (last - first).days + 1)


@given(DAYS, DAYS)
def test_m_due_to_and_with_the_day(due_on: date, on: date) -> None:
    """M: never equality with today."""
    assert status_of(due_on, done=True, on=on) == "done"
    assert status_of(due_on, done=False, on=on) == ("overdue" if on > due_on else "open")


def test_m5_and_m6_over_all_attendees() -> None:
    """M5, M6: every subset of the roles, against the rule as it is written."""
    consent = Consent(date(2022, 1, 1), frozenset({"nav"}))
    for roles in chain.from_iterable(combinations(ROLES, size) for size in range(len(ROLES) + 1)):
        for kind in MEETINGS:
            for reason in (None, "Sjuk"):
                expected = kind in ("conversation", "cooperation") and "participant" not in roles and reason is None
                assert absence_unexplained(kind, roles, reason) == expected
        for area in ("habilitation", "mental_health", "other"):
            others = (SERVICES - {area}) & set(roles)
            assert services_without_consent(roles, area, [], date(2022, 6, 1)) == sorted(others)
            assert services_without_consent(roles, area, [consent], date(2022, 6, 1)) == sorted(others - {"nav"})
            assert services_without_consent(roles, area, [consent], date(2021, 12, 31)) == sorted(others)
        assert counts("conversation", roles) == ({"provider", "participant"} <= set(roles))
        assert counts("cooperation", roles) == ("provider" in roles)
        assert not counts("bilateral", roles)
        assert counts("system", roles)


@given(DAYS, st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS), DAYS)
def test_m6_in_force(given_on: date, valid_to: date | None, withdrawn_on: date | None, on: date) -> None:
    """M6: from its day, to its last, and not on the day it is withdrawn or after."""
    consent = Consent(given_on, frozenset({"nav"}), valid_to, withdrawn_on)
    assert consent.in_force(on) == (
        on >= given_on and not (valid_to and on > valid_to) and not (withdrawn_on and on >= withdrawn_on)
    )


def test_m6_renewal() -> None:
    """M6: a consent's own last day, else twelve months on, and to the month's end where it has no such day."""
    for given_on, valid_to, due in (
        ("2022-07-01", None, "2023-07-01"),
        ("2024-02-29", None, "2025-02-28"),
        ("2022-07-01", "2022-12-31", "2022-12-31"),
    ):
        consent = Consent(day(given_on), frozenset({"nav"}), None if valid_to is None else day(valid_to))
        assert consent_due_on(consent, 12) == day(due)


def test_m3_m4_m7_themes_and_parties() -> None:
    """M3, M4: four themes each; M7: the joint meeting's parties."""
    assert [len(themes_of(kind)) for kind in ("conversation", "cooperation")] == [4, 4]
    assert themes_untouched("conversation", {"progress", "content"}) == ["own_experience", "changes"]
    assert themes_untouched("cooperation_meeting", set()) == list(themes_of("cooperation"))
    assert themes_untouched("plan", set()) == []
    assert missing_parties({"nav", "provider"}) == ["case_office", "habilitation", "mental_health"]


def test_m7_m8_calendar_years() -> None:
    """M7, M8: every calendar year since the guideline took effect."""
    assert list(calendar_years_owed(date(2022, 11, 1), date(2024, 1, 1))) == [2022, 2023, 2024]
    assert list(calendar_years_owed(None, date(2024, 1, 1))) == []
    assert list(calendar_years_owed(date(2025, 1, 1), date(2024, 1, 1))) == []
