"""S6: small counts of people that a table does not show, and what else it must hide so that nobody works them out.

A table's totals are cells of one more row and one more column, and each line says that its cells add up to its total.
What is hidden is known to be no zero, since zeros are shown.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

LEAST = 5
"""The smallest count of people that is shown."""

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SuppressedTable:
    """The counts as they are shown, None for one that is hidden: rows of cells, and the totals."""

    cells: list[list[int | None]]
    row_totals: list[int | None]
    column_totals: list[int | None]
    total: int | None


def show_table(cells: Sequence[Sequence[int]]) -> SuppressedTable:
    """The same table with nothing hidden, for those who see names."""
    columns = [sum(column) for column in zip(*cells, strict=True)]
    return SuppressedTable([list(row) for row in cells], [sum(row) for row in cells], list(columns), sum(columns))


def suppress_table(cells: Sequence[Sequence[int]], least: int = LEAST) -> SuppressedTable:
    """S6: a table of counts that is shown with the totals of its rows and columns.

    A count from 1 to `least` - 1 is hidden. Of a line whose total is shown, at least two cells are hidden and they are
    `least` or more together: the smallest other that is not zero is hidden next, the first of equals, and with none
    left the total. Then, while a hidden cell can still be worked out, the next smallest of its row is hidden.
    """
    grid = _Grid(add_totals(cells))
    grid.hidden = find_hidden(cells, least)
    shown = [[grid.show((row, column)) for column in range(grid.width)] for row in range(grid.height)]
    return SuppressedTable(
        cells=[row[:-1] for row in shown[:-1]],
        row_totals=[row[-1] for row in shown[:-1]],
        column_totals=shown[-1][:-1],
        total=shown[-1][-1],
    )


def add_totals(cells: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table with its totals in one more row and one more column."""
    rows = [[*row, sum(row)] for row in cells]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else [[0]]


def find_hidden(cells: Sequence[Sequence[int]], least: int = LEAST, also: Collection[Cell] = ()) -> set[Cell]:
    """S6: which cells of a table `suppress_table` hides, in a table with its totals (`add_totals`).

    `also` are cells that are hidden for another reason: what would tell these is hidden too. A zero among them is none.
    """
    grid = _Grid(add_totals(cells))
    grid.hidden |= {cell for cell in also if grid.count(cell)}
    grid.hidden |= {cell for cell in grid.list_cells() if 0 < grid.count(cell) < least}
    if grid.hidden:
        grid.protect_lines(least)
        while (known := grid.find_known()) is not None:
            grid.hide_beside(known)
            grid.protect_lines(least)
    return grid.hidden


def suppress_cells(cells: Sequence[int], least: int = LEAST) -> tuple[list[int | None], int | None]:
    """S6: one line of counts that is shown with its total, which is None where it is hidden."""
    grid = _Grid([[*cells, sum(cells)]])
    line = [(0, column) for column in range(grid.width)]
    grid.hidden |= {cell for cell in line[:-1] if 0 < grid.count(cell) < least}
    grid.protect_line(line, least)
    return [grid.show(cell) for cell in line[:-1]], grid.show(line[-1])


def suppress_parts(parts: Sequence[int], total: int | None, least: int = LEAST) -> list[int | None]:
    """S6: parts of a total as it is shown elsewhere.

    Nothing is shown of them, zeros neither, where the total is hidden or would have to be: how many of them are none
    would tell how many there are at least.
    """
    shown, shown_total = suppress_cells(parts, least)
    return [None] * len(parts) if None in (total, shown_total) else shown


@dataclass(slots=True)
class _Grid:
    """Counts with their totals in the last row and column, and which of them are hidden."""

    values: list[list[int]]
    hidden: set[Cell] = field(default_factory=set)

    @property
    def height(self) -> int:
        return len(self.values)

    @property
    def width(self) -> int:
        return len(self.values[0])

    def count(self, cell: Cell) -> int:
        return self.values[cell[0]][cell[1]]

    def show(self, cell: Cell) -> int | None:
        return None if cell in self.hidden else self.count(cell)

    def list_cells(self) -> Iterator[Cell]:
        return ((row, column) for row in range(self.height) for column in range(self.width))

    def list_row(self, row: int) -> list[Cell]:
        return [(row, column) for column in range(self.width)]

    def list_column(self, column: int) -> list[Cell]:
        return [(row, column) for row in range(self.height)]

    def hide_smallest(self, cells: Sequence[Cell]) -> bool:
        """Hide the smallest of the cells that is shown and not zero, the first of equals; False if there is none."""
        candidates = [cell for cell in cells if cell not in self.hidden and self.count(cell)]
        self.hidden |= set(sorted(candidates, key=self.count)[:1])
        return bool(candidates)

    def protect_line(self, line: Sequence[Cell], least: int) -> None:
        """Hide what one line, whose last cell is its total, would give away."""
        *parts, total = line
        if total in self.hidden:
            if self.hidden.isdisjoint(parts):
                self.hide_smallest(parts)
            return
        while hidden := self.hidden.intersection(parts):
            # None of them is zero: where they are as many as their sum, each is one.
            if 1 < len(hidden) < (together := sum(map(self.count, hidden))) and together >= least:
                return
            if not self.hide_smallest(parts):
                self.hidden.add(total)
                return

    def protect_lines(self, least: int) -> None:
        """Rows first, then columns, until nothing changes."""
        before = -1
        while before != len(self.hidden):
            before = len(self.hidden)
            for row in range(self.height):
                self.protect_line(self.list_row(row), least)
            for column in range(self.width):
                self.protect_line(self.list_column(column), least)

    def hide_beside(self, cell: Cell) -> None:
        """Hide the next smallest of a hidden cell's row, else its total, else of its column, else of the table."""
        *row, row_total = self.list_row(cell[0])
        *column, column_total = self.list_column(cell[1])
        for cells in (row, [row_total], column, [column_total], list(self.list_cells())):
            if self.hide_smallest(cells):
                return

    def find_known(self) -> Cell | None:
        """The first hidden cell that has but one value in all tables that would be shown as this one."""
        return next((cell for cell in sorted(self.hidden) if not self._may_differ(cell)), None)

    def _may_differ(self, cell: Cell) -> bool:
        """Whether the cell could be one more or one less, the others making up for it.

        Two tables with the same sums differ by cycles through hidden cells, alternately along a row and a column, each
        of which is a table of its own (their constraints are a network). A cell may grow; it may shrink to 1 and not
        further. A cell in a total's row or column counts against its line.
        """
        return (self._grows(cell, 1) and self._leads(cell, from_row=False)) or (
            self._grows(cell, -1) and self._leads(cell, from_row=True)
        )

    def _grows(self, cell: Cell, direction: int) -> bool:
        """Whether the cell's part in its lines may change by one in a direction."""
        is_total = (cell[0] == self.height - 1) != (cell[1] == self.width - 1)
        return (direction > 0) != is_total or self.count(cell) > 1

    def _leads(self, cell: Cell, *, from_row: bool) -> bool:
        """Whether a way leads from the cell's column to its row, or from its row to its column, without the cell."""
        ends = (("row", cell[0]), ("column", cell[1]))
        start, goal = ends if from_row else ends[::-1]
        reached, waiting = {start}, deque([start])
        while waiting:
            kind, index = waiting.popleft()
            for row, column in self.hidden - {cell}:
                if (row if kind == "row" else column) != index:
                    continue
                # From a row to a column the cell's part grows; from a column to a row it shrinks.
                step = ("column", column) if kind == "row" else ("row", row)
                if step not in reached and self._grows((row, column), 1 if kind == "row" else -1):
                    reached.add(step)
                    waiting.append(step)
        return goal in reached
