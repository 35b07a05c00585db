"""T22: the rests between the shifts of a trip's staff (003 § 5, § 8.2). Warnings, and never a refusal.

Arbeidsmiljølova ch. 10 has exceptions, and SGS 1010 is one: the limits are parameters of the scheme's version.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from app.rules.trip_hours import MINUTES_A_DAY, Shift, ShiftPart

RestWarning = Literal["rest_below_daily", "rest_below_agreed", "week_rest_below", "shift_above", "passive_by_day"]

_MINUTE = timedelta(minutes=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RestNorms:
    """T6, T22: minutes. The daily rest (arbeidsmiljølova § 10-8 (1)) and what may be agreed on (§ 10-8 (3)), the week's
    rest (§ 10-8 (2)), and the longest shift that may be agreed on (§ 10-5 (2)).
    """

    daily: int = 11 * 60
    agreed: int = 8 * 60
    weekly: int = 35 * 60
    longest_shift: int = 12 * 60 + 30


@dataclass(frozen=True, slots=True)
class Rests:
    """What the working time of one staff member is measured by, in minutes.

    Attributes:
        minutes: the rest after each shift but the last.
        below_daily: how many are shorter than the daily rest.
        below_agreed: how many are shorter than what may be agreed on.
        longest_shift: by the clock; shifts without a rest between them are not put together.
        longest_rest: the longest of the rests; None where there is none.
        week_rests: of each week (Monday to Sunday) with a shift the longest time without one, the time before the first
            and after the last shift in it included.
    """

    minutes: tuple[int, ...]
    below_daily: int
    below_agreed: int
    longest_shift: int
    longest_rest: int | None
    week_rests: tuple[int, ...]

    def list_warnings(self, norms: RestNorms) -> list[RestWarning]:
        """What to look at, once each."""
        found: list[RestWarning] = []
        if self.below_daily:
            found.append("rest_below_daily")
        if self.below_agreed:
            found.append("rest_below_agreed")
        if any(rest < norms.weekly for rest in self.week_rests):
            found.append("week_rest_below")
        if self.longest_shift > norms.longest_shift:
            found.append("shift_above")
        return found


def measure_rests(shifts: Sequence[Shift], norms: RestNorms | None = None) -> Rests:
    """The rests between the shifts of one staff member, in whatever order they stand."""
    limits = norms or RestNorms()
    ordered = sorted(shifts, key=lambda shift: (shift.begins, shift.ends))
    rests = tuple(_count_minutes(one.ends, other.begins) for one, other in pairwise(ordered))
    return Rests(
        minutes=rests,
        below_daily=sum(rest < limits.daily for rest in rests),
        below_agreed=sum(rest < limits.agreed for rest in rests),
        longest_shift=max((_count_minutes(shift.begins, shift.ends) for shift in ordered), default=0),
        longest_rest=max(rests, default=None),
        week_rests=tuple(_measure_weeks(ordered)),
    )


def is_within_night(part: ShiftPart, begins: time, ends: time) -> bool:
    """T6: whether a part of a shift lies within the night in which somebody may sleep beside."""
    night = ShiftPart(begins, ends)
    after_begin = (_minute_of_day(part.begins) - _minute_of_day(begins)) % MINUTES_A_DAY
    return after_begin + part.minutes <= night.minutes


def _measure_weeks(ordered: Sequence[Shift]) -> Iterable[int]:
    if not ordered:
        return
    last = max(shift.ends for shift in ordered)
    monday = _find_monday(ordered[0].begins)
    while monday < last:
        sunday = monday + _WEEK
        within = [(max(one.begins, monday), min(one.ends, sunday)) for one in ordered]
        within = [(begins, ends) for begins, ends in within if begins < ends]
        if within:
            free_from, longest = monday, 0
            for begins, ends in within:
                longest = max(longest, _count_minutes(free_from, begins))
                free_from = max(free_from, ends)
            yield max(longest, _count_minutes(free_from, sunday))
        monday = sunday


def _find_monday(moment: datetime) -> datetime:
    return datetime.combine(moment.date() - timedelta(days=moment.weekday()), time())


def _minute_of_day(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _count_minutes(first: datetime, last: datetime) -> int:
    return (last - first) // _MINUTE
