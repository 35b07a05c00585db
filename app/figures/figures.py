"""Figures as they are asked for: definitions over measures, grouped, with small counts hidden (S1, S2, S6, S9)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.figures.acts import MEASURES_OF_ACTS, add_acts
from app.figures.cells import AREAS, Cell, YearMeasures, sum_cells
from app.figures.places import load_places
from app.figures.schemas import FigureBy, FigureOut
from app.providers.tables import Provider
from app.rates.tables import GuidelineVersion
from app.rules.figures import (
    COUNTS,
    DEFINITIONS,
    Definition,
    Key,
    Measure,
    Period,
    PeriodKind,
    calculate_value,
    find_hidden_in_periods,
    format_two_decimals,
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

    A figure that cannot be grouped by what is asked for is left out, and so is one of what has happened in a period
    that begins after the day. 409 `rate-missing` or `guideline-missing` if it takes a price that is not known.
    """
    chosen = [one for one in DEFINITIONS if one.code in query.codes and query.by <= one.by]
    needed = {name for one in chosen for name in (one.numerator, one.denominator) if name is not None}
    people = {name for one in chosen for name in one.people} if query.is_suppressed else set()
    is_shown = not query.is_suppressed
    least = await _load_least(queries, query.on)
    providers: list[UUID] = [row[0] for row in await queries.fetch(select(col(Provider.id)).order_by(col(Provider.id)))]
    found: dict[str, list[FigureOut]] = {one.code: [] for one in chosen}
    for year in range(query.first_day.year, query.last_day.year + 1) if chosen else ():
        measures = await load_places(queries, year, query.on, needed | people, is_protected_shown=is_shown)
        if not MEASURES_OF_ACTS.isdisjoint(needed):
            await add_acts(queries, measures, query.on, is_protected_shown=is_shown)
        table = _Table(measures, providers)
        periods = [one for one in list_periods(query.period, query.first_day, query.last_day) if one.year == year]
        hidden: dict[tuple[str, ...], Mapping[Period, set[Place]]] = {}
        for one in chosen:
            if one.people not in hidden:
                hidden[one.people] = table.find_hidden(one.people, least) if query.is_suppressed else {}
            found[one.code] += [
                figure
                for period in periods
                if not (one.past and period.first_day > query.on)
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

    def find_hidden(self, people: Sequence[str], least: int) -> dict[Period, set[Place]]:
        """S6: what is hidden of every period of the year, of a figure that tells these counts of people."""
        every = list_every_period(self._measures.year)
        return find_hidden_in_periods(
            {period: [self._count(self._measures.count_people(name, period)) for name in people] for period in every},
            least,
        )

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
            yield _build(
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


def _build(
    definition: Definition,
    period: Period,
    by: FigureBy,
    numerator: Fraction,
    denominator: Fraction | None,
    *,
    is_hidden: bool,
) -> FigureOut:
    if is_hidden:
        return FigureOut(
            code=definition.code,
            period=period.name,
            by=by,
            numerator=None,
            denominator=None,
            value=None,
            suppressed=True,
        )
    shown = _show(numerator, definition.numerator)
    if definition.denominator is None or denominator is None:
        value: int | str | None = shown
    else:
        calculated = calculate_value(numerator, denominator, definition.scale)
        value = None if calculated is None else format_two_decimals(calculated)
    return FigureOut(
        code=definition.code,
        period=period.name,
        by=by,
        numerator=shown,
        denominator=1
        if denominator is None or definition.denominator is None
        else _show(denominator, definition.denominator),
        value=value,
        suppressed=False,
    )


def _show(amount: Fraction, measure: Measure) -> int | str:
    return int(amount) if measure in COUNTS else format_two_decimals(amount)
