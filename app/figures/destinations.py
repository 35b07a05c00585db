"""Ends by where people go (S2, L8): one line of counts, with what is few in it hidden (S6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import get_args
from uuid import UUID

from app import clock
from app.database.queries import Queries
from app.figures.cells import MONTHS, YearMeasures
from app.figures.rows import build_figure
from app.figures.schemas import FigureBy, FigureOut
from app.placements.statistics import load_moves
from app.rules.figure_suppression import find_hidden_destinations
from app.rules.figures import Definition, Period, list_every_period
from app.rules.process import Destination

DESTINATIONS: tuple[Destination | None, ...] = (*get_args(Destination), None)
"""The last is an end that names none."""


@dataclass(frozen=True, slots=True)
class HiddenMoves:
    """What `GET /v1/statistics/moves` hides: years, and of each year columns of `DESTINATIONS`."""

    years: frozenset[int] = frozenset()
    destinations: Mapping[int, frozenset[int]] = field(default_factory=lambda: defaultdict(frozenset))


async def load_hidden_moves(queries: Queries) -> HiddenMoves:
    """As the answer is today, for those who see no small counts (S6)."""
    moves = await load_moves(queries, clock.today(), is_suppressed=True)
    destinations: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    for one in moves.items:
        if one.suppressed:
            destinations[one.year] |= {DESTINATIONS.index(one.destination)}
    return HiddenMoves(frozenset(one.year for one in moves.years if one.suppressed), destinations)


class DestinationTable:
    """The ends of a year by destination: a table of one row, whose total is that of the figure in all."""

    def __init__(self, measures: YearMeasures) -> None:
        self._measures = measures

    def find_hidden(self, totals: Collection[Period], moves: Collection[int], least: int) -> dict[Period, set[int]]:
        """S6: which columns are hidden of every period of the year, of some of which the total is (`totals`).

        Moves tell the year too, and hide the columns `moves` of it.
        """
        everything = {*range(len(DESTINATIONS))}
        hidden = dict.fromkeys(list_every_period(self._measures.year), everything)
        whole = Period(self._measures.year, 0, MONTHS)
        if whole not in totals:
            hidden[whole] = find_hidden_destinations([len(set(ends)) for ends in self._list_ends(whole)], moves, least)
        return hidden

    def list_figures(
        self, definition: Definition, periods: Iterable[Period], hidden: Mapping[Period, set[int]]
    ) -> Iterator[FigureOut]:
        """The rows of each period."""
        for period in periods:
            place_months = sum(self._measures.get_measure("place_months", period).values(), Fraction(0))
            for column, (destination, ends) in enumerate(zip(DESTINATIONS, self._list_ends(period), strict=True)):
                yield build_figure(
                    definition,
                    period,
                    FigureBy.model_validate({"destination": destination}),
                    Fraction(len(ends)),
                    place_months,
                    is_hidden=column in hidden.get(period, set()),
                )

    def _list_ends(self, period: Period) -> list[list[UUID]]:
        """The place of each end, by destination."""
        months = self._measures.ends[period.begin : period.end]
        return [[place for month in months for place in month.get(name, ())] for name in DESTINATIONS]
