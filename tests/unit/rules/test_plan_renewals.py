"""M2: the new plan that a report asks for, as cases and as a property."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.follow_up_duties import FollowUpRecord, FollowUpRequirements, TaskKind, Verdict, list_duties

REQUIREMENTS = (FollowUpRequirements(date(2022, 1, 1)),)
KINDS: tuple[TaskKind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
DAY = timedelta(days=1)
DAYS = st.dates(date(2022, 1, 1), date(2060, 12, 31))


@given(
    DAYS,
    st.one_of(st.none(), st.integers(0, 2000)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 500), st.integers(0, 200), st.booleans()), max_size=4),
    st.lists(st.integers(0, 2500), max_size=3),
    st.integers(0, 3000),
)
def test_m2_a_new_plan_is_due_after_a_report_that_says_so(
    first: date,
    length: int | None,
    reports: list[tuple[int, int, int, bool]],
    made: list[int],
    passed: int,
) -> None:
    """M2: one a year at most, only of a report that says so, in time, not after the end, and done by a later plan."""
    on = first + passed * DAY
    ends_on = None if length is None else first + length * DAY
    verdicts = sorted(
        (
            Verdict(first + begin * DAY, first + (begin + days) * DAY, first + (begin + days + wait) * DAY, stands)
            for begin, days, wait, stands in reports
        ),
        key=lambda verdict: verdict.sent_on,
    )
    sent = [verdict for verdict in verdicts if verdict.sent_on <= on]
    plans = [first + days * DAY for days in made]
    record = FollowUpRecord(plans, verdicts=sent)
    found = list_duties(first, ends_on, record, on=on, requirements=REQUIREMENTS, kinds=KINDS)
    renewals = [duty for duty in found if duty.kind == "plan" and duty.n > 1]
    assert len({duty.n for duty in renewals}) == len(renewals)
    for duty in renewals:
        asked = [
            verdict
            for verdict in sent
            if not verdict.plan_stands
            and duty.due_on == min(verdict.sent_on + 90 * DAY, ends_on or date.max)
            and duty.made_since == min(verdict.period_to, verdict.sent_on)
        ]
        assert asked
        assert (duty.status == "done") == any(day_ >= duty.made_since for day_ in plans)
        assert duty.status != "overdue" or on > duty.due_on
    if all(verdict.plan_stands for verdict in sent):
        assert renewals == []


@pytest.mark.parametrize(
    ("ends_on", "due_on"),
    [
        (None, "2023-09-18"),
        ("2024-06-30", "2023-09-18"),
        ("2023-12-31", "2023-09-18"),
        ("2023-12-29", None),
        ("2023-08-31", None),
        ("2023-06-30", "2023-06-30"),
        ("2023-06-19", None),
    ],
)
def test_m2_a_new_plan_in_a_last_year(ends_on: str | None, due_on: str | None) -> None:
    """M, M2: less than half of a year owes no plan, nor does a report that was sent after the end."""
    verdict = Verdict(
        date(2022, 7, 1),
        date(2023, 6, 19),
        date(2023, 6, 20),
        plan_stands=False,
    )
    record = FollowUpRecord([date(2022, 8, 1)], verdicts=[verdict])
    found = list_duties(
        date(2022, 7, 1),
        None if ends_on is None else date.fromisoformat(ends_on),
        record,
        on=date(2024, 1, 1),
        requirements=REQUIREMENTS,
        kinds=KINDS,
    )
    assert [str(duty.due_on) for duty in found if duty.kind == "plan" and duty.n > 1] == ([due_on] if due_on else [])
