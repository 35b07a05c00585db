"""Places, days, staff and costs of a year in cells (S2): from the columns that the position is computed from (C4)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import numpy as np
from sqlalchemy import text

from app.budget.problems import refuse_missing_prices
from app.database.queries import CompiledQuery, Queries
from app.figures.cells import MONTHS, Cell, YearMeasures
from app.figures.year_places import YearPlaces, count_absent, load_extra_staff, load_placements
from app.providers.providers import load_capacities_by_provider
from app.rates.rates import load_prices, load_staffing_ratios
from app.rules.calendar import count_days_in_year, get_month_range, is_planned_day
from app.rules.competence import DEFAULT_STAFFING, Staffing
from app.rules.cost import calculate_month_costs
from app.rules.figures import list_every_period
from app.rules.placement_periods import Column, count_days_by_month

_HUNDRED = 100
_STAFF = frozenset({"filled", "required_staff", "with_supplement", "capacity", "stated_staff"})
_ABSENCE = frozenset({"absent", "used", "planned_to_date"})
_STATES = frozenset({"places"}) | _STAFF
_DAYS = frozenset({"planned", "place_months", "people"}) | _ABSENCE | _STATES
_COSTS = frozenset({"cost", "cost_to_date"})
_STATEMENTS = CompiledQuery(
    text(
        "select provider_id, stated_on, full_time_equivalents from competence_statement where stated_on <= :last"
        " order by stated_on, created_at, id"
    )
)


async def load_places(
    queries: Queries, year: int, days: Sequence[date], on: date, needed: Collection[str], *, is_protected_shown: bool
) -> YearMeasures:
    """S2: the measures of places in a year, and on some of its days, as known on a day (S8).

    409 as the position, where a cost is needed. Read with the case office's rights: what goes out are sums. A protected
    place is in no provider's cell unless `is_protected_shown`. **Decided here**: absence is as it is reported by now,
    since it is reported afterwards; and a month's weeks are cut at its ends, so that months add up to the year.
    """
    async with queries.acting_as("case_officer"):
        places = await load_placements(queries, year, on, is_protected_shown=is_protected_shown)
        measures = YearMeasures(year)
        if not _DAYS.isdisjoint(needed):
            await _add_days(queries, measures, places, days, on, needed)
        if not _STAFF.isdisjoint(needed):
            await _add_staff(queries, measures, places, days, on)
        if not _COSTS.isdisjoint(needed):
            await _add_costs(queries, measures, places, on, needed)
    return measures


async def _add_days(
    queries: Queries,
    measures: YearMeasures,
    places: YearPlaces,
    days: Sequence[date],
    on: date,
    needed: Collection[str],
) -> None:
    year, periods = measures.year, places.known.periods
    every_day = [date(year, 1, 1) + timedelta(days=step) for step in range(count_days_in_year(year))]
    planned_days = [is_planned_day(day) for day in every_day]
    if "planned" in needed:
        planned = count_days_by_month(periods, year, planned_days, by_share=True)
        measures.sums["planned"] = places.name(places.sum(planned), _HUNDRED)
    if not _ABSENCE.isdisjoint(needed):
        so_far = [planned and day <= on for planned, day in zip(planned_days, every_day, strict=True)]
        to_date = places.sum(count_days_by_month(periods, year, so_far, by_share=True))
        absent = places.sum(await count_absent(queries, places, year, on))
        measures.sums |= {
            "planned_to_date": places.name(to_date, _HUNDRED),
            "absent": places.name(absent, _HUNDRED),
            "used": places.name(to_date - absent, _HUNDRED),
        }
    if not _STATES.isdisjoint(needed):
        shares = _list_shares(places, days)
        whole = places.name(places.sum((shares > 0).astype(np.int64)))
        parts = places.name(places.sum(shares), _HUNDRED)
        measures.states["places"] = dict(zip(days, whole, strict=True))
        measures.states["shares"] = dict(zip(days, parts, strict=True))
    if not {"place_months", "people"}.isdisjoint(needed):
        _add_people(measures, places)


def _list_shares(places: YearPlaces, days: Sequence[date]) -> Column:
    """Each placement's share on each of the days, in percent: (days, placements)."""
    periods = places.known.periods
    shares = np.zeros((len(days), periods.count), np.int64)
    for row, day in enumerate(days):
        holds = (periods.first_day <= day.toordinal()) & (periods.last_day >= day.toordinal())
        # A day has one share.
        shares[row, periods.placement[holds]] = periods.share[holds]
    return shares


def _add_people(measures: YearMeasures, places: YearPlaces) -> None:
    """How many months of places there are, and how many have a day in each period."""
    year = measures.year
    covered = count_days_by_month(places.known.periods, year, [True] * count_days_in_year(year))
    lengths = [get_month_range(year, month)[1].day for month in range(1, MONTHS + 1)]
    measures.sums["place_months"] = [
        {cell: amount / length for cell, amount in month.items()}
        for month, length in zip(places.name(places.sum(covered)), lengths, strict=True)
    ]
    every = list_every_period(year)
    present = np.array([(covered[period.begin : period.end] > 0).any(axis=0) for period in every], np.int64)
    measures.people_by_period["people"] = {
        period: {cell: int(number) for cell, number in row.items()}
        for period, row in zip(every, places.name(places.sum(present)), strict=True)
    }


async def _add_costs(
    queries: Queries, measures: YearMeasures, places: YearPlaces, on: date, needed: Collection[str]
) -> None:
    rates, guidelines = await load_prices(queries)
    with refuse_missing_prices():
        # All of the year, and what is behind on the day: either costs as much as the other.
        for name, through in (("cost", None), ("cost_to_date", on)):
            if name in needed:
                costs = calculate_month_costs(
                    places.known.periods, measures.year, rates, guidelines, on, through=through
                )
                measures.sums[name] = places.name(places.sum(costs), _HUNDRED)


async def _add_staff(
    queries: Queries, measures: YearMeasures, places: YearPlaces, days: Sequence[date], on: date
) -> None:
    """P2, P5, L6: capacity, filled places and staff on each of the days."""
    year = measures.year
    ratios = await load_staffing_ratios(queries) or [*DEFAULT_STAFFING]
    versions = [_find_version(ratios, day) for day in days]
    people, shares = measures.states["places"], measures.states["shares"]
    measures.states["filled"] = {
        day: shares[day] if version.share_counts == "shares" else people[day]
        for day, version in zip(days, versions, strict=True)
    }
    active = _list_shares(places, days)
    required = [dict[Cell, Fraction]() for _ in days]
    for own in np.unique(places.per_employee).tolist():
        chosen = active * (places.per_employee == own)
        counted = places.name(places.sum(chosen), _HUNDRED), places.name(places.sum((chosen > 0).astype(np.int64)))
        for row, version in enumerate(versions):
            for cell, number in counted[version.share_counts != "shares"][row].items():
                staff = number / (own or version.places_per_employee)
                required[row][cell] = required[row].get(cell, Fraction(0)) + staff
    with_supplement = [dict[Cell, Fraction]() for _ in days]
    rows = await load_extra_staff(queries, year, on)
    index, known = places.find([row[0] for row in rows])
    for row, day in enumerate(days):
        found: set[int] = set()
        for at, is_known, (_, first, last, amount) in zip(index.tolist(), known.tolist(), rows, strict=True):
            if is_known and active[row, at] and first <= day and (last is None or last >= day):
                cell = places.cells[places.cell_of[at]]
                required[row][cell] = required[row].get(cell, Fraction(0)) + Fraction(amount)
                found.add(at)
        for at in found:
            cell = places.cells[places.cell_of[at]]
            with_supplement[row][cell] = with_supplement[row].get(cell, Fraction(0)) + 1
    capacities = {
        provider_id: [(day, Fraction(number)) for day, number in sorted(rows, key=lambda row: row[0])]
        for provider_id, rows in (await load_capacities_by_provider(queries)).items()
    }
    statements: dict[UUID, list[tuple[date, Fraction]]] = {}
    for provider_id, stated_on, amount in await queries.fetch(_STATEMENTS, last=min(date(year, 12, 31), on)):
        statements.setdefault(provider_id, []).append((stated_on, Fraction(amount)))
    measures.states |= {
        "required_staff": dict(zip(days, required, strict=True)),
        "with_supplement": dict(zip(days, with_supplement, strict=True)),
        "capacity": {day: _find_latest(capacities, day) for day in days},
        "stated_staff": {day: _find_latest(statements, day) for day in days},
    }


def _find_version(ratios: Sequence[Staffing], day: date) -> Staffing:
    return next((version for version in reversed(ratios) if version.valid_from <= day), ratios[0])


def _find_latest(amounts: Mapping[UUID, Sequence[tuple[date, Fraction]]], day: date) -> dict[Cell, Fraction]:
    """By provider the last amount of a day or earlier; rows are in the order of their days."""
    found: dict[Cell, Fraction] = {}
    for provider_id, rows in amounts.items():
        known = [amount for valid_from, amount in rows if valid_from <= day]
        if known:
            found[provider_id, None] = known[-1]
    return found
