"""Places, days, staff and costs of a year in cells (S2): from the columns that the position is computed from (C4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.budget.placement_periods import IdentifiedPeriods, copy_rows, load_identified_periods, row_type, sort_keys
from app.budget.problems import refuse_missing_prices
from app.database.queries import CompiledQuery, Queries
from app.figures.cells import AREAS, MONTHS, Cell, YearMeasures
from app.providers.providers import load_capacities_by_provider
from app.rates.rates import load_prices, load_staffing_ratios
from app.rules.calendar import count_days_in_year, get_month_range, is_planned_day
from app.rules.competence import DEFAULT_STAFFING, Staffing
from app.rules.cost import calculate_month_costs, sum_by_group
from app.rules.extensive_absence import AbsenceWindow, PercentPeriod, count_absent_hundredths
from app.rules.figures import list_every_period
from app.rules.placement_periods import Column, Mask, count_days_by_month

_HUNDRED = 100
_STAFF = frozenset({"filled", "required_staff", "with_supplement", "capacity", "stated_staff"})
_ABSENCE = frozenset({"absent", "used", "planned_to_date"})
_STATES = frozenset({"places"}) | _STAFF
_DAYS = frozenset({"planned", "place_months", "people"}) | _ABSENCE | _STATES
_COSTS = frozenset({"cost", "cost_to_date"})
_GROUP = row_type(("placement", "S16"), ("area", ">i2"), ("protected", ">i2"), ("per_employee", ">i2"))
_GROUPS = (
    "select id, (coalesce(array_position(array['{areas}'], service_area::text), 1) - 1)::int2,"
    " address_protection::int::int2, coalesce(places_per_employee, 0)::int2 from placement"
).format(areas="', '".join(AREAS))  # fixed words
_EXTRA_STAFF = CompiledQuery(
    text(
        """
        select placement_id, valid_from, least(valid_to, ended_on) as valid_to, full_time_equivalents
        from placement_supplement left join (
            select supplement_id, min(valid_to) as ended_on from supplement_end where agreed_on <= :on group by 1
        ) as ended on supplement_id = id
        where (agreed_on is null or agreed_on <= :on) and valid_from <= :last
            and coalesce(least(valid_to, ended_on) >= :first, true)
        """
    )
)
_ABSENCES = CompiledQuery(
    text(
        "select placement_id, starts_on, ends_on, percent from absence where not cancelled"
        " and starts_on <= :last and ends_on >= :first and kind <> all (coalesce((select absence_uncounted_kinds"
        " from guideline_version where valid_from <= :last order by valid_from desc limit 1), '{}'))"
    )
)
_STATEMENTS = CompiledQuery(
    text(
        "select provider_id, stated_on, full_time_equivalents from competence_statement where stated_on <= :last"
        " order by stated_on, created_at, id"
    )
)


@dataclass(slots=True)
class _Places:
    """The year's placements: what each is in, by its index."""

    known: IdentifiedPeriods
    cells: list[Cell]
    cell_of: npt.NDArray[np.intp]
    per_employee: Column

    def sum(self, amounts: Column) -> Column:
        """Columns of (any, placements) as (any, cells)."""
        return sum_by_group(amounts, self.cell_of, len(self.cells))

    def name(self, sums: Column, divisor: int = 1) -> list[dict[Cell, Fraction]]:
        """Rows of cells, of a month or a day each, by cell."""
        return [
            {cell: Fraction(int(amount), divisor) for cell, amount in zip(self.cells, row, strict=True) if amount}
            for row in sums
        ]

    def find(self, ids: Sequence[UUID]) -> tuple[npt.NDArray[np.intp], Mask]:
        """The index of each id, and which of them are known."""
        keys = np.array([id_.bytes for id_ in ids], "S16")
        placement = self.known.placement
        index = np.searchsorted(placement, keys)
        known = index < placement.size
        known[known] = placement[index[known]] == keys[known]
        return index, known


async def load_places(
    queries: Queries, year: int, days: Sequence[date], on: date, needed: Collection[str], *, is_protected_shown: bool
) -> YearMeasures:
    """S2: the measures of places in a year, and on some of its days, as known on a day (S8).

    409 as the position, where a cost is needed. Read with the case office's rights: what goes out are sums. A protected
    place is in no provider's cell unless `is_protected_shown`. **Decided here**: absence is as it is reported by now,
    since it is reported afterwards; and a month's weeks are cut at its ends, so that months add up to the year.
    """
    async with queries.acting_as("case_officer"):
        places = await _load_placements(queries, year, on, is_protected_shown=is_protected_shown)
        measures = YearMeasures(year)
        if not _DAYS.isdisjoint(needed):
            await _add_days(queries, measures, places, days, on, needed)
        if not _STAFF.isdisjoint(needed):
            await _add_staff(queries, measures, places, days, on)
        if not _COSTS.isdisjoint(needed):
            await _add_costs(queries, measures, places, on, needed)
    return measures


async def _load_placements(queries: Queries, year: int, on: date, *, is_protected_shown: bool) -> _Places:
    known = await load_identified_periods(queries, year, on)
    groups = await copy_rows(queries, _GROUPS, _GROUP)
    order, _ = sort_keys(groups["placement"])
    groups = groups[order]
    if not np.array_equal(groups["placement"], known.placement):
        groups = groups[np.searchsorted(groups["placement"], known.placement)]
    providers, provider_of = np.unique(known.provider, return_inverse=True)
    if not is_protected_shown:
        provider_of = np.where(groups["protected"] != 0, providers.size, provider_of)
    ids = [*(UUID(bytes=provider.ljust(16, b"\0")) for provider in providers), None]
    cells: list[Cell] = [(provider, area) for provider in ids for area in AREAS]
    cell_of = (provider_of * len(AREAS) + groups["area"]).astype(np.intp)
    return _Places(known, cells, cell_of, groups["per_employee"].astype(np.int64))


async def _add_days(
    queries: Queries,
    measures: YearMeasures,
    places: _Places,
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
        absent = places.sum(await _count_absent(queries, places, year, on))
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


def _list_shares(places: _Places, days: Sequence[date]) -> Column:
    """Each placement's share on each of the days, in percent: (days, placements)."""
    periods = places.known.periods
    shares = np.zeros((len(days), periods.count), np.int64)
    for row, day in enumerate(days):
        holds = (periods.first_day <= day.toordinal()) & (periods.last_day >= day.toordinal())
        # A day has one share.
        shares[row, periods.placement[holds]] = periods.share[holds]
    return shares


def _add_people(measures: YearMeasures, places: _Places) -> None:
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


async def _count_absent(queries: Queries, places: _Places, year: int, on: date) -> Column:
    """A3: hundredths of absent days of each placement in each month, to and with the day."""
    absent = np.zeros((MONTHS, places.known.periods.count), np.int64)
    rows = await queries.fetch(_ABSENCES, first=date(year, 1, 1), last=date(year, 12, 31))
    index, known = places.find([row[0] for row in rows])
    absences: dict[int, list[PercentPeriod]] = {}
    for at, is_known, (_, *absence) in zip(index.tolist(), known.tolist(), rows, strict=True):
        if is_known:
            absences.setdefault(at, []).append(PercentPeriod(*absence))
    periods = places.known.periods
    windows = _list_windows(year, on)
    for at, of_placement in absences.items():
        begin, end = np.searchsorted(periods.placement, [at, at + 1])
        shares = [
            PercentPeriod(date.fromordinal(first), date.fromordinal(last), share)
            for first, last, share in zip(
                periods.first_day[begin:end].tolist(),
                periods.last_day[begin:end].tolist(),
                periods.share[begin:end].tolist(),
                strict=True,
            )
            if first <= last
        ]
        for month, window in windows.items():
            absent[month, at] = count_absent_hundredths(window, shares, of_placement)
    return absent


def _list_windows(year: int, on: date) -> dict[int, AbsenceWindow]:
    """The months from 0, each to and with the day at the latest; none that begins later."""
    ranges = [get_month_range(year, month) for month in range(1, MONTHS + 1)]
    return {
        month: AbsenceWindow(min(last, on), (min(last, on) - first).days + 1)
        for month, (first, last) in enumerate(ranges)
        if first <= on
    }


async def _add_costs(
    queries: Queries, measures: YearMeasures, places: _Places, on: date, needed: Collection[str]
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


async def _add_staff(queries: Queries, measures: YearMeasures, places: _Places, days: Sequence[date], on: date) -> None:
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
    rows = await queries.fetch(_EXTRA_STAFF, on=on, first=date(year, 1, 1), last=date(year, 12, 31))
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
