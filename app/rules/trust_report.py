"""R10: the trust's yearly report to its board, and what of it is shown (S6).

Amounts are whole øre. A count of 1 to `least` - 1 people is hidden, and so is the money of such a count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.rules.money import round_half_up
from app.rules.suppression import LEAST, suppress_cells, suppress_parts
from app.rules.trust import Grant, compute_left


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """R10: how many, with None for what a report does not show (S6).

    `rejected_by_reason` and `granted_by_purpose` have the order of what was counted.
    """

    applications: int | None
    granted: int | None
    rejected: int | None
    undecided: int | None
    rejected_by_reason: list[int | None]
    granted_by_purpose: list[int | None]


def suppress_report(
    undecided: int, rejected_by_reason: Sequence[int], granted_by_purpose: Sequence[int], least: int = LEAST
) -> ReportCounts:
    """R10, S6: the counts of a year's report, none of which can be worked out from the others.

    Of a total that is hidden no part is shown, zeros neither.
    """
    granted, rejected = sum(granted_by_purpose), sum(rejected_by_reason)
    (shown_granted, shown_rejected, shown_undecided), total = suppress_cells([granted, rejected, undecided], least)
    return ReportCounts(
        applications=total,
        granted=shown_granted,
        rejected=shown_rejected,
        undecided=shown_undecided,
        rejected_by_reason=suppress_parts(rejected_by_reason, shown_rejected, least),
        granted_by_purpose=suppress_parts(granted_by_purpose, shown_granted, least),
    )


@dataclass(frozen=True, slots=True)
class ReportAmounts:
    """R10: money of a year on a day, None for what is not shown."""

    granted: int | None
    paid: int | None
    lapsed: int | None
    repaid: int | None
    average: int | None
    left: int | None


def compute_amounts(sum_ore: int, grants: Sequence[Grant], on: date) -> ReportAmounts:
    """R10: what the grants that were decided by a day come to, nothing hidden. The average is of what was granted."""
    known = [grant for grant in grants if grant.decided_on <= on]
    granted = sum(grant.ore for grant in known)
    return ReportAmounts(
        granted=granted,
        paid=sum(grant.sum_paid(on) for grant in known),
        lapsed=sum(grant.compute_lapsed(on) for grant in known),
        repaid=sum(grant.sum_repaid(on) for grant in known),
        average=round_half_up(granted, len(known)) if known else None,
        left=compute_left(sum_ore, known, on),
    )


def suppress_amounts(
    amounts: ReportAmounts, grants: Sequence[Grant], on: date, *, hides_count: bool = False, least: int = LEAST
) -> ReportAmounts:
    """R10, S6: the money of fewer than `least` people is hidden, and what it could be worked out from.

    What was granted is what was paid and what was not; what is left is the sum less what was granted, and once grants
    have lapsed the sum less what was paid. `hides_count`: how many were granted is hidden, and so is the average, by
    which it could be worked out.
    """
    known = [grant for grant in grants if grant.decided_on <= on]

    def is_few(people: Iterable[bool]) -> bool:
        return 0 < sum(people) < least

    few_granted = is_few(True for _ in known)
    few_paid = is_few(grant.sum_paid(on) > 0 for grant in known)
    few_unpaid = is_few(grant.sum_paid(on) < grant.ore for grant in known)
    few_repaid = is_few(grant.sum_repaid(on) > 0 for grant in known)
    hides_granted = few_granted or few_paid or few_unpaid
    are_lapsed = all(on >= grant.lapses_on for grant in known)
    hides_left = few_repaid or few_paid or few_granted or (few_unpaid and not are_lapsed)
    return ReportAmounts(
        granted=None if hides_granted else amounts.granted,
        paid=None if few_paid or few_granted else amounts.paid,
        lapsed=None if amounts.lapsed and (few_unpaid or few_granted) else amounts.lapsed,
        repaid=None if amounts.repaid and (few_repaid or few_granted) else amounts.repaid,
        average=None if hides_granted or hides_count else amounts.average,
        left=None if hides_left else amounts.left,
    )
