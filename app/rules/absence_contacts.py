"""P7: after how many planned days of unexcused absence in a row a provider contacts somebody.

**Decided here**: a day counts whatever its percent, and a row is broken by any planned day without unexcused absence,
since a part place's own days are not known (A3). Weekends and public holidays neither count nor break a row.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from app.rules.calendar import is_planned_day

_DAY = timedelta(days=1)


class ContactRoutine(NamedTuple):
    """P7: what was agreed on a day, in the order recorded where two share the day."""

    agreed_on: date
    contact_after_days: int


class AbsenceContact(NamedTuple):
    """P7: the first day of a row, and the day on which it was long enough."""

    first_day: date
    due_on: date


def list_absence_contacts(
    absences: Iterable[tuple[date, date]], routines: Sequence[ContactRoutine], through: date
) -> Iterator[AbsenceContact]:
    """P7: the rows of unexcused absence that were long enough by a day, one contact a row.

    Args:
        absences: first and last days of unexcused absence of one placement.
        routines: sorted by day; each holds from its day until the next, and a row's days before the first count too.
        through: no later day is looked at.
    """
    first_day = date.min
    count = 0
    due = False
    expected: date | None = None
    for day in _list_planned_days(absences, through):
        if day != expected:
            first_day, count, due = day, 0, False
        count += 1
        expected = _find_next_planned_day(day)
        known = bisect_right(routines, day, key=lambda routine: routine.agreed_on)
        if not due and known and count >= routines[known - 1].contact_after_days:
            due = True
            yield AbsenceContact(first_day, day)


def _list_planned_days(absences: Iterable[tuple[date, date]], through: date) -> Iterator[date]:
    """Each planned day of the absences once, in order."""
    following = date.min
    for first, last in sorted(absences):
        day = max(first, following)
        last = min(last, through)
        while day <= last:
            if is_planned_day(day):
                yield day
            day += _DAY
        following = max(following, day)


def _find_next_planned_day(day: date) -> date:
    day += _DAY
    while not is_planned_day(day):
        day += _DAY
    return day
