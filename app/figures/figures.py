"""Figures as they are asked for: definitions over measures, grouped, with small counts hidden (S1, S2, S6, S9)."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.figures.acts import MEASURES_OF_ACTS, add_acts
from app.figures.cells import AREAS, Cell, YearMeasures, sum_cells
from app.figures.destinations import DestinationTable, HiddenMoves, load_hidden_moves
from app.figures.follow_up import MEASURES_OF_FOLLOW_UP, add_follow_up
from app.figures.places import load_places
from app.figures.rows import build_figure
from app.figures.schemas import FigureBy, FigureOut
from app.figures.trips import MEASURES_OF_TRIPS, add_trips
from app.figures.trust import MEASURES_OF_TRUST, add_trust_grants
from app.providers.tables import Provider
from app.rates.tables import GuidelineVersion
from app.rules.figure_suppression import MEASURES_OF_MOVES, find_hidden_of_ends, find_hidden_of_people
from app.rules.figures import (
    DEFINITIONS,
    Definition,
    Key,
    Period,
    PeriodKind,
    list_every_period,
    list_periods,
)
from app.rules.suppression import LEAST
from app.rules.suppression import Cell as Place


@dataclass(frozen=True, slots=True)
class FiguresQuery:
    """Which figures, for which periods, grouped by what, as known on which day (S8)."""

    codes: Collection[str]
    period: PeriodKind
    first_day: date
    last_day: date
    by: frozenset[Key]
    on: date
    is_suppressed: bool


async def load_figures(queries: Queries, query: FiguresQuery) -> list[FigureOut]:
    """S2, S6: the figures in the order of their definitions, then period, provider, area.

    A figure that cannot be grouped by what is asked for is left out, and so is one that is not of a day where days are
    asked for, and one of what has happened in a period that begins after the day. 409 `rate-missing` or
    `guideline-missing` if it takes a price that is not known.
    """
    chosen = [
        one for one in DEFINITIONS if one.code in query.codes and query.by <= one.by and query.period in one.periods
    ]
    needed = {name for one in chosen for name in (one.numerator, one.denominator) if name is not None}
    people = {name for one in chosen for name in one.people} if query.is_suppressed else set()
    is_shown = not query.is_suppressed
    least = await _load_least(queries, query.on)
    providers: list[UUID] = [row[0] for row in await queries.fetch(select(col(Provider.id)).order_by(col(Provider.id)))]
    is_of_ends = any(name in people for name in MEASURES_OF_MOVES)
    moves = await load_hidden_moves(queries) if is_of_ends else HiddenMoves()
    found: dict[str, list[FigureOut]] = {one.code: [] for one in chosen}
    for year in range(query.first_day.year, query.last_day.year + 1) if chosen else ():
        periods = [one for one in list_periods(query.period, query.first_day, query.last_day) if one.year == year]
        every = periods if query.period == "day" else list_every_period(year)
        days = sorted({one.last_day for one in every})
        measures = await load_places(queries, year, days, query.on, needed | people, is_protected_shown=is_shown)
        if not MEASURES_OF_ACTS.isdisjoint(needed):
            await add_acts(queries, measures, days, query.on, is_protected_shown=is_shown)
        if not MEASURES_OF_FOLLOW_UP.isdisjoint(needed):
            await add_follow_up(queries, measures, query.on, is_protected_shown=is_shown)
        if not MEASURES_OF_TRIPS.isdisjoint(needed):
            await add_trips(queries, measures, query.on)
        if not MEASURES_OF_TRUST.isdisjoint(needed):
            await add_trust_grants(queries, measures, query.on)
        table = _Table(measures, providers)
        hidden: dict[tuple[str, ...], Mapping[Period, set[Place]]] = {}
        for one in chosen:
            if one.people not in hidden:
                hidden[one.people] = (
                    # Seconds of the processor with some dozens of providers: others are answered meanwhile.
                    await asyncio.to_thread(
                        table.find_hidden, one.people, every, least, is_year_hidden=year in moves.years
                    )
                    if query.is_suppressed
                    else {}
                )
            begun = [period for period in periods if not (one.past and period.first_day > query.on)]
            if "destination" in query.by:
                ends = DestinationTable(measures)
                totals = {period for period, cells in hidden[one.people].items() if table.total in cells}
                few = ends.find_hidden(totals, moves.destinations[year], least) if query.is_suppressed else {}
                found[one.code] += ends.list_figures(one, begun, few)
                continue
            found[one.code] += [
                figure
                for period in begun
                for figure in table.list_figures(one, period, query.by, hidden[one.people].get(period, set()))
            ]
    return [figure for figures in found.values() for figure in figures]


async def _load_least(queries: Queries, on: date) -> int:
    """S6: the smallest count that is shown, by the guideline in force on a day."""
    version = GuidelineVersion
    statement = select(col(version.least_count)).where(col(version.valid_from) <= on)
    async with queries.acting_as("case_officer"):
        least: int | None = await queries.fetch_value(statement.order_by(col(version.valid_from).desc()).limit(1))
    return least or LEAST


class _Table:
    """The cells of a year as a table, providers down and areas across, with totals as in `app.rules.suppression`."""

    def __init__(self, measures: YearMeasures, providers: Sequence[UUID]) -> None:
        self._measures = measures
        has_no_provider = any(provider is None for provider, _ in measures.list_cells())
        self._providers: list[UUID | None] = [*providers, *([None] if has_no_provider else [])]
        self._rows = {provider: row for row, provider in enumerate(self._providers)}

    @property
    def total(self) -> Place:
        """Where the total of everything is."""
        return len(self._providers), len(AREAS)

    def find_hidden(
        self, people: Sequence[str], every: Sequence[Period], least: int, *, is_year_hidden: bool
    ) -> dict[Period, set[Place]]:
        """S6: what is hidden of some periods, of a figure that tells these counts of people. All of a year, or days.

        Days do not add up to each other: each is by itself. Those who are there on one are its places. `is_year_hidden`
        says that the moves of the year are.
        """
        counted = {
            period: {
                name: self._count(self._measures.count_people(name, period))
                for name in people
                if period.day is None or name in self._measures.states
            }
            for period in every
        }
        if any(period.day is not None for period in every):
            return {
                period: cells
                for period, counts in counted.items()
                for cells in find_hidden_of_people({period: counts}, people, least).values()
            }
        if MEASURES_OF_MOVES.isdisjoint(people):
            return find_hidden_of_people(counted, people, least)
        return find_hidden_of_ends(counted, people, self.total, least, is_year_hidden=is_year_hidden)

    def list_figures(
        self, definition: Definition, period: Period, by: frozenset[Key], hidden: set[Place]
    ) -> Iterator[FigureOut]:
        """A figure of a period: a row for each of its groups."""
        numerators = self._measures.get_measure(definition.numerator, period)
        denominators = (
            None if definition.denominator is None else self._measures.get_measure(definition.denominator, period)
        )
        providers = self._providers if "provider" in by else [None]
        areas: Sequence[str | None] = AREAS if "service_area" in by else [None]
        for provider, area in product(providers, areas):
            cells = self._list_cells(by, provider, area)
            row = self._rows[provider] if "provider" in by else len(self._providers)
            column = AREAS.index(area) if area is not None else len(AREAS)
            group = {"provider_id": provider} if "provider" in by else {}
            yield build_figure(
                definition,
                period,
                FigureBy.model_validate(group | ({"service_area": area} if "service_area" in by else {})),
                sum_cells(numerators, cells),
                None if denominators is None else sum_cells(denominators, cells),
                is_hidden=(row, column) in hidden,
            )

    def _list_cells(self, by: frozenset[Key], provider: UUID | None, area: str | None) -> list[Cell]:
        of_providers = [provider] if "provider" in by else [*self._rows, *([] if None in self._rows else [None])]
        return [*product(of_providers, [area] if "service_area" in by else [*AREAS, None])]

    def _count(self, people: Mapping[Cell, int]) -> list[list[int]]:
        table = [[0] * len(AREAS) for _ in self._providers]
        for (provider, area), number in people.items():
            if number and area is not None:
                table[self._rows[provider]][AREAS.index(area)] += number
        return table
