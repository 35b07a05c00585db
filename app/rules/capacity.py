"""Places within what there is: a provider's capacity (P2), and a participant's day (L1).

A place of less than 100 % fills its share of a place, or a whole one: parameter `share_counts` of the guideline version
in force on the day. **Decided here**: the first version also holds on the days before its own, and shares count where
there is none.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

ShareCounts = Literal["shares", "people"]

Counting = tuple[date, ShareCounts]
"""The first day of a version of the guideline, and what a part place counts as by it. Sorted by day."""

WHOLE = 100
"""Percent of a day, and of a place."""


class Occupancy(NamedTuple):
    """So many percent of a place are filled from a day to another, both included; `last_day` None has no end.

    One whose last day is before its first fills nothing.
    """

    first_day: date
    last_day: date | None
    share: int = WHOLE


@dataclass(frozen=True, slots=True)
class Vacancy:
    """P2: a provider's places on a day. `free_changes_on` is the next day with another number of free places."""

    capacity: Fraction
    active: Fraction
    promised: Fraction
    free_changes_on: date | None

    @property
    def free(self) -> Fraction:
        """What is neither taken nor promised; below zero where more is promised than there is."""
        return self.capacity - self.active - self.promised


def find_share_counts(counting: Sequence[Counting], day: date) -> ShareCounts:
    """What a part place counts as on a day."""
    if not counting:
        return "shares"
    return counting[max(bisect_right(counting, day, key=lambda version: version[0]) - 1, 0)][1]


def find_first_day_over_capacity(
    capacities: Sequence[tuple[date, int]], places: Sequence[Occupancy], counting: Sequence[Counting] = ()
) -> date | None:
    """P2: the first day on which more places are active than the capacity in force, or None.

    `capacities` are (first day, places), of which the last of those with one first day counts; a day before the first
    day of all has none.
    """
    return next((day for day, capacity, active in _sweep(capacities, places, counting) if active > capacity), None)


def find_first_day_over_whole(places: Sequence[Occupancy]) -> tuple[date, int] | None:
    """L1: the first day on which a participant's shares are over 100 % in sum, with that sum; or None."""
    for place in sorted(places, key=lambda place: place.first_day):
        total = sum(other.share for other in places if _is_active(other, place.first_day))
        if total > WHOLE and _is_active(place, place.first_day):
            return place.first_day, total
    return None


def find_first_common_day(places: Sequence[Occupancy], planned: Sequence[Occupancy]) -> date | None:
    """L1: the first day that both have, as two placements of one participant at one provider may not; or None."""
    begun = [(max(place.first_day, plan.first_day), place, plan) for place in places for plan in planned]
    return min((day for day, place, plan in begun if _is_active(place, day) and _is_active(plan, day)), default=None)


def calculate_vacancy(
    capacities: Sequence[tuple[date, int]],
    active: Sequence[Occupancy],
    promised: Sequence[Occupancy],
    on: date,
    counting: Sequence[Counting] = (),
) -> Vacancy:
    """P2: free places on a day = capacity - active - accepted and not yet decided."""
    capacity, taken = _find_on(capacities, active, on, counting)
    _, held = _find_on((), promised, on, counting)
    free = capacity - taken - held
    both = _sweep(capacities, [*active, *promised], counting)
    changes_on = next((day for day, limit, filled in both if day > on and limit - filled != free), None)
    return Vacancy(capacity, taken, held, changes_on)


def _find_on(
    capacities: Sequence[tuple[date, int]], places: Sequence[Occupancy], on: date, counting: Sequence[Counting]
) -> tuple[Fraction, Fraction]:
    known = [(limit, filled) for day, limit, filled in _sweep(capacities, places, counting) if day <= on]
    return known[-1] if known else (Fraction(0), Fraction(0))


def _sweep(
    capacities: Sequence[tuple[date, int]], places: Sequence[Occupancy], counting: Sequence[Counting]
) -> list[tuple[date, Fraction, Fraction]]:
    """Capacity and places filled from each day on which one of them, or how they are counted, changes."""
    steps: dict[int, tuple[int, int]] = {}

    def add(ordinal: int, people: int, percent: int) -> None:
        before = steps.get(ordinal, (0, 0))
        steps[ordinal] = (before[0] + people, before[1] + percent)

    for place in places:
        if place.last_day is None or place.last_day >= place.first_day:
            add(place.first_day.toordinal(), 1, place.share)
            if place.last_day is not None and place.last_day < date.max:
                add(place.last_day.toordinal() + 1, -1, -place.share)
    limits = {first.toordinal(): number for first, number in capacities}
    recountings = {first.toordinal() for first, _ in counting}
    found = []
    people = percent = capacity = 0
    for ordinal in sorted(steps.keys() | limits.keys() | recountings):
        more_people, more_percent = steps.get(ordinal, (0, 0))
        people += more_people
        percent += more_percent
        capacity = limits.get(ordinal, capacity)
        day = date.fromordinal(ordinal)
        filled = Fraction(percent, WHOLE) if find_share_counts(counting, day) == "shares" else Fraction(people)
        found.append((day, Fraction(capacity), filled))
    return found


def _is_active(place: Occupancy, day: date) -> bool:
    return place.first_day <= day and (place.last_day is None or day <= place.last_day)
