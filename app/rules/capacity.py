"""Capacity (P2): active places on any day never exceed the capacity in force that day."""

from collections.abc import Sequence
from datetime import date


def find_first_day_over_capacity(
    capacities: Sequence[tuple[date, int]], periods: Sequence[tuple[date, date | None]]
) -> date | None:
    """P2: the first day on which more places are active than the capacity in force, or None.

    `capacities` are (first day, places), of which the last of those with one first day counts; a day before the first
    day of all has none. `periods` are (first day, last
    day or None), one per placement. **Decided here**: each counts one, whatever its share. A period whose last day is
    before its first counts nowhere.
    """
    # One sweep over the days on which something changes: only there can an excess begin.
    steps: dict[int, int] = {}
    for first, last in periods:
        if last is None or last >= first:
            steps[first.toordinal()] = steps.get(first.toordinal(), 0) + 1
            if last is not None:
                steps[last.toordinal() + 1] = steps.get(last.toordinal() + 1, 0) - 1
    limits = {first.toordinal(): places for first, places in capacities}

    active = capacity = 0
    for ordinal in sorted(steps.keys() | limits.keys()):
        active += steps.get(ordinal, 0)
        capacity = limits.get(ordinal, capacity)
        if active > capacity:
            return date.fromordinal(ordinal)
    return None
