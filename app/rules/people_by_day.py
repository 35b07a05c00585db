"""S6: how many people there are on each day. Sums to and with any two days tell those of the days between."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from itertools import accumulate

Span = tuple[Hashable, date, date]
"""A person, and the first and last day of something."""


def count_people_by_day(spans: Iterable[Span], first_day: date, last_day: date) -> list[int]:
    """How many different people have a span with each day of a period; a person's spans may overlap."""
    length = max((last_day - first_day).days + 1, 0)
    of_person: defaultdict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for person, first, last in spans:
        begin, end = max((first - first_day).days, 0), min((last - first_day).days, length - 1)
        if begin <= end:
            of_person[person].append((begin, end))
    steps = [0] * (length + 1)
    for own in of_person.values():
        counted = -1
        for begin, end in sorted(own):
            if end > counted:
                steps[max(begin, counted + 1)] += 1
                steps[end + 1] -= 1
                counted = end
    return [*accumulate(steps)][:length]


def has_few(counts: Sequence[int], least: int) -> bool:
    """Whether on one of the days there are some, and fewer than the least that is shown."""
    return any(0 < count < least for count in counts)
