"""A3: planned days, absent days, and when the one is an extensive share of the other.

Days are counted in hundredths, so that a share of a place and a share of a day are whole numbers. Planned days are the
weekdays that are no public holiday, times the placement's share on each; absent days are the days of absence among
those weekdays, times the absence's share of the day. Some kinds are not counted (`holiday`): a parameter.

**Decided here**: a whole day of absence counts a whole day also where the place's share is less, but no calendar week
(Monday to Sunday) counts more absent days than are planned in it: which days a place of 50 % has is not known here, how
many of a week's is. So one Monday of it is a day, a whole week 2.5 of 2.5, and no absence is more than was planned.
What counts is capped together, whichever kinds it is of; a kind's own days are shown as documented, uncapped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.rules.calendar import is_planned_day


@dataclass(frozen=True, slots=True)
class ExtensiveAbsenceParameters:
    """The guideline version's parameters for A3."""

    window_days: int
    threshold_percent: int
    uncounted_kinds: frozenset[str]


class PercentPeriod(NamedTuple):
    """Some percent of each day of a closed period: a placement's share of it, or an absence."""

    first_day: date
    last_day: date | None
    percent: int


class AbsenceWindow:
    """The last days up to and with `on`, and how many planned days lie in any part of them."""

    def __init__(self, on: date, days: int) -> None:
        self.first_day = on - timedelta(days=days - 1)
        self.on = on
        # planned_before[n] is how many of the first n days are planned: any part is one subtraction.
        self.planned_before = [0]
        for step in range(days):
            planned = is_planned_day(self.first_day + timedelta(days=step))
            self.planned_before.append(self.planned_before[-1] + planned)

    def count_planned_days(self, first_day: date, last_day: date | None) -> int:
        """Weekdays that are no public holiday, in the part of the window that a closed period covers."""
        start = max(first_day, self.first_day)
        end = self.on if last_day is None else min(last_day, self.on)
        if end < start:
            return 0
        return self.planned_before[(end - self.first_day).days + 1] - self.planned_before[(start - self.first_day).days]

    def count_by_week(self, parts: Iterable[PercentPeriod]) -> list[int]:
        """Hundredths of planned days that the parts make up in each calendar week that the window touches."""
        offset, days, planned_before = self.first_day.weekday(), len(self.planned_before) - 1, self.planned_before
        weeks = [0] * ((offset + days + 6) // 7)
        for first_day, last_day, percent in parts:
            start = max((first_day - self.first_day).days, 0)
            after = days if last_day is None else min((last_day - self.first_day).days + 1, days)
            while start < after:
                week = (offset + start) // 7
                monday_after = min(7 * week + 7 - offset, after)
                weeks[week] += percent * (planned_before[monday_after] - planned_before[start])
                start = monday_after
        return weeks


def count_absent_hundredths(
    window: AbsenceWindow, shares: Iterable[PercentPeriod], absences: Iterable[PercentPeriod]
) -> int:
    """A3: the absence that counts, in hundredths of planned days, no week's more than what is planned in it."""
    return sum(map(min, window.count_by_week(shares), window.count_by_week(absences)))


def is_extensive(planned_hundredths: int, absent_hundredths: int, threshold_percent: int) -> bool:
    """A3: whether the absent share of the planned days reaches the threshold. Nothing planned, nothing extensive."""
    return planned_hundredths > 0 and absent_hundredths * 100 >= planned_hundredths * threshold_percent
