"""R: the Ramberg trust's yearly sum, what is left of it, and how it is shared when too many ask (003 § 6.5).

Amounts are whole øre. What a grant takes of its year's sum, and of the person's limit, depends on the day:

- from its own day all of it, less what was repaid by then (R2, R3);
- once it has lapsed, what was paid by then less what was repaid by then (R7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

PERSON_LIMIT_ORE = 600_000
"""R2: what a person may be paid in a year, where the year's sum says nothing else."""


@dataclass(frozen=True, slots=True)
class YearSum:
    """R1, R4: the whole sum of a year from the day it was decided."""

    decided_on: date
    ore: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A payment or repayment."""

    on: date
    ore: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted of a year's sum, and what came of it."""

    year: int
    decided_on: date
    ore: int
    payments: tuple[Entry, ...] = ()
    repayments: tuple[Entry, ...] = ()

    @property
    def lapses_on(self) -> date:
        """R7: the first day on which what has not been used is free again.

        **Decided here**: a grant that is decided after its year's last day is used by the last day of the year in
        which it was decided.
        """
        return date(max(self.year, self.decided_on.year) + 1, 1, 1)

    def sum_paid(self, on: date = date.max) -> int:
        """Paid by a day, whatever was repaid."""
        return _sum_entries(self.payments, on)

    def sum_repaid(self, on: date = date.max) -> int:
        """Repaid by a day."""
        return _sum_entries(self.repayments, on)

    def is_repaid_of_payments(self) -> bool:
        """R7: on each day no more had come back than was paid by then."""
        return all(self.sum_paid(one.on) >= self.sum_repaid(one.on) for one in self.repayments)

    def compute_lapsed(self, on: date) -> int:
        """R7: what was not used in time, as of a day."""
        return self.ore - self.sum_paid(on) if on >= self.lapses_on else 0

    def compute_taken(self, on: date) -> int:
        """What it takes of the sum and the limit on a day, whether or not it was decided by then.

        So that a decision of an earlier day that is recorded later leaves room for it (R2, R3).
        """
        return self.ore - self.compute_lapsed(on) - self.sum_repaid(on)


def find_sum(sums: Sequence[YearSum], on: date) -> int | None:
    """R1, R4: the year's sum on a day, the last recorded that was decided by then; None without one."""
    known = [one.ore for one in sums if one.decided_on <= on]
    return known[-1] if known else None


def is_raise(sums: Sequence[YearSum], ore: int) -> bool:
    """R4: a year's sum is only changed upwards."""
    return not sums or ore > sums[-1].ore


def is_late(received_on: date, deadline_on: date | None) -> bool:
    """R5: the deadline's own day is in time; a year without a deadline has no late application."""
    return deadline_on is not None and received_on > deadline_on


def compute_left(limit_ore: int, grants: Iterable[Grant], on: date) -> int:
    """R2, R3: what is left of a sum or limit on a day, below zero never."""
    return max(limit_ore - sum(grant.compute_taken(on) for grant in grants), 0)


def share_by_percent(asked: Sequence[int], available: int) -> list[int]:
    """R8: the same percent for all, by the largest remainder, the first of equals.

    With enough for all each gets what was asked for. The shares add up to the sum, to the øre.
    """
    whole = sum(asked)
    if whole <= available:
        return list(asked)
    shares = [one * available // whole for one in asked]
    by_remainder = sorted(range(len(asked)), key=lambda index: -(asked[index] * available % whole))
    for index in by_remainder[: available - sum(shares)]:
        shares[index] += 1
    return shares


def share_by_ceiling(asked: Sequence[int], available: int) -> list[int]:
    """R8: the same ceiling for all: who asks for less gets that, the others get alike, one øre more for the first.

    With enough for all each gets what was asked for. The shares add up to the sum, to the øre.
    """
    if sum(asked) <= available:
        return list(asked)
    ceiling, left = 0, available
    remaining = sorted(asked)
    for index, one in enumerate(remaining):
        ceiling = left // (len(remaining) - index)
        if one > ceiling:
            break
        left -= one
    shares = [min(one, ceiling) for one in asked]
    over = available - sum(shares)
    for index, one in enumerate(asked):
        if over and one > ceiling:
            shares[index] += 1
            over -= 1
    return shares


def _sum_entries(entries: Iterable[Entry], on: date) -> int:
    return sum(entry.ore for entry in entries if entry.on <= on)
