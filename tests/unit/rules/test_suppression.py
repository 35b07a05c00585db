"""S6: small counts are hidden, and nobody works them out from what is shown."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.rules.suppression import LEAST, SuppressedTable, suppress_cells, suppress_table

T = TypeVar("T")
Table = list[list[int]]
Shown = list[list[int | None]]

COUNTS = st.one_of(st.integers(0, 2), st.integers(0, 12), st.just(0))
TABLES = st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda size: st.lists(st.lists(COUNTS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
)
LARGE_TABLES = st.lists(st.lists(COUNTS, min_size=4, max_size=4), min_size=4, max_size=4)


@pytest.mark.parametrize(
    ("cells", "shown", "total"),
    [
        ([3, 12, 9], [None, 12, None], 24),
        ([5, 12, 9], [5, 12, 9], 26),
        ([0, 12, 9], [0, 12, 9], 21),
        ([4, 4, 30], [None, None, 30], 38),
        ([37, 67, 25, 3], [37, 67, None, None], 132),
        ([4, 1, 6], [None, None, 6], 11),
        ([2, 5, 5], [None, None, 5], 12),
        ([1, 2], [None, None], None),
        ([3, 0], [None, 0], None),
        ([1, 1, 1, 1, 1], [None] * 5, None),
        ([1, 1, 1, 1, 1, 9], [None] * 6, 14),
        ([], [], 0),
    ],
)
def test_a_line_hides_small_counts_and_what_would_tell_them(
    cells: list[int], shown: list[int | None], total: int | None
) -> None:
    assert suppress_cells(cells) == (shown, total)


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([[5, 6], [7, 8]], [[5, 6], [7, 8]]),
        ([[2, 20, 30], [40, 50, 60], [70, 80, 90]], [[None, None, 30], [None, None, 60], [70, 80, 90]]),
        (
            [[37, 67, 25, 3], [192, 212, 108, 49], [241, 290, 252, 42]],
            [[None, 67, None, None], [192, 212, None, None], [None, 290, 252, None]],
        ),
        # Its lines alone leave the third 3 of the first row to be worked out.
        (
            [[3, 3, 3, 50], [3, 3, 50, 50], [50, 50, 3, 3], [50, 50, 3, 3]],
            [[None] * 4, [None, None, 50, 50], [50, 50, None, None], [50, 50, None, None]],
        ),
    ],
)
def test_a_table_hides_what_would_tell_a_small_count(cells: Table, shown: Shown) -> None:
    table = suppress_table(cells)
    assert table.cells == shown
    assert table.row_totals == [sum(row) for row in cells]
    assert table.column_totals == [sum(column) for column in zip(*cells, strict=True)]


def test_a_small_total_is_hidden_and_not_left_to_the_others() -> None:
    table = suppress_table([[3, 0, 0], [20, 30, 40]])
    assert (table.row_totals, table.total) == ([None, None], 93)
    assert table.cells == [[None, 0, 0], [None, 30, 40]]


def test_nobody_is_nothing_to_hide() -> None:
    assert suppress_table([[0, 0]]) == SuppressedTable([[0, 0]], [0], [0, 0], 0)


@given(TABLES)
def test_what_is_shown_is_true_and_no_small_count(cells: Table) -> None:
    table = suppress_table(cells)
    pairs = [
        *zip(flatten(table.cells), flatten(cells), strict=True),
        *zip(table.row_totals, map(sum, cells), strict=True),
        *zip(table.column_totals, map(sum, zip(*cells, strict=True)), strict=True),
        (table.total, sum(flatten(cells))),
    ]
    for shown, true in pairs:
        assert shown in (None, true)
        assert true == 0 or shown is None or shown >= LEAST
        assert shown == 0 or true > 0


@given(TABLES)
@example([[3, 3, 3, 50], [3, 3, 50, 50], [50, 50, 3, 3], [50, 50, 3, 3]])
@example([[1, 4], [4, 1]])
@example([[1, 1], [1, 1]])
@example([[2, 20, 30], [40, 50, 60], [70, 80, 90]])
def test_no_hidden_count_can_be_worked_out(cells: Table) -> None:
    """By brute force: for each hidden count, a total too, another table is shown exactly as this one."""
    assert_nothing_is_worked_out(cells)


@settings(max_examples=12)
@given(LARGE_TABLES)
def test_no_hidden_count_of_a_large_table_can_be_worked_out(cells: Table) -> None:
    """The same of four rows and four columns, which take longer to try."""
    assert_nothing_is_worked_out(cells)


def assert_nothing_is_worked_out(cells: Table) -> None:
    table = suppress_table(cells)
    rows, columns = range(len(cells)), range(len(cells[0]))
    hidden = [(row, column) for row in rows for column in columns if table.cells[row][column] is None]
    lines = [
        *([(row, column) for column in columns] for row in rows if table.row_totals[row] is None),
        *([(row, column) for row in rows] for column in columns if table.column_totals[column] is None),
        *([[(row, column) for row in rows for column in columns]] if table.total is None else ()),
    ]
    for line in (*([cell] for cell in hidden), *lines):
        assert may_differ(table, cells, line)


def flatten(rows: Sequence[Sequence[T]]) -> list[T]:
    return [count for row in rows for count in row]


def may_differ(table: SuppressedTable, cells: Table, line: list[tuple[int, int]]) -> bool:
    """Whether a table that is shown as this one has another sum of these cells."""
    true = sum(cells[row][column] for row, column in line)
    return any(sum(filled[row][column] for row, column in line) != true for filled in fill(table, cells, line))


def fill(table: SuppressedTable, cells: Table, first: list[tuple[int, int]]) -> Iterator[Table]:
    """Every table that is shown as this one, with hidden counts up to a bound, beginning with those near the truth.

    A hidden count is no zero. `first` are the cells whose counts are chosen first.
    """
    filled = [list(row) for row in cells]
    hidden = [
        (row, column) for row, shown in enumerate(table.cells) for column, seen in enumerate(shown) if seen is None
    ]
    order = sorted(hidden, key=lambda cell: cell not in first)
    bound = max(map(max, cells)) + 3

    def fits(open_cells: set[tuple[int, int]]) -> bool:
        for row, total in enumerate(table.row_totals):
            if not reaches(total, filled[row], any(cell[0] == row for cell in open_cells)):
                return False
        for column, total in enumerate(table.column_totals):
            counts = [row[column] for row in filled]
            if not reaches(total, counts, any(cell[1] == column for cell in open_cells)):
                return False
        return reaches(table.total, [count for row in filled for count in row], bool(open_cells))

    def choose(index: int) -> Iterator[Table]:
        if index == len(order):
            yield filled
            return
        row, column = order[index]
        true = cells[row][column]
        rest = set(order[index + 1 :])
        for count in sorted(range(1, bound + 1), key=lambda count: (count == true, abs(count - true))):
            filled[row][column] = count
            if fits(rest):
                yield from choose(index + 1)
        filled[row][column] = 0

    for row, column in order:
        filled[row][column] = 0
    yield from choose(0)


def reaches(total: int | None, counts: list[int], is_open: bool) -> bool:
    """Whether counts of which some may be still to choose can have the total, which may be hidden."""
    return total is None or sum(counts) == total or (is_open and sum(counts) < total)


@given(st.lists(COUNTS, max_size=6))
def test_a_line_is_a_table_of_one_row(cells: list[int]) -> None:
    """No hidden count of it has but one value, and what is hidden beside a shown total is `LEAST` or more."""
    shown, total = suppress_cells(cells)
    hidden = [count for count, seen in zip(cells, shown, strict=True) if seen is None]
    if hidden and total is not None:
        assert len(hidden) > 1
        assert sum(hidden) >= LEAST
