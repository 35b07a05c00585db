"""What a placement's decisions and notices come to, in the order they were stored, as corrected since (D6, D8).

A correction says what a decision should have said, all of it: the last one of a decision counts in the place where that
decision stands, and what was decided after it still holds over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from app.rules.money import to_ore
from app.rules.process import Need
from app.rules.terms import TermsChange

HistoryStep = Literal[
    "granted", "recorded", "changed", "notice_given", "notice_withdrawn", "end_decided", "corrected", "annulled"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """A decision about a placement, a notice of it, or its record as `legacy`, which has no day.

    A notice replaces the last day `replaced_ends_on`; its withdrawal brings it back as `ends_on`. A correction has all
    that the decision `corrects_id` says now; its `notice_id` is a notice that it withdraws.
    """

    step: HistoryStep
    on: date | None
    decision_id: UUID | None = None
    follows_id: UUID | None = None
    corrects_id: UUID | None = None
    notice_id: UUID | None = None
    valid_from: date | None = None
    ends_on: date | None = None
    replaced_ends_on: date | None = None
    share: int | None = None
    need: Need | None = None
    medication_tasks: bool | None = None
    monthly_price: Decimal | None = None
    destination: str | None = None


@dataclass(slots=True)
class PlacementCourse:
    """A placement as its events leave it.

    Attributes:
        starts_on: its first day.
        ends_on: its last day as known now, by grant, notice or end; None has no end (L7).
        share: its first share.
        changes: the decided changes of its terms, in order.
        notice: the notice that set the last day, also once the end is decided; None where it is withdrawn.
        destination: where the latest end sends the person (L8).
    """

    starts_on: date
    ends_on: date | None = None
    share: int = 100
    changes: list[TermsChange] = field(default_factory=list)
    notice: HistoryEvent | None = None
    end_decided: bool = False
    destination: str | None = None

    @property
    def notice_open(self) -> bool:
        """Notice is given, and neither withdrawn nor followed by the decision to end."""
        return self.notice is not None and not self.end_decided

    @property
    def died(self) -> bool:
        """L8: a death has ended the placement."""
        return self.end_decided and self.destination == "died"


def find_corrected_decision(events: Sequence[HistoryEvent], decision_id: UUID) -> HistoryEvent | None:
    """D8: the grant, change or end that this decision is, or that it corrects; None where it is neither."""
    by_id = {event.decision_id: event for event in events if event.decision_id is not None}
    found = by_id.get(decision_id)
    while found is not None and found.step == "corrected" and found.corrects_id is not None:
        found = by_id.get(found.corrects_id)
    return found if found is not None and found.step in ("granted", "changed", "end_decided") else None


def apply_corrections(events: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """D8: the decisions as they should have been, and the notices that no correction has withdrawn, in their order."""
    corrections: dict[UUID, HistoryEvent] = {}
    withdrawn = set()
    for event in events:
        if event.step == "corrected" and event.corrects_id is not None:
            decision = find_corrected_decision(events, event.corrects_id)
            if decision is not None and decision.decision_id is not None:
                corrections[decision.decision_id] = event
            withdrawn.add(event.notice_id)
    return [
        _correct(event, corrections.get(event.decision_id) if event.decision_id is not None else None)
        for event in events
        if event.step != "notice_given" or event.notice_id not in withdrawn
    ]


def follow_events(events: Sequence[HistoryEvent], need: Need) -> PlacementCourse:
    """D6, D8: what the events come to. `need` is the one that holds now.

    An end that a correction leaves without a last day is none. A permanent placement has a last day by notice or end
    alone (L7): a change of it counts only while an end is decided.
    """
    course = PlacementCourse(date.min)
    for event in apply_corrections(events):
        if event.step in ("granted", "recorded"):
            course.starts_on, course.ends_on = event.valid_from or course.starts_on, event.ends_on
            course.share = event.share or course.share
        elif event.step == "notice_given":
            course.notice = replace(event, replaced_ends_on=course.ends_on)
            course.ends_on = _find_earliest(course.ends_on, event.ends_on)
        elif event.step == "notice_withdrawn":
            if course.notice is not None:
                course.ends_on = course.notice.replaced_ends_on
            course.notice, course.end_decided = None, False
        elif event.step == "end_decided" and event.ends_on is not None:
            known = course.ends_on if course.notice is None else course.notice.replaced_ends_on
            course.ends_on = _find_earliest(known, event.ends_on)
            course.end_decided, course.destination = True, event.destination
        elif event.step == "changed":
            if event.valid_from is not None:
                price = None if event.monthly_price is None else to_ore(event.monthly_price)
                course.changes.append(TermsChange(event.valid_from, event.share, price, event.medication_tasks))
            if event.ends_on is not None and (need == "temporary" or course.end_decided):
                course.ends_on = event.ends_on
    return course


def _correct(event: HistoryEvent, correction: HistoryEvent | None) -> HistoryEvent:
    if correction is None:
        return event
    return replace(event, valid_from=correction.valid_from, ends_on=correction.ends_on, share=correction.share)


def _find_earliest(known: date | None, day: date | None) -> date | None:
    return min((one for one in (known, day) if one is not None), default=None)
