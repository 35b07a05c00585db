"""S6: nobody works a hidden figure out from all answers about it: by area, by destination, and of all periods."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import pytest

from app.rules.figure_suppression import find_hidden_destinations, find_hidden_in_periods
from app.rules.figures import Period
from tests.unit.rules.worlds import Worlds, divide

TERTIAL, YEAR = Period(2022, 0, 4), Period(2022, 0, 12)


class Shape(NamedTuple):
    """How many months, areas and destinations have ends in them."""

    months: int
    areas: int
    destinations: int

    @property
    def periods(self) -> list[Period]:
        return [*(Period(2022, month, month + 1) for month in range(self.months)), TERTIAL, YEAR]

    @property
    def width(self) -> int:
        """How many counts are told of a period: of each area, in all, and of each destination."""
        return self.areas + 1 + self.destinations


def list_ends(shape: Shape, people: int) -> Iterator[list[int]]:
    """Every way in which so many places may end: what is told of them, period by period."""
    cells = [*product(*map(range, shape))]
    of_period = [
        [
            *([at for at, cell in enumerate(cells) if period.begin <= cell[0] < period.end and cell[1] == area]
              for area in range(shape.areas)),
            [at for at, cell in enumerate(cells) if period.begin <= cell[0] < period.end],
            *([at for at, cell in enumerate(cells) if period.begin <= cell[0] < period.end and cell[2] == destination]
              for destination in range(shape.destinations)),
        ]
        for period in shape.periods
    ]  # fmt: skip
    sums = [places for told in of_period for places in told]
    for counts in divide(people, len(cells)):
        yield [sum(counts[at] for at in places) for places in sums]


def suppress_ends(shape: Shape, counts: list[int], least: int) -> tuple[tuple[int | None, ...], list[int]]:
    """The counts as they are shown, and which of them are hidden and no zero."""
    rows = {period: counts[at * shape.width : (at + 1) * shape.width] for at, period in enumerate(shape.periods)}
    by_area = find_hidden_in_periods({period: [[row[: shape.areas]]] for period, row in rows.items()}, least)
    totals = {period for period, cells in by_area.items() if (0, shape.areas) in cells}
    ends = {period: row[shape.areas + 1 :] for period, row in rows.items()}
    by_destination = find_hidden_destinations(ends, totals, least)
    shown: list[int | None] = []
    nonzero: list[int] = []
    for period, row in rows.items():
        columns = {shape.areas + 1 + column for column in by_destination[period]}
        areas = {column for _, column in by_area[period]}
        is_none_told = len(by_destination[period]) == shape.destinations
        nonzero += [len(shown) + at for at in (areas if is_none_told else areas | columns)]
        shown += [None if at in areas | columns else count for at, count in enumerate(row)]
    return tuple(shown), nonzero


@pytest.mark.parametrize(
    ("shape", "most", "least"),
    [
        (Shape(1, 1, 3), 10, 3),
        (Shape(1, 1, 4), 6, 2),
        (Shape(1, 1, 4), 7, 3),
        (Shape(1, 2, 2), 10, 2),
        (Shape(1, 2, 2), 10, 3),
        (Shape(1, 3, 2), 7, 2),
        (Shape(2, 1, 2), 10, 3),
        (Shape(2, 2, 2), 5, 2),
        (Shape(3, 1, 2), 6, 2),
    ],
)
def test_no_end_is_worked_out_from_all_answers_about_ends(shape: Shape, most: int, least: int) -> None:
    """By brute force: ends that agree with every answer, by area and by destination, of months, tertial and year."""
    worlds = Worlds(counts for people in range(most + 3) for counts in list_ends(shape, people))
    cases = {}
    for people in range(most + 1):
        for counts in list_ends(shape, people):
            shown, nonzero = suppress_ends(shape, counts, least)
            cases[shown] = counts, nonzero
    assert len(cases) > 10
    faults = []
    for shown, (counts, nonzero) in cases.items():
        assert all(count is None or count == 0 or count >= least for count in shown)
        faults += [(counts, shown, at) for at, count in worlds.find_determined(shown, nonzero).items() if count]
    assert faults == []
