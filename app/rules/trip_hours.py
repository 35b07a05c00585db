"""T13: the hours of a trip's staff, from shifts (003 § 6.1–6.3).

Minutes are exact fractions: 5 h 40 min is 340 of them and never 5.67 hours, and what is shown is rounded once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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


def place_parts(day: date, parts: Sequence[ShiftPart]) -> tuple[datetime, datetime]:
    """T13: when a shift of these parts begins and ends.

    Each part begins at its clock time next after the part before it has ended.
    """
    begins = ends = datetime.combine(day, parts[0].begins)
    for part in parts:
        starts = datetime.combine(ends.date(), part.begins)
        ends = (starts if starts >= ends else starts + timedelta(days=1)) + timedelta(minutes=part.minutes)
    return begins, ends


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


def to_hundredths(minutes: Fraction) -> int:
    """Hundredths of an hour, half up: what is shown of exact minutes."""
    hours = minutes * 100 / MINUTES_AN_HOUR
    return round_half_up(hours.numerator, hours.denominator)


def from_hundredths(hundredths: int) -> Fraction:
    """T13: minutes of hours with two decimals, as counted elsewhere."""
    return Fraction(hundredths * MINUTES_AN_HOUR, 100)


def _count_minutes(moment: time) -> int:
    return moment.hour * MINUTES_AN_HOUR + moment.minute
