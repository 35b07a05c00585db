"""M1–M8: a placement's clock and what is owed, as a table of cases and as properties."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import get_placement_year
from app.rules.follow_up_duties import (
    Duty,
    FollowUpRecord,
    FollowUpRequirements,
    TaskKind,
    Verdict,
    build_clock,
    calculate_consent_due_day,
    determine_status,
    find_clock_start,
    find_reported_day,
    find_requirements,
    find_untouched_themes,
    list_calendar_years_owed,
    list_duties,
    owes_full_year,
)
from app.rules.minutes import (
    Consent,
)

REQUIREMENTS = (FollowUpRequirements(date(2022, 1, 1)),)
KINDS: tuple[TaskKind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
DAY = timedelta(days=1)
DAYS = st.dates(date(2022, 1, 1), date(2060, 12, 31))


def day(written: str) -> date:
    return date.fromisoformat(written)


def owed(
    first: str, ends_on: str | None, on: str, record: FollowUpRecord | None = None
) -> list[tuple[str, str, str, int]]:
    """Everything owed, as (kind, due day, status, how many), by day and kind."""
    found = list_duties(
        day(first),
        None if ends_on is None else day(ends_on),
        record or FollowUpRecord(),
        on=day(on),
        requirements=REQUIREMENTS,
        kinds=KINDS,
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
    years = build_clock(date(2024, 2, 29), None, date(2099, 12, 31), REQUIREMENTS).years
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
    found = find_clock_start(terms, day(starts_on), None if effective_from is None else day(effective_from))
    assert found == (None if begins is None else day(begins))


def test_m_a_legacy_place_that_ended_before_the_guideline_owes_nothing() -> None:
    """M, L2."""
    assert owed("2022-01-01", "2021-12-31", "2023-01-01") == []


def test_m_a_change_of_provider_is_a_new_placement() -> None:
    """M: the old place owes to its own end and nothing after, the new one counts from its own first day."""
    old = owed("2022-07-01", "2023-02-28", "2024-01-01", FollowUpRecord([date(2022, 8, 1)]))
    new = owed("2023-03-01", None, "2023-04-01", FollowUpRecord())
    assert {due for _, due, _, _ in old} == {"2022-09-29", "2023-02-28"}
    assert {due for _, due, _, _ in new} == {"2023-05-30", "2024-02-29"}


def test_m_each_year_by_the_guideline_of_its_first_day() -> None:
    """M1–M4: a new version changes the years that begin under it, and an ask of none is no task."""
    requirements = (*REQUIREMENTS, FollowUpRequirements(date(2023, 1, 1), 30, 4, 0, 2))
    found = list_duties(
        date(2022, 7, 1), None, FollowUpRecord(), on=date(2023, 8, 1), requirements=requirements, kinds=KINDS
    )
    assert sorted((one.kind, one.n, one.required) for one in found) == [
        ("conversation", 1, 2),
        ("conversation", 2, 4),
        ("cooperation_meeting", 1, 1),
        ("evaluation", 1, 1),
        ("evaluation", 2, 2),
        ("plan", 1, 1),
    ]
    assert build_clock(date(2023, 7, 1), None, date(2023, 7, 1), requirements).plan_due_on == date(2023, 7, 31)
    assert find_requirements(requirements, date(1990, 1, 1)) is requirements[0]


def test_m_what_is_on_record_counts_in_its_own_year() -> None:
    """M2–M4: days at both ends of a year, and none outside."""
    record = FollowUpRecord(
        [day("2022-07-20")],
        conversations=[day("2022-06-30"), day("2022-07-01"), day("2023-06-30"), day("2023-07-01"), day("2024-01-01")],
        cooperation_meetings=[day("2023-07-01")],
        evaluations=[(day("2022-07-01"), day("2023-06-30"))],
    )
    found = list_duties(date(2022, 7, 1), None, record, on=date(2024, 1, 1), requirements=REQUIREMENTS, kinds=KINDS)
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
    found = find_reported_day(
        day(period_from), day(period_to), date(2022, 7, 1), None if ends_on is None else day(ends_on)
    )
    assert found == (None if reports_on is None else day(reports_on))


@given(DAYS, st.integers(0, 3000), st.one_of(st.none(), st.integers(0, 3000)))
def test_m_years_cover_the_placement_without_a_gap(first: date, passed: int, length: int | None) -> None:
    """M: every day of the placement so far is in exactly one year; nothing is due after its end."""
    on = first + passed * DAY
    ends_on = None if length is None else first + length * DAY
    clock = build_clock(first, ends_on, on, REQUIREMENTS)
    assert clock.years[0].first == first
    for before, after in zip(clock.years, clock.years[1:], strict=False):
        assert after.first == before.last + DAY
    until = on if ends_on is None else min(on, ends_on)
    assert clock.years[-1].first <= until <= clock.years[-1].last
    days = [first + step * DAY for step in range(0, (until - first).days + 1, 37)]
    assert sum(clock.count_by_year(days, first, until)) == len(days)
    if ends_on is not None:
        assert max(one.last for one in clock.years) <= ends_on
        assert clock.plan_due_on is None or clock.plan_due_on <= ends_on
    for one in clock.years:
        assert one.first == get_placement_year(first, one.n)[0]


@given(DAYS, st.integers(0, 2000), st.one_of(st.none(), st.integers(0, 2000)))
def test_m_time_only_adds(first: date, passed: int, length: int | None) -> None:
    """M: from one day to the next nothing owed goes away, and late stays late until it is done."""
    on = first + passed * DAY
    ends_on = None if length is None else first + length * DAY

    def by(day_: date) -> dict[tuple[str, int], Duty]:
        found = list_duties(first, ends_on, FollowUpRecord(), on=day_, requirements=REQUIREMENTS, kinds=KINDS)
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
    everything = list_duties(first, None, FollowUpRecord(), on=on, requirements=REQUIREMENTS, kinds=KINDS)
    some = list_duties(
        first, None, FollowUpRecord(), on=on, requirements=REQUIREMENTS, kinds=KINDS, due_from=due_from, due_to=due_to
    )
    assert list(some) == [one for one in everything if due_from <= one.due_on <= due_to]


SINCE_2022 = st.integers(0, 1500).map(lambda days: date(2022, 1, 1) + days * DAY)
PERIODS = st.tuples(SINCE_2022, st.integers(0, 400)).map(lambda one: (one[0], one[0] + one[1] * DAY))
RECORDS = st.builds(
    FollowUpRecord,
    *(st.lists(SINCE_2022, max_size=size) for size in (2, 9, 5)),
    st.lists(PERIODS, max_size=4),
    st.lists(
        st.builds(lambda one, stands: Verdict(one[0], one[1], one[1], stands), PERIODS, st.booleans()), max_size=2
    ),
)


@given(SINCE_2022, SINCE_2022, SINCE_2022, RECORDS, st.booleans())
def test_m_what_is_not_done_is_everything_without_what_is(
    first: date, ends_on: date, on: date, record: FollowUpRecord, died: bool
) -> None:
    """M: a list that leaves out what is done early leaves out nothing else."""

    def owed_by(*, includes_done: bool) -> list[Duty]:
        found = list_duties(
            first,
            max(first, ends_on),
            record,
            on=on,
            requirements=REQUIREMENTS,
            kinds=KINDS,
            died=died,
            includes_done=includes_done,
        )
        return list(found)

    assert owed_by(includes_done=False) == [one for one in owed_by(includes_done=True) if one.status != "done"]


@given(DAYS, st.integers(0, 400))
def test_m_half_the_year(first: date, length: int) -> None:
    """M: at least half owes everything: the other part is no longer."""
    _, ends = get_placement_year(first, 1)
    last = min(first + length * DAY, ends)
    assert owes_full_year(first, last, ends) == ((ends - last).days <= (last - first).days + 1)


@given(DAYS, DAYS)
def test_m_due_to_and_with_the_day(due_on: date, on: date) -> None:
    """M: never equality with today."""
    assert determine_status(due_on, done=True, on=on) == "done"
    assert determine_status(due_on, done=False, on=on) == ("overdue" if on > due_on else "open")


@pytest.mark.parametrize(
    ("given_on", "valid_to", "due"),
    [
        ("2022-07-01", None, "2023-07-01"),
        ("2024-02-29", None, "2025-02-28"),
        ("2022-07-01", "2022-12-31", "2022-12-31"),
    ],
)
def test_m6_renewal(given_on: str, valid_to: str | None, due: str) -> None:
    """M6: a consent's own last day, else twelve months on, and to the month's end where it has no such day."""
    consent = Consent(day(given_on), frozenset({"nav"}), None if valid_to is None else day(valid_to))
    assert calculate_consent_due_day(consent, 12) == day(due)


@pytest.mark.parametrize(
    ("kind", "touched", "untouched"),
    [
        ("conversation", {"progress", "content"}, ["own_experience", "changes"]),
        ("cooperation_meeting", set(), ["functioning", "cooperation", "changes", "another_offer"]),
        ("plan", set(), []),
    ],
)
def test_m3_m4_untouched_themes(kind: TaskKind, touched: set[str], untouched: list[str]) -> None:
    """M3, M4: of the year's four themes; other tasks have none."""
    assert find_untouched_themes(kind, touched) == untouched


@pytest.mark.parametrize(
    ("effective_from", "years"),
    [(date(2022, 11, 1), [2022, 2023, 2024]), (None, []), (date(2025, 1, 1), [])],
)
def test_m7_m8_calendar_years(effective_from: date | None, years: list[int]) -> None:
    """M7, M8: every calendar year since the guideline took effect."""
    assert list(list_calendar_years_owed(effective_from, date(2024, 1, 1))) == years


@given(DAYS, st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 2000))
def test_l8_of_the_year_of_a_death_nothing_is_owed(first: date, passed: int, length: int, reported: int) -> None:
    """L8: what was due before that year began is owed as ever, and nothing else."""
    on, ends_on = first + passed * DAY, first + length * DAY
    sent_on = first + reported * DAY
    record = FollowUpRecord(verdicts=[Verdict(first, sent_on, sent_on, False)])

    def list_due(*, died: bool) -> list[Duty]:
        return list(list_duties(first, ends_on, record, on=on, requirements=REQUIREMENTS, kinds=KINDS, died=died))

    begins = next(begins for n in range(1, 20) for begins, last in [get_placement_year(first, n)] if last >= ends_on)
    assert list_due(died=True) == [duty for duty in list_due(died=False) if duty.due_on < begins]
