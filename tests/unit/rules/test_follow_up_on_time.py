"""S2, M1–M4: what was done by its due day, as a table of cases and as properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.follow_up_duties import FollowUpRequirements, TaskKind, list_duties
from app.rules.follow_up_on_time import DatedRecord, SentEvaluation, SentPlan, list_timely_duties

FIRST = date(2022, 7, 1)
REQUIREMENTS = (FollowUpRequirements(date(2022, 1, 1)),)
KINDS: tuple[TaskKind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
DAYS = st.dates(date(2022, 6, 1), date(2025, 1, 1))


def timely(
    record: DatedRecord, on: date = date(2024, 12, 31), due_from: date = date.min, due_to: date = date.max
) -> dict[tuple[str, int], bool]:
    """By kind and number whether it was on time, of a place from 1 July 2022."""
    found = list_timely_duties(
        FIRST, None, record, on=on, requirements=REQUIREMENTS, kinds=KINDS, due_from=due_from, due_to=due_to
    )
    return {(duty.kind, duty.n): is_on_time for duty, is_on_time in found}


@pytest.mark.parametrize(
    ("sent_on", "is_on_time"),
    [("2022-09-28", True), ("2022-09-29", True), ("2022-09-30", False), ("2023-01-02", False)],
)
def test_a_plan_is_on_time_to_and_with_its_due_day(sent_on: str, is_on_time: bool) -> None:
    """M1: 90 days after the first of July."""
    record = DatedRecord(plans=[SentPlan(date(2022, 9, 1), date.fromisoformat(sent_on))])
    assert timely(record)["plan", 1] == is_on_time


@pytest.mark.parametrize(("sent_on", "is_on_time"), [("2023-06-30", True), ("2023-07-01", False)])
def test_a_report_is_on_time_to_and_with_the_years_last_day(sent_on: str, is_on_time: bool) -> None:
    """M2."""
    sent = date.fromisoformat(sent_on)
    record = DatedRecord(evaluations=[SentEvaluation(FIRST, date(2023, 6, 30), sent)])
    assert timely(record)["evaluation", 1] == is_on_time


def test_what_is_due_after_the_day_is_not_due() -> None:
    record = DatedRecord(conversations=[date(2022, 9, 1), date(2023, 2, 1)])
    assert timely(record, on=date(2023, 6, 29)) == {("plan", 1): False}
    assert timely(record, on=date(2023, 6, 30)) == {
        ("plan", 1): False,
        ("evaluation", 1): False,
        ("conversation", 1): True,
        ("cooperation_meeting", 1): False,
    }


def test_a_report_that_comes_late_does_not_make_an_earlier_plan_late() -> None:
    """M2: a new plan, asked for by a report that said that the plan does not stand."""
    record = DatedRecord(
        plans=[SentPlan(date(2022, 8, 1), date(2022, 8, 1)), SentPlan(date(2023, 8, 1), date(2023, 8, 10))],
        evaluations=[SentEvaluation(FIRST, date(2023, 6, 30), date(2023, 6, 20), plan_stands=False)],
    )
    found = timely(record)
    assert (found["plan", 1], found["plan", 2]) == (True, True)


@given(
    st.lists(st.tuples(DAYS, st.integers(0, 200)), max_size=3),
    st.lists(
        st.tuples(DAYS, st.integers(0, 400), st.integers(0, 200), st.sampled_from([None, True, False])), max_size=3
    ),
    st.lists(DAYS, max_size=5),
    st.lists(DAYS, max_size=3),
    DAYS,
)
def test_on_time_is_done_when_asked_on_the_due_day(
    plans: list[tuple[date, int]],
    reports: list[tuple[date, int, int, bool | None]],
    conversations: list[date],
    meetings: list[date],
    on: date,
) -> None:
    """S2: nothing is on time that is not due or not done, and what is, is done in the list of its due day."""
    day = timedelta(days=1)
    record = DatedRecord(
        [SentPlan(made, made + later * day) for made, later in plans],
        sorted(
            (
                SentEvaluation(begins, begins + length * day, begins + (length + later) * day, stands)
                for begins, length, later, stands in reports
            ),
            key=lambda one: one.sent_on,
        ),
        conversations,
        meetings,
    )
    found = list(
        list_timely_duties(
            FIRST, None, record, on=on, requirements=REQUIREMENTS, kinds=KINDS, due_from=date.min, due_to=date.max
        )
    )
    for duty, is_on_time in found:
        assert duty.due_on <= on
        asked = list_duties(
            FIRST, None, record.limit_to(duty.due_on), on=duty.due_on, requirements=REQUIREMENTS, kinds=KINDS
        )
        done = {(one.kind, one.n) for one in asked if one.status == "done" and one.due_on == duty.due_on}
        assert is_on_time == (duty.status == "done" and (duty.kind, duty.n) in done)
    everything = list_duties(FIRST, None, record.limit_to(on), on=on, requirements=REQUIREMENTS, kinds=KINDS)
    assert [duty for duty, _ in found] == [duty for duty in everything if duty.due_on <= on]


@given(st.lists(st.tuples(DAYS, st.integers(0, 200)), max_size=4), DAYS, st.integers(0, 400))
def test_what_was_on_time_stays_so(plans: list[tuple[date, int]], on: date, later: int) -> None:
    """S8: what is filed afterwards changes nothing of it."""
    day = timedelta(days=1)
    record = DatedRecord([SentPlan(made, made + after * day) for made, after in plans])
    before, after = timely(record, on), timely(record, on + later * day)
    assert before == {key: after[key] for key in before}
