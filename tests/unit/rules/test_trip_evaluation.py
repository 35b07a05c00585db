"""T24, S6: nobody works a hidden count of the trial's evaluation out from all of it."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest

from app.rules.trip_evaluation import ShownEvaluation, suppress_evaluation
from tests.unit.rules.worlds import Worlds, divide

LEAST = 3
REJECTED = 1
Table = tuple[tuple[int, ...], ...]


def tables(totals: Sequence[int], rows: int) -> list[Table]:
    """Every table of rows whose columns have these sums."""
    columns = product(*(divide(total, rows) for total in totals))
    return [tuple(zip(*column, strict=True)) for column in columns]


def flatten(shown: ShownEvaluation[str]) -> list[int | None]:
    groups = [shown.groups[name] for name in sorted(shown.groups)]
    of_groups = [count for group in groups for row in (group.applied, *group.outcomes) for count in row]
    return [shown.applied, *shown.outcomes, *shown.reasons, *shown.marked, *of_groups]


def state(outcomes: Sequence[int], reasons: Sequence[int], mark: int, one: Table, other: Table) -> list[int]:
    """The true counts, in the order of `flatten`."""
    rows = [count for table in (one, other) for row in ([sum(row) for row in table], *table) for count in row]
    return [sum(outcomes), *outcomes, *reasons, mark, *rows]


def list_nonzero(shown: ShownEvaluation[str]) -> list[bool]:
    """What is no zero if it is hidden, in the order of `flatten`: a part that is left out as a whole says nothing."""
    parts: list[list[int | None]] = [[shown.applied, *shown.outcomes], shown.reasons, shown.marked]
    found = [True] * len(parts[0])
    found += [any(count is not None for count in part) for part in parts[1:] for _ in part]
    for name in sorted(shown.groups):
        group = shown.groups[name]
        cells = [count for row in group.outcomes for count in row]
        found += [any(count is not None for count in group.applied)] * len(group.applied)
        found += [any(count is not None for count in cells)] * len(cells)
    return found


def list_evaluations(people: int) -> Iterator[tuple[list[int], ShownEvaluation[str]]]:
    """Every evaluation of so many applications: its counts, and what is shown."""
    for outcomes in divide(people, 3):
        for one, other in product(tables(outcomes, 2), tables(outcomes, 2)):
            for reasons in divide(outcomes[REJECTED], 3):
                mark = outcomes[0]
                shown = suppress_evaluation(
                    outcomes, reasons, [mark], {"a": one, "b": other}, rejected=REJECTED, least=LEAST
                )
                yield state(outcomes, reasons, mark, one, other), shown


@pytest.mark.parametrize("people", range(6))
def test_no_hidden_count_follows_from_what_is_shown(people: int) -> None:
    """By brute force: evaluations that agree with all that is shown differ in every count that is hidden.

    The number of applications may be another too where it is hidden.
    """
    worlds = Worlds(truth for number in range(people + 2) for truth, _ in list_evaluations(min(number, 5)))
    cases = {tuple(flatten(shown)): (truth, list_nonzero(shown)) for truth, shown in list_evaluations(people)}
    faults = []
    for shown, (truth, may_be_counted) in cases.items():
        nonzero = [at for at, count in enumerate(shown) if count is None and may_be_counted[at]]
        faults += [(truth, shown, at) for at, count in worlds.find_determined(shown, nonzero).items() if count]
    assert faults == []


@pytest.mark.parametrize("people", range(7))
def test_no_small_count_is_shown(people: int) -> None:
    for truth, found in list_evaluations(people):
        shown = flatten(found)
        assert all(count is None or count == truth[index] for index, count in enumerate(shown))
        assert all(count is None or count == 0 or count >= LEAST for count in shown)


def test_enough_is_shown_where_enough_applied() -> None:
    shown = suppress_evaluation(
        [20, 10, 6], [10, 0], [0], {"length": [[10, 10, 0], [10, 0, 6]], "area": [[18, 10, 6], [2, 0, 0]]}, rejected=1
    )
    assert (shown.applied, shown.outcomes, shown.reasons, shown.marked) == (36, [20, 10, 6], [10, 0], [0])
    assert shown.groups["length"].outcomes == [[10, 10, 0], [10, 0, 6]]
    assert shown.groups["area"].applied == [None, None]
    assert shown.groups["area"].outcomes == [[None, 10, 6], [None, 0, 0]]


def test_a_total_that_is_hidden_is_told_by_no_table() -> None:
    """The columns of the first table would add up to the outcomes, two of which are hidden."""
    shown = suppress_evaluation(
        [12, 3, 0], [3, 0], [0], {"length": [[6, 0, 0], [6, 3, 0]], "area": [[12, 3, 0], [0, 0, 0]]}, rejected=1
    )
    assert (shown.applied, shown.outcomes, shown.reasons) == (15, [None, None, 0], [None, None])
    assert (shown.groups["length"].applied, shown.groups["area"].applied) == ([6, 9], [15, 0])
    assert all(row == [None] * 3 for group in shown.groups.values() for row in group.outcomes)
