"""S6: nobody works a small cell out from all answers about a figure: by provider, by area, by both, of all periods."""

from collections.abc import Iterator
from itertools import product

import pytest

from app.rules.figure_suppression import find_hidden_in_periods, find_hidden_of_people
from app.rules.figures import Period
from app.rules.suppression import add_totals
from tests.unit.rules.worlds import Worlds, divide

Table = list[list[int]]


def list_tables(months: int, providers: int, areas: int, people: int) -> Iterator[dict[Period, Table]]:
    """Every way to spread so many people over months, providers and areas: the table of each period."""
    periods = [*(Period(2022, month, month + 1) for month in range(months)), Period(2022, 0, 4), Period(2022, 0, 12)]
    size = providers * areas
    for counts in divide(people, months * size):
        by_month = [counts[at * size : (at + 1) * size] for at in range(months)]
        summed = {
            period: [sum(cells) for cells in zip(*by_month[period.begin : period.end], strict=True)]
            for period in periods
        }
        yield {
            period: [cells[at * areas : (at + 1) * areas] for at in range(providers)]
            for period, cells in summed.items()
        }


def flatten(tables: dict[Period, Table]) -> list[int]:
    """Every answer: each cell, and the totals by provider, by area and of everything."""
    return [count for table in tables.values() for row in add_totals(table) for count in row]


@pytest.mark.parametrize(
    ("months", "providers", "areas", "most", "least"),
    [
        (1, 2, 2, 13, 3),
        (1, 2, 3, 7, 2),
        (2, 1, 2, 11, 3),
        (2, 2, 1, 9, 2),
        (3, 1, 2, 7, 2),
        (2, 2, 2, 5, 2),
    ],
)
def test_no_small_cell_follows_from_all_groupings_and_periods(
    months: int, providers: int, areas: int, most: int, least: int
) -> None:
    """By brute force: tables that agree with every answer differ in every small cell that is hidden."""
    worlds = Worlds(
        flatten(tables) for people in range(most + 3) for tables in list_tables(months, providers, areas, people)
    )
    faults, cases = [], set()
    for people in range(most + 1):
        for tables in list_tables(months, providers, areas, people):
            hidden = find_hidden_in_periods({period: [table] for period, table in tables.items()}, least)
            places = [(period, cell) for period in tables for cell in product(range(providers + 1), range(areas + 1))]
            truth = flatten(tables)
            shown = tuple(
                None if cell in hidden[period] else count for (period, cell), count in zip(places, truth, strict=True)
            )
            assert all(count is None or count == 0 or count >= least for count in shown)
            if shown in cases:
                continue
            cases.add(shown)
            nonzero = [at for at, count in enumerate(shown) if count is None]
            determined = worlds.find_determined(shown, nonzero)
            faults += [(truth, shown, at) for at, count in determined.items() if count < least]
    assert len(cases) > 10
    assert faults == []


@pytest.mark.parametrize(("areas", "most", "least"), [(2, 8, 2), (2, 10, 3), (3, 5, 2)])
def test_no_small_count_of_decisions_follows_from_grants_rejections_and_both(areas: int, most: int, least: int) -> None:
    """The figures of grants, of rejections and of processing days show numbers that add up to each other."""
    month = Period(2022, 0, 1)
    people = ("granted", "rejected", "decided")
    worlds = Worlds(count_decisions(cells) for number in range(most + 3) for cells in divide(number, 2 * areas))
    faults, cases = [], set()
    for number in range(most + 1):
        for cells in divide(number, 2 * areas):
            granted, rejected = list(cells[:areas]), list(cells[areas:])
            decided = [one + other for one, other in zip(granted, rejected, strict=True)]
            counts = {"granted": [granted], "rejected": [rejected], "decided": [decided]}
            hidden = {column for row, column in find_hidden_of_people({month: counts}, people, least)[month] if row}
            truth = count_decisions(cells)
            shown = tuple(None if at % (areas + 1) in hidden else count for at, count in enumerate(truth))
            assert all(count is None or count == 0 or count >= least for count in shown)
            if shown in cases:
                continue
            cases.add(shown)
            # Of a hidden group somebody is decided about; whether with a grant or a rejection is not told.
            nonzero = [2 * (areas + 1) + column for column in hidden]
            determined = worlds.find_determined(shown, nonzero)
            faults += [(truth, shown, at) for at, count in determined.items() if 0 < count < least]
    assert len(cases) > 10
    assert faults == []


def count_decisions(cells: tuple[int, ...]) -> list[int]:
    """Grants by area and in all, then rejections, then both."""
    areas = len(cells) // 2
    granted, rejected = cells[:areas], cells[areas:]
    decided = [one + other for one, other in zip(granted, rejected, strict=True)]
    return [count for row in (granted, rejected, decided) for count in (*row, sum(row))]
