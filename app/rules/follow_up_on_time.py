"""S2, M1–M4: which of what a placement owed was done by the day it was due."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.rules.follow_up_duties import Duty, FollowUpRecord, FollowUpRequirements, TaskKind, Verdict, list_duties


class SentPlan(NamedTuple):
    """A plan that was sent to the case office."""

    made_on: date
    sent_on: date


class SentEvaluation(NamedTuple):
    """A report that was sent to the case office. `plan_stands` is None where it says nothing of the plan."""

    period_from: date
    period_to: date
    sent_on: date
    plan_stands: bool | None = None


@dataclass(slots=True)
class DatedRecord:
    """What a placement has on record: evaluations in the order they were sent, and the days of meetings that count."""

    plans: list[SentPlan] = field(default_factory=list)
    evaluations: list[SentEvaluation] = field(default_factory=list)
    conversations: list[date] = field(default_factory=list)
    cooperation_meetings: list[date] = field(default_factory=list)

    def limit_to(self, on: date) -> FollowUpRecord:
        """What was sent and held by a day."""
        evaluations = [one for one in self.evaluations if one.sent_on <= on]
        return FollowUpRecord(
            plans=[plan.made_on for plan in self.plans if plan.sent_on <= on],
            conversations=[day for day in self.conversations if day <= on],
            cooperation_meetings=[day for day in self.cooperation_meetings if day <= on],
            evaluations=[(one.period_from, one.period_to) for one in evaluations],
            verdicts=[
                Verdict(one.period_from, one.period_to, one.sent_on, one.plan_stands)
                for one in evaluations
                if one.plan_stands is not None
            ],
        )


def list_timely_duties(
    first: date,
    ends_on: date | None,
    record: DatedRecord,
    *,
    on: date,
    requirements: tuple[FollowUpRequirements, ...],
    kinds: Collection[TaskKind],
    due_from: date,
    due_to: date,
    died: bool = False,
) -> Iterator[tuple[Duty, bool]]:
    """S2: each duty that was due between two days and by the day `on`, and whether it was done on its due day.

    `first` is the first day of the placement's clock, as in `list_duties`.
    """
    for duty in list_duties(
        first,
        ends_on,
        record.limit_to(on),
        on=on,
        requirements=requirements,
        kinds=kinds,
        due_from=due_from,
        due_to=min(due_to, on),
        died=died,
    ):
        yield (
            duty,
            duty.status == "done"
            and _is_done_when_due(duty, first, ends_on, record, requirements=requirements, died=died),
        )


def _is_done_when_due(
    duty: Duty,
    first: date,
    ends_on: date | None,
    record: DatedRecord,
    *,
    requirements: tuple[FollowUpRequirements, ...],
    died: bool,
) -> bool:
    """Whether the same duty, asked for on its due day, is done by what was on record then."""
    then = list_duties(
        first,
        ends_on,
        record.limit_to(duty.due_on),
        on=duty.due_on,
        requirements=requirements,
        kinds=(duty.kind,),
        due_from=duty.due_on,
        due_to=duty.due_on,
        died=died,
    )
    return any(one.n == duty.n and one.status == "done" for one in then)
