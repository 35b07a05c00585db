"""T24, S6: the counts of the trial's evaluation, as they are shown together.

All of its tables are of the same applications, so what one hides another may tell. The totals of the outcomes are
therefore hidden first. Where all of them are shown, the tables have nothing else in common, and each is suppressed by
itself; a table that cannot be without hiding a total, and every table where one is hidden, shows how many applied
alone, and nothing where that is hidden too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.rules.suppression import LEAST, suppress_cells, suppress_parts, suppress_table

Name = TypeVar("Name", bound=str)
Counts = list[int | None]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A table as it is shown, None for what is hidden: for each row how many applied, and its outcomes."""

    applied: Counts
    outcomes: list[Counts]


@dataclass(frozen=True, slots=True)
class ShownEvaluation(Generic[Name]):
    """What is shown of an evaluation, None for what is hidden."""

    applied: int | None
    outcomes: Counts
    reasons: Counts
    marked: Counts
    groups: Mapping[Name, ShownGroup]


def suppress_evaluation(
    outcomes: Sequence[int],
    reasons: Sequence[int],
    marked: Sequence[int],
    tables: Mapping[Name, Sequence[Sequence[int]]],
    *,
    rejected: int,
    least: int = LEAST,
) -> ShownEvaluation[Name]:
    """S6, for everybody alike.

    Args:
        outcomes: the applications by what came of them.
        reasons: the rejected ones by reason.
        marked: how many have a mark, for each mark.
        tables: by each property rows with the outcomes of those who have a value of it.
        rejected: which of the outcomes the reasons are of.
    """
    shown, applied = suppress_cells(outcomes, least)
    everybody = sum(outcomes)
    return ShownEvaluation(
        applied=applied,
        outcomes=shown,
        reasons=suppress_parts(reasons, shown[rejected], least),
        marked=[suppress_parts([count, everybody - count], applied, least)[0] for count in marked],
        groups={name: _suppress_group(table, applied, shown, least) for name, table in tables.items()},
    )


def _suppress_group(
    table: Sequence[Sequence[int]], applied: int | None, outcomes: Sequence[int | None], least: int
) -> ShownGroup:
    if applied is not None and None not in outcomes:
        suppressed = suppress_table(table, least)
        if None not in suppressed.column_totals and suppressed.total is not None:
            return ShownGroup(suppressed.row_totals, suppressed.cells)
    rows = suppress_parts([sum(row) for row in table], applied, least)
    return ShownGroup(rows, [[None] * len(row) for row in table])
