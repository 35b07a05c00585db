"""The placements of a year as columns (S2): those that the position is computed from (C4), and who is absent (A3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

import numpy as np
import numpy.typing as npt
from asyncpg import Record
from sqlalchemy import text

from app.budget.placement_periods import IdentifiedPeriods, copy_rows, load_identified_periods, row_type, sort_keys
from app.database.queries import CompiledQuery, Queries
from app.figures.cells import AREAS, MONTHS, Cell
from app.rules.calendar import get_month_range
from app.rules.cost import sum_by_group
from app.rules.extensive_absence import AbsenceWindow, PercentPeriod, count_absent_hundredths
from app.rules.placement_periods import Column, Mask

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


@dataclass(slots=True)
class YearPlaces:
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


async def load_placements(queries: Queries, year: int, on: date, *, is_protected_shown: bool) -> YearPlaces:
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
    return YearPlaces(known, cells, cell_of, groups["per_employee"].astype(np.int64))


async def count_absent(queries: Queries, places: YearPlaces, year: int, on: date) -> Column:
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


async def load_extra_staff(queries: Queries, year: int, on: date) -> Sequence[Record]:
    """L6: full-time equivalents that agreements add in the year, as known on a day: (placement, first day, last day or
    None, amount)."""
    return await queries.fetch(_EXTRA_STAFF, on=on, first=date(year, 1, 1), last=date(year, 12, 31))
