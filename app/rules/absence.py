"""The full day: what an absence says, and which absences of a placement go beyond the day (A2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from app.rules.revisions import Version

FULL_DAY = 100
"""Percent of a day that the absences of one placement may make up together."""

AbsenceKind = Literal["sick", "holiday", "leave", "unexcused", "other"]

AbsenceContent = tuple[str, str, date, date, int, str | None]
"""What an absence says: placement's id, kind, first and last day, percent of the day, note."""

AbsenceVersion = Version[AbsenceContent]
"""One absence as it stands after some of its revisions."""


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
