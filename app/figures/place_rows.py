"""What each person's places come to in a period: days, staff and cost (S5), as known on a day (S8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, Uuid, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.figures.year_places import YearPlaces, count_absent, load_extra_staff, load_placements
from app.rates.rates import load_prices, load_staffing_ratios
from app.rules.calendar import count_days_in_year, is_planned_day
from app.rules.capacity import Occupancy
from app.rules.competence import Period as Days
from app.rules.competence import StaffedPlace, calculate_average_staff
from app.rules.cost import calculate_month_costs
from app.rules.figures import Period
from app.rules.people_by_day import count_people_by_day
from app.rules.placement_periods import Column, PeriodColumns, count_days_by_month
from app.rules.prices import PriceMissing

_HUNDRED = 100
_PEOPLE = CompiledQuery(
    text("select id, participant_id from placement where id = any(:ids)").bindparams(
        bindparam("ids", type_=ARRAY(Uuid()))
    )
)


@dataclass(slots=True)
class PlaceRow:
    """One person's places in a period to and with a day: whole places on average over its days, planned and used days
    (A3), staff (P5, L6) on average over its days, and the cost in kroner (C4), None where a price is not known.
    """

    places: Fraction = Fraction(0)
    planned_days: Fraction = Fraction(0)
    used_days: Fraction = Fraction(0)
    staff: Fraction = Fraction(0)
    cost: Fraction | None = Fraction(0)

    def add(self, other: "PlaceRow") -> None:
        """The places of both."""
        self.places += other.places
        self.planned_days += other.planned_days
        self.used_days += other.used_days
        self.staff += other.staff
        self.cost = None if self.cost is None or other.cost is None else self.cost + other.cost


@dataclass(frozen=True, slots=True)
class PeopleWithPlaces:
    """Everybody with a day in a place in a period; and of its year, to and with the day that it is seen on, who has one
    in each month, and how many on each day from 1 January."""

    rows: Mapping[UUID, PlaceRow]
    by_month: Sequence[frozenset[UUID]]
    by_day: Sequence[int]


async def load_place_rows(queries: Queries, period: Period, on: date) -> PeopleWithPlaces:
    """S5: by person, with the case office's rights: the caller is shown sums, or is the case office.

    **Decided here**: where a price of one of the places is not known, the cost of none is; a table of hours does not
    wait for rates.
    """
    first_day, last_day = period.first_day, min(period.last_day, on)
    async with queries.acting_as("case_officer"):
        places = await load_placements(queries, period.year, on, is_protected_shown=True)
        so_far = places.known.periods.clip(date(period.year, 1, 1), min(date(period.year, 12, 31), on))
        covered = count_days_by_month(so_far, period.year, [True] * count_days_in_year(period.year)) > 0
        people = await _load_people(queries, places, np.flatnonzero(covered.any(axis=0)).tolist())
        by_month = [frozenset(people[at] for at in np.flatnonzero(month).tolist()) for month in covered]
        present = np.flatnonzero(covered[period.begin : period.end].any(axis=0)).tolist()
        rows: defaultdict[UUID, PlaceRow] = defaultdict(PlaceRow)
        if present:
            found = await _build_rows(queries, places, period, on, first_day, last_day, present)
            for at, row in found.items():
                rows[people[at]].add(row)
    return PeopleWithPlaces(rows, by_month, _count_by_day(so_far, people, period.year, on))


def _count_by_day(so_far: PeriodColumns, people: Mapping[int, UUID], year: int, on: date) -> list[int]:
    spans = zip(so_far.placement.tolist(), so_far.first_day.tolist(), so_far.last_day.tolist(), strict=True)
    return count_people_by_day(
        (
            (people[at], date.fromordinal(first), date.fromordinal(last))
            for at, first, last in spans
            if at in people and first <= last
        ),
        date(year, 1, 1),
        min(date(year, 12, 31), on),
    )


async def _load_people(queries: Queries, places: YearPlaces, present: Sequence[int]) -> dict[int, UUID]:
    """The participant of each of these placements, by the placement's index."""
    ids = {UUID(bytes=bytes(places.known.placement[at]).ljust(16, b"\0")): at for at in present}
    return {ids[row[0]]: row[1] for row in await queries.fetch(_PEOPLE, ids=[*ids])}


async def _build_rows(
    queries: Queries,
    places: YearPlaces,
    period: Period,
    on: date,
    first_day: date,
    last_day: date,
    present: Sequence[int],
) -> Mapping[int, PlaceRow]:
    year = period.year
    within = places.known.periods.clip(first_day, last_day)
    length = (last_day - first_day).days + 1
    every_day = [date(year, 1, 1) + timedelta(days=step) for step in range(count_days_in_year(year))]
    shares = count_days_by_month(within, year, [True] * len(every_day), by_share=True).sum(axis=0)
    planned = count_days_by_month(within, year, [is_planned_day(day) for day in every_day], by_share=True).sum(axis=0)
    absent = (await count_absent(queries, places, year, on))[period.begin : period.end].sum(axis=0)
    costs = await _calculate_costs(queries, within, year, on)
    staff = await _calculate_staff(queries, places, within, year, on, first_day, last_day, present)
    return {
        at: PlaceRow(
            places=Fraction(int(shares[at]), _HUNDRED * length),
            planned_days=Fraction(int(planned[at]), _HUNDRED),
            used_days=Fraction(int(planned[at] - absent[at]), _HUNDRED),
            staff=staff[at],
            cost=None if costs is None else Fraction(int(costs[at]), _HUNDRED),
        )
        for at in present
    }


async def _calculate_costs(queries: Queries, within: PeriodColumns, year: int, on: date) -> Column | None:
    """C4: øre by placement, or None where a price is not known."""
    rates, guidelines = await load_prices(queries)
    try:
        costs: Column = calculate_month_costs(within, year, rates, guidelines, on).sum(axis=0)
    except PriceMissing:
        return None
    return costs


async def _calculate_staff(
    queries: Queries,
    places: YearPlaces,
    within: PeriodColumns,
    year: int,
    on: date,
    first_day: date,
    last_day: date,
    present: Sequence[int],
) -> Mapping[int, Fraction]:
    staffing = await load_staffing_ratios(queries)
    extra: defaultdict[int, list[tuple[Days, Fraction]]] = defaultdict(list)
    rows = await load_extra_staff(queries, year, on)
    index, known = places.find([row[0] for row in rows])
    for at, is_known, (_, begins, ends, amount) in zip(index.tolist(), known.tolist(), rows, strict=True):
        if is_known:
            extra[at].append(((begins, ends), Fraction(amount)))
    found = {}
    for at in present:
        own = int(places.per_employee[at]) or None
        begin, end = np.searchsorted(within.placement, [at, at + 1])
        staffed = [
            StaffedPlace(Occupancy(date.fromordinal(first), date.fromordinal(last), share), own)
            for first, last, share in zip(
                within.first_day[begin:end].tolist(),
                within.last_day[begin:end].tolist(),
                within.share[begin:end].tolist(),
                strict=True,
            )
        ]
        found[at] = calculate_average_staff(staffed, extra[at], first_day, last_day, staffing)
    return found
