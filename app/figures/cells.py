"""What is summed for figures: a measure of each month of a year, in cells by provider and service area."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import get_args
from uuid import UUID

from app.participants.schemas import ServiceArea
from app.rules.figures import Period

Cell = tuple[UUID | None, str | None]
"""A provider and a service area. None is a provider that the caller is not shown, or none at all."""

AREAS: tuple[str, ...] = get_args(ServiceArea)
MONTHS = 12
NOTHING = Fraction(0)


@dataclass(slots=True)
class YearMeasures:
    """Of one year: `sums` of measures that add up over months, `last_days` of those that are of a period's last day,
    and how many people are behind them.

    `people_by_period` are of those whose people cannot be added up over months: who is there in two is one.
    """

    year: int
    sums: dict[str, list[dict[Cell, Fraction]]] = field(default_factory=dict)
    last_days: dict[str, list[dict[Cell, Fraction]]] = field(default_factory=dict)
    people_by_period: dict[str, dict[Period, Mapping[Cell, int]]] = field(default_factory=dict)

    def get_measure(self, name: str, period: Period) -> Mapping[Cell, Fraction]:
        """A measure of a period, by cell."""
        if name in self.last_days:
            return self.last_days[name][period.end - 1]
        total: defaultdict[Cell, Fraction] = defaultdict(Fraction)
        for month in self.sums[name][period.begin : period.end]:
            for cell, amount in month.items():
                total[cell] += amount
        return total

    def count_people(self, name: str, period: Period) -> Mapping[Cell, int]:
        """How many people's a measure of a period is, by cell (S6)."""
        if name in self.people_by_period:
            return self.people_by_period[name][period]
        return {cell: int(amount) for cell, amount in self.last_days[name][period.end - 1].items()}

    def list_cells(self) -> set[Cell]:
        """Every cell in which something is."""
        months = [month for measure in (*self.sums.values(), *self.last_days.values()) for month in measure]
        return {cell for month in months for cell, amount in month.items() if amount}


def make_months() -> list[defaultdict[Cell, Fraction]]:
    """Twelve months in which nothing is yet."""
    return [defaultdict(Fraction) for _ in range(MONTHS)]


def sum_cells(amounts: Mapping[Cell, Fraction], cells: Sequence[Cell]) -> Fraction:
    """What is in some of the cells."""
    return sum((amounts.get(cell, NOTHING) for cell in cells), NOTHING)
