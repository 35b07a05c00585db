"""What is summed for figures: a measure of each month of a year, in cells by provider and service area."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, get_args
from uuid import UUID

from app.participants.schemas import ServiceArea
from app.rules.figures import Period, list_every_period
from app.rules.process import Destination

Cell = tuple[UUID | None, str | None]
"""A provider and a service area. None is a provider that the caller is not shown, or none at all."""

AREAS: tuple[str, ...] = get_args(ServiceArea)
MONTHS = 12
NOTHING = Fraction(0)


@dataclass(slots=True)
class YearMeasures:
    """Of one year: `sums` of measures that add up over months, `states` of those that are of a day, by the days asked
    for, and how many people are behind them. `ends` are the places of each month's ends, by destination.

    `people_by_period` are of those whose people cannot be added up over months: who is there in two is one.
    """

    year: int
    sums: dict[str, list[dict[Cell, Fraction]]] = field(default_factory=dict)
    states: dict[str, dict[date, dict[Cell, Fraction]]] = field(default_factory=dict)
    people_by_period: dict[str, dict[Period, Mapping[Cell, int]]] = field(default_factory=dict)
    ends: list[dict[Destination | None, list[UUID]]] = field(default_factory=list)

    def get_measure(self, name: str, period: Period) -> Mapping[Cell, Fraction]:
        """A measure of a period, by cell."""
        if name in self.states:
            return self.states[name][period.last_day]
        total: defaultdict[Cell, Fraction] = defaultdict(Fraction)
        for month in self.sums[name][period.begin : period.end]:
            for cell, amount in month.items():
                total[cell] += amount
        return total

    def count_people(self, name: str, period: Period) -> Mapping[Cell, int]:
        """How many people's a measure of a period is, by cell (S6)."""
        if name in self.people_by_period:
            return self.people_by_period[name][period]
        return {cell: int(amount) for cell, amount in self.states[name][period.last_day].items()}

    def list_cells(self) -> set[Cell]:
        """Every cell in which something is."""
        months = [month for measure in self.sums.values() for month in measure]
        days = [day for measure in self.states.values() for day in measure.values()]
        return {cell for amounts in (*months, *days) for cell, amount in amounts.items() if amount}


def make_months() -> list[defaultdict[Cell, Fraction]]:
    """Twelve months in which nothing is yet."""
    return [defaultdict(Fraction) for _ in range(MONTHS)]


class AreaRow(NamedTuple):
    """What happened on a day in a service area: how much of each measure, and to whom."""

    on: date
    area: str
    amounts: Mapping[str, Decimal | int]
    people: Collection[UUID]


def add_by_area(measures: YearMeasures, names: Iterable[str], people_name: str, rows: Iterable[AreaRow]) -> None:
    """Add what happened in a year by month and area, and under `people_name` how many people's it is (S6)."""
    sums = {name: make_months() for name in names}
    people: list[defaultdict[Cell, set[UUID]]] = [defaultdict(set) for _ in range(MONTHS)]
    for row in rows:
        month, cell = row.on.month - 1, (None, row.area)
        for name, amount in row.amounts.items():
            sums[name][month][cell] += Fraction(amount)
        people[month][cell].update(row.people)
    measures.sums |= {name: [*months] for name, months in sums.items()}
    measures.people_by_period[people_name] = {
        period: count_subjects(people[period.begin : period.end]) for period in list_every_period(measures.year)
    }


def sum_cells(amounts: Mapping[Cell, Fraction], cells: Sequence[Cell]) -> Fraction:
    """What is in some of the cells."""
    return sum((amounts.get(cell, NOTHING) for cell in cells), NOTHING)


def count_subjects(months: Iterable[Mapping[Cell, set[UUID]]]) -> dict[Cell, int]:
    """How many different ones are in each cell of some months."""
    found: defaultdict[Cell, set[UUID]] = defaultdict(set)
    for month in months:
        for cell, of_cell in month.items():
            found[cell] |= of_cell
    return {cell: len(of_cell) for cell, of_cell in found.items()}
