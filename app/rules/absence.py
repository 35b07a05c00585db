"""A2 and the full day: which revision of an absence stands, and which absences of a placement go beyond the day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

FULL_DAY = 100
"""Percent of a day that the absences of one placement may make up together."""

AbsenceKind = Literal["sick", "holiday", "leave", "unexcused", "other"]

MAX_REVISION = 2_147_483_647
"""The last number a revision can have."""

AbsenceContent = tuple[str, str, date, date, int, str | None]
"""What an absence says: placement's id, kind, first and last day, percent of the day, note."""

PushOutcome = Literal["created", "updated", "unchanged", "cancelled", "conflict"]


class AbsenceVersion(NamedTuple):
    """One absence as it stands after some of its revisions.

    `cancelled` holds for good once any revision has said so; `revision_cancels` is what the highest one says itself.
    """

    revision: int
    content: AbsenceContent
    cancelled: bool
    revision_cancels: bool


def build_version(revision: int, content: AbsenceContent, cancelled: bool) -> AbsenceVersion:
    """A revision as a system sends it."""
    return AbsenceVersion(revision, content, cancelled, cancelled)


def merge_revision(known: AbsenceVersion | None, new: AbsenceVersion) -> tuple[PushOutcome, AbsenceVersion]:
    """A2: what an absence is after one more revision, and what that changed.

    The highest revision's content wins, and a cancelled one stays cancelled whichever revision cancelled it. Both
    are the same in any order, so revisions may come in any order and any number of times. `conflict` (an equal
    revision with other content) leaves what was known.
    """
    if known is None:
        return ("cancelled" if new.cancelled else "created"), new
    if new.revision > known.revision:
        cancelled = known.cancelled or new.cancelled
        return ("cancelled" if cancelled else "updated"), new._replace(cancelled=cancelled)
    if new.revision == known.revision:
        same = new.content == known.content and new.revision_cancels == known.revision_cancels
        return ("unchanged" if same else "conflict"), known
    if new.cancelled and not known.cancelled:
        return "cancelled", known._replace(cancelled=True)
    return "unchanged", known


class AbsenceSpan(NamedTuple):
    """Some percent of each day of a closed period."""

    first_day: date
    last_day: date
    percent: int


def fits_in_day(spans: Iterable[tuple[date, date, int]]) -> bool:
    """Whether these `AbsenceSpan`s of one placement never pass 100 % of a day together."""
    ordered = sorted(spans)
    last = date.min
    for first_day, last_day, _ in ordered:
        if first_day <= last:
            return _fits_by_sweep(ordered)
        last = last_day
    return True


def _fits_by_sweep(spans: list[tuple[date, date, int]]) -> bool:
    changes: dict[int, int] = {}
    for first_day, last_day, percent in spans:
        start, after = first_day.toordinal(), last_day.toordinal() + 1
        changes[start] = changes.get(start, 0) + percent
        changes[after] = changes.get(after, 0) - percent
    total = 0
    for day in sorted(changes):
        total += changes[day]
        if total > FULL_DAY:
            return False
    return True


@dataclass(slots=True)
class DayOccupancy:
    """The percent of each day (an ordinal) that one placement's absences take up together."""

    percent_by_day: dict[int, int] = field(default_factory=dict)

    def has_room(self, span: AbsenceSpan) -> bool:
        """Whether one more absence stays within every day."""
        limit = FULL_DAY - span.percent
        return all(self.percent_by_day.get(day, 0) <= limit for day in _list_days(span))

    def add(self, span: AbsenceSpan) -> None:
        """Add an absence."""
        for day in _list_days(span):
            self.percent_by_day[day] = self.percent_by_day.get(day, 0) + span.percent

    def remove(self, span: AbsenceSpan) -> None:
        """Remove an absence that was added."""
        for day in _list_days(span):
            self.percent_by_day[day] -= span.percent


def _list_days(span: AbsenceSpan) -> range:
    return range(span.first_day.toordinal(), span.last_day.toordinal() + 1)
