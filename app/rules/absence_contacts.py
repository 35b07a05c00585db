"""P7: after how many planned days of unexcused absence in a row a provider contacts somebody.

**Decided here**: a day counts whatever its percent, and a row is broken by any planned day without unexcused absence,
since a part place's own days are not known (A3). Weekends and public holidays neither count nor break a row.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from app.rules.calendar import list_planned_days

_DAY = timedelta(days=1)


class ContactRoutine(NamedTuple):
    """P7: what was agreed on a day, in the order recorded where two share the day."""

    agreed_on: date
    contact_after_days: int


class AbsenceContact(NamedTuple):
    """P7: the first day of a row, and the day on which it was long enough."""

    first_day: date
    due_on: date


class PlannedDays:
    """The planned days of a closed period, numbered from 0: days in a row are numbers in a row."""

    def __init__(self, first: date, last: date) -> None:
        years = range(first.year, last.year + 1)
        self.days = [day for year in years for day in list_planned_days(year) if first <= day <= last]

    def count_before(self, day: date) -> int:
        """How many there are before a day: the number of the first that is not."""
        return bisect_left(self.days, day)


def list_absence_contacts(
    absences: Iterable[tuple[date, date]], routines: Sequence[ContactRoutine], calendar: PlannedDays
) -> Iterator[AbsenceContact]:
    """P7: the rows of unexcused absence that were long enough by the calendar's last day, one contact a row.

    Args:
        absences: first and last days of unexcused absence of one placement.
        routines: sorted by day; each holds from its day until the next, and a row's days before the first count too.
        calendar: begins no later than the absences.
    """
    never = ContactRoutine(date.max, 1)
    # The numbers of the days on which each routine holds, and how many it waits for.
    spans = [
        (calendar.count_before(routine.agreed_on), calendar.count_before(following.agreed_on), routine)
        for routine, following in pairwise((*routines, never))
    ]
    for begin, end in _join_rows(absences, calendar):
        for holds_from, holds_until, routine in spans:
            due = max(begin + routine.contact_after_days - 1, holds_from)
            if due < min(end, holds_until):
                yield AbsenceContact(calendar.days[begin], calendar.days[due])
                break


def _join_rows(absences: Iterable[tuple[date, date]], calendar: PlannedDays) -> Iterator[tuple[int, int]]:
    """The rows as the numbers of their planned days, the second not included; absences that meet are one row."""
    begin = end = 0
    for first, last in sorted(absences):
        start, after = calendar.count_before(first), calendar.count_before(last + _DAY)
        if start > end:
            yield begin, end
            begin, end = start, after
        else:
            begin, end = (begin if begin < end else start), max(end, after)
    yield begin, end
