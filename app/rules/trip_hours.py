"""T13, T22: the hours of a trip's staff, from shifts (003 § 6.1–6.3), and the rests between them.

Minutes are exact fractions: 5 h 40 min is 340 of them and never 5.67 hours, and what is shown is rounded once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from app.rules.money import round_half_up

PartKind = Literal["active", "travel", "passive"]
MINUTES_A_DAY = 24 * 60
MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Weights:
    """T6: how much of a minute counts, by what was done in it. The trial's values."""

    travel: Fraction = Fraction(1, 2)
    passive: Fraction = Fraction(1, 3)

    def of(self, kind: PartKind) -> Fraction:
        """The weight of a part of a shift; time on duty counts whole."""
        return {"active": Fraction(1), "travel": self.travel, "passive": self.passive}[kind]


@dataclass(frozen=True, slots=True)
class ShiftPart:
    """A part of a shift by the clock; one that does not end after it begins ends the next day."""

    begins: time
    ends: time
    kind: PartKind = "active"

    @property
    def minutes(self) -> int:
        """How long it lasts; from a time to the same time is a whole day."""
        lasts = _count_minutes(self.ends) - _count_minutes(self.begins)
        return lasts if lasts > 0 else lasts + MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of one staff member: when it lasts, and the minutes of it that count."""

    begins: datetime
    ends: datetime
    counted: Fraction


@dataclass(frozen=True, slots=True)
class Rests:
    """T22: what working time rules are about. Warnings and never refusals: agreements allow exceptions.

    Attributes:
        minutes: the rest after each shift but the last.
        below_daily: how many are shorter than the daily rest (arbeidsmiljølova § 10-8).
        below_agreed: how many are shorter than what may be agreed on.
        longest_shift: minutes by the clock; shifts without a rest between them are not put together.
        longest_rest: the longest of the rests, for the weekly one; None where there is none.
    """

    minutes: tuple[int, ...]
    below_daily: int
    below_agreed: int
    longest_shift: int
    longest_rest: int | None


@dataclass(frozen=True, slots=True)
class ExtraHours:
    """T3: minutes that are counted on the trip and at home meanwhile, and those that would have been worked anyway."""

    trip: Fraction
    home: Fraction
    ordinary: Fraction

    @property
    def extra(self) -> Fraction:
        """Minutes beyond the ordinary. **Decided here**: never below zero; a saving is not shared."""
        return max(self.trip + self.home - self.ordinary, Fraction(0))


def count_minutes(parts: Iterable[ShiftPart], weights: Weights) -> Fraction:
    """T13: the minutes of a shift that count, exactly."""
    return sum((part.minutes * weights.of(part.kind) for part in parts), Fraction(0))


def find_overlap(shifts: Sequence[Shift]) -> int | None:
    """T13: the index of the first shift of one staff member that begins before the one before it has ended."""
    ordered = sorted(range(len(shifts)), key=lambda index: (shifts[index].begins, shifts[index].ends))
    for before, after in pairwise(ordered):
        if shifts[after].begins < shifts[before].ends:
            return after
    return None


def sum_by_staff(shifts: Iterable[tuple[str, Fraction]]) -> dict[str, Fraction]:
    """T13: counted minutes of each staff member, in the order they are named."""
    sums: dict[str, Fraction] = {}
    for staff, minutes in shifts:
        sums[staff] = sums.get(staff, Fraction(0)) + minutes
    return sums


def differs(stated: Fraction, parts: Iterable[Fraction]) -> bool:
    """T13: whether a stated total is another than its parts add up to; the parts count."""
    return stated != sum(parts, Fraction(0))


def measure_rests(shifts: Sequence[Shift], *, daily_minutes: int = 660, agreed_minutes: int = 480) -> Rests:
    """T22: the rests between the shifts of one staff member, of whatever order they stand in.

    `daily_minutes` is 11 hours, `agreed_minutes` 8: arbeidsmiljølova § 10-8, and what may be agreed on.
    """
    ordered = sorted(shifts, key=lambda shift: (shift.begins, shift.ends))
    rests = tuple(_minutes_between(one.ends, other.begins) for one, other in pairwise(ordered))
    return Rests(
        minutes=rests,
        below_daily=sum(rest < daily_minutes for rest in rests),
        below_agreed=sum(rest < agreed_minutes for rest in rests),
        longest_shift=max((_minutes_between(shift.begins, shift.ends) for shift in ordered), default=0),
        longest_rest=max(rests, default=None),
    )


def to_hundredths(minutes: Fraction) -> int:
    """Hundredths of an hour, half up: what is shown of exact minutes."""
    hours = minutes * 100 / MINUTES_AN_HOUR
    return round_half_up(hours.numerator, hours.denominator)


def from_hundredths(hundredths: int) -> Fraction:
    """T13: minutes of hours with two decimals, as counted elsewhere."""
    return Fraction(hundredths * MINUTES_AN_HOUR, 100)


def _count_minutes(moment: time) -> int:
    return moment.hour * MINUTES_AN_HOUR + moment.minute


def _minutes_between(first: datetime, last: datetime) -> int:
    return (last - first) // timedelta(minutes=1)
