"""R10: the report to the board shows no count of fewer than five people, nor their money (S6)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.rules.trust import Entry, Grant
from app.rules.trust_report import compute_amounts, suppress_amounts, suppress_report

CASE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "trust.json").read_text(encoding="utf-8"))[
    "report"
]
DAY, LAST, AFTER = date(2020, 9, 1), date(2020, 12, 31), date(2021, 1, 1)
SUM = 15_000_000


def paid(amount: int, of: int = 600_000, repaid: int = 0) -> Grant:
    return Grant(2020, DAY, of, (Entry(DAY, amount),) if amount else (), (Entry(DAY, repaid),) if repaid else ())


def test_the_papers_report() -> None:
    """R10: the reasons are 1–4 each and their total is shown, so none of them is."""
    reasons = CASE["rejected_by_reason"]
    counts = suppress_report(0, list(reasons.values()), [20, 5])
    shown = CASE["shown"]
    assert (counts.applications, counts.granted, counts.rejected) == (
        shown["applications"],
        shown["granted"],
        shown["rejected"],
    )
    assert counts.rejected_by_reason == list(shown["rejected_by_reason"].values())
    grants = [paid(600_000)] * 25
    amounts = suppress_amounts(compute_amounts(SUM, grants, LAST), grants, LAST)
    assert (amounts.paid, amounts.average, amounts.left) == (15_000_000, 600_000, 0)


def test_a_hidden_total_hides_its_parts() -> None:
    counts = suppress_report(0, [4, 0, 2], [3, 0])
    assert (counts.applications, counts.granted, counts.rejected) == (9, None, None)
    # Which of them are zero would tell that there are two reasons at least.
    assert counts.rejected_by_reason == [None, None, None]
    assert counts.granted_by_purpose == [None, None]


@given(st.integers(0, 9), st.lists(st.integers(0, 9), min_size=3, max_size=3), st.lists(st.integers(0, 9), min_size=2))
def test_no_count_of_few_people_is_shown_or_worked_out(undecided: int, reasons: list[int], purposes: list[int]) -> None:
    """R10: every line that is shown with its total has two hidden cells or none, and they are five or more together."""
    counts = suppress_report(undecided, reasons, purposes)
    lines = [
        (
            [sum(purposes), sum(reasons), undecided],
            [counts.granted, counts.rejected, counts.undecided],
            counts.applications,
        ),
        (reasons, counts.rejected_by_reason, counts.rejected),
        (purposes, counts.granted_by_purpose, counts.granted),
    ]
    for cells, shown, total in lines:
        hidden = [cell for cell, one in zip(cells, shown, strict=True) if one is None]
        assert all(one is None or one == cell for cell, one in zip(cells, shown, strict=True))
        assert all(one is None or not 0 < one < 5 for one in [*shown, total])
        if total is not None:
            assert not hidden or (len(hidden) > 1 and sum(hidden) >= 5)
        else:
            assert all(cell == 0 for cell, one in zip(cells, shown, strict=True) if one is not None) or sum(hidden) < 5


def test_the_money_of_few_people_is_hidden() -> None:
    few = [paid(600_000)] * 4
    amounts = suppress_amounts(compute_amounts(SUM, few, LAST), few, LAST)
    assert amounts == type(amounts)(None, None, 0, 0, None, None)


def test_what_a_few_did_not_use_cannot_be_worked_out() -> None:
    """What was granted less what was paid is what lapsed."""
    grants = [*[paid(600_000)] * 10, paid(100_000), paid(0)]
    amounts = suppress_amounts(compute_amounts(SUM, grants, AFTER), grants, AFTER)
    assert (amounts.paid, amounts.left) == (6_100_000, SUM - 6_100_000)
    assert (amounts.granted, amounts.lapsed, amounts.average) == (None, None, None)
    before = suppress_amounts(compute_amounts(SUM, grants, LAST), grants, LAST)
    assert (before.paid, before.lapsed, before.left) == (6_100_000, 0, None)


def test_what_a_few_repaid_cannot_be_worked_out() -> None:
    """What is left is the sum less what was granted, and more by what was repaid."""
    grants = [*[paid(600_000)] * 10, paid(600_000, repaid=200_000)]
    amounts = suppress_amounts(compute_amounts(SUM, grants, LAST), grants, LAST)
    assert (amounts.granted, amounts.paid) == (6_600_000, 6_600_000)
    assert (amounts.repaid, amounts.left) == (None, None)


def test_without_grants_nothing_is_hidden() -> None:
    amounts = suppress_amounts(compute_amounts(SUM, [], LAST), [], LAST)
    assert (amounts.granted, amounts.paid, amounts.average, amounts.left) == (0, 0, None, SUM)


def test_the_average_goes_with_the_count() -> None:
    """R10: what was granted, divided by the average, is how many were granted."""
    grants = [paid(600_000)] * 25
    counts = suppress_report(1, [0], [25])
    assert (counts.applications, counts.granted) == (26, None)
    amounts = suppress_amounts(compute_amounts(SUM, grants, LAST), grants, LAST, hides_count=counts.granted is None)
    assert (amounts.granted, amounts.average) == (15_000_000, None)
