"""S6: nobody works a hidden count of ends out from all answers: by area, by destination, of all periods, and moves."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest

from app.rules.figure_suppression import find_hidden_destinations, find_hidden_of_ends
from app.rules.figures import Period
from app.rules.suppression import suppress_table
from tests.unit.rules.worlds import Worlds, divide

FIRST = 2021
PEOPLE = ("ended",)


class Shape(NamedTuple):
    """How many years, months of each, areas and destinations have ends in them."""

    years: int
    months: int
    areas: int
    destinations: int

    def list_periods(self, year: int) -> list[Period]:
        """The months, the tertial and the year that they are of."""
        months = [Period(FIRST + year, month, month + 1) for month in range(self.months)]
        return [*months, Period(FIRST + year, 0, 4), Period(FIRST + year, 0, 12)]


class Counts(NamedTuple):
    """What is counted of ends: of a period by area and in all, of a year by destination, and by both with totals."""

    by_area: dict[Period, list[int]]
    by_destination: list[list[int]]

    def flatten(self) -> list[int]:
        """Every number, the moves of `GET /v1/statistics/moves` last."""
        of_periods = [count for row in self.by_area.values() for count in row]
        columns = [sum(column) for column in zip(*self.by_destination, strict=True)]
        moves = [*(count for row in self.by_destination for count in (*row, sum(row))), *columns, sum(columns)]
        return [*of_periods, *(count for row in self.by_destination for count in row), *moves]


def list_ends(shape: Shape, people: int) -> Iterator[Counts]:
    """Every way in which so many places may end."""
    cells = [*product(*map(range, shape))]
    areas, destinations = range(shape.areas), range(shape.destinations)
    for numbers in divide(people, len(cells)):
        ends = [*zip(cells, numbers, strict=True)]
        by_area = {}
        for at in range(shape.years):
            for period in shape.list_periods(at):
                of_period = [(one[2], n) for one, n in ends if one[0] == at and period.begin <= one[1] < period.end]
                row = [sum(n for one, n in of_period if one == area) for area in areas]
                by_area[period] = [*row, sum(row)]
        by_destination = [
            [sum(n for one, n in ends if (one[0], one[3]) == (at, destination)) for destination in destinations]
            for at in range(shape.years)
        ]
        yield Counts(by_area, by_destination)


def suppress_ends(shape: Shape, counts: Counts, least: int) -> tuple[list[int | None], list[int]]:
    """The numbers of `Counts.flatten` as they are shown, and which of them are hidden and surely no zero."""
    moves = suppress_table(counts.by_destination, least)
    of_periods: list[int | None] = []
    of_destinations: list[int | None] = []
    nonzero: list[int] = []
    for at in range(shape.years):
        tables = {period: {"ended": [counts.by_area[period][:-1]]} for period in shape.list_periods(at)}
        total = 1, shape.areas
        hidden = find_hidden_of_ends(tables, PEOPLE, total, least, is_year_hidden=moves.row_totals[at] is None)
        is_some_month_shown = any(total not in hidden[period] for period in [*tables][: shape.months])
        for period in tables:
            columns = {column for row, column in hidden[period] if row == 1}
            if total not in hidden[period]:
                nonzero += [len(of_periods) + column for column in columns]
            elif is_some_month_shown:
                nonzero.append(len(of_periods) + shape.areas)
            of_periods += [None if one in columns else count for one, count in enumerate(counts.by_area[period])]
        few = {column for column, count in enumerate(moves.cells[at]) if count is None}
        columns = find_hidden_destinations(counts.by_destination[at], few, least)
        is_hidden = of_periods[-1] is None
        of_destinations += [
            None if is_hidden or column in columns else count for column, count in enumerate(counts.by_destination[at])
        ]
    shown = [*of_periods, *of_destinations]
    for row, row_total in zip([*moves.cells, moves.column_totals], [*moves.row_totals, moves.total], strict=True):
        for count in (*row, row_total):
            if count is None:
                nonzero.append(len(shown))
            shown.append(count)
    return shown, nonzero


@pytest.mark.parametrize(
    ("shape", "most", "least"),
    [
        (Shape(1, 1, 1, 4), 7, 3),
        (Shape(1, 1, 2, 2), 8, 2),
        (Shape(1, 1, 2, 2), 9, 3),
        (Shape(1, 1, 3, 2), 5, 2),
        (Shape(1, 2, 1, 2), 8, 2),
        (Shape(1, 2, 1, 2), 9, 3),
        (Shape(1, 3, 1, 1), 9, 2),
        (Shape(1, 4, 1, 1), 9, 3),
        (Shape(1, 2, 2, 2), 4, 2),
        (Shape(2, 1, 1, 2), 9, 2),
        (Shape(2, 1, 1, 2), 10, 3),
        (Shape(2, 2, 1, 1), 9, 2),
        (Shape(2, 2, 1, 2), 4, 2),
    ],
)
def test_no_end_is_worked_out_from_all_answers_about_ends(shape: Shape, most: int, least: int) -> None:
    """By brute force: ends that agree with every answer differ in every small count that is hidden.

    Moves are those of the same places: each has its own person, and is decided in the year in which it ends.
    """
    ends = [counts for people in range(most + 3) for counts in list_ends(shape, people)]
    worlds = Worlds(counts.flatten() for counts in ends)
    cases: dict[tuple[int | None, ...], tuple[list[int], list[int]]] = {}
    for counts in ends:
        truth = counts.flatten()
        if truth[-1] <= most:
            shown, nonzero = suppress_ends(shape, counts, least)
            cases[tuple(shown)] = truth, nonzero
    assert len(cases) > 10
    faults = []
    for case, (truth, nonzero) in cases.items():
        assert all(count is None or count == 0 or count >= least for count in case)
        determined = worlds.find_determined(case, nonzero)
        faults += [(truth, case, at) for at, count in determined.items() if 0 < count < least]
    assert faults == []
