"""C1-C4, C10: the cost of a month, of a year. The rule is written once, over columns, and it is exact.

With prices as whole øre, supplements as basis points and shares as whole percent, one placement's month is a whole
number over 100 x 10 000 x (days or weekdays of the month), rounded once, half up (C4). For each month there is a table
of the price summed from the month's first day; a row's part of the month is the difference of two of its entries. So a
price that changes inside a month and both prorations need nothing more, and no day is ever looped over.

Why 64 bits are enough. A row's part of a month is at most 31 days x MAX_MONTHLY_ORE x 3 (a supplement of 200 %) x 100 x
10 000 = 9.3e16, so 49 rows of one placement at the very top of the bounds are exact, and at any real price (under
100 000.00 NOK a month) 4 900. The rows are checked against this: ValueError, never a wrong sum. Øre summed over 10
million such placements fit as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.rules.calendar import count_days_in_month
from app.rules.placement_periods import (
    STANDARD_PRICE,
    Column,
    DayColumn,
    PeriodColumns,
    PlacementPeriod,
)
from app.rules.prices import (
    BASIS_POINTS,
    PERCENT,
    Guideline,
    GuidelineMissing,
    PriceMissing,
    Rate,
    RateMissing,
    YearPrices,
)

_LONGEST_MONTH = 31
_LARGEST_EXACT = 2**62
# Rows worked on at a time: few enough that what a month needs periods in the processor's cache.
_BLOCK = 8_192


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a position needs of a year's periods (C6, C10). Amounts in øre; the tuples have one entry per month."""

    forecast_by_month: tuple[int, ...]
    incurred_by_month: tuple[int, ...]
    places: int
    place_months: Fraction
    vta_cost: int | None


def calculate_month_costs(
    periods: PeriodColumns,
    year: int,
    rates: Sequence[Rate],
    guidelines: Sequence[Guideline],
    known_on: date,
    through: date | None = None,
) -> Column:
    """C1-C4: what each placement costs each month, in øre: shape (12, periods.count).

    Prices by what was known on `known_on`. `through` ends every period on that day at the latest: with the position's
    own day it is what has incurred (C6). RateMissing or GuidelineMissing names the first day on which a standard period
    has no price; places at their own price need none.
    """
    tables = _Tables.of(year, YearPrices.from_rows(year, rates, guidelines, known_on))
    periods = periods if through is None else _until(periods, through)
    _require_prices(periods, tables)
    costs = np.zeros((12, periods.count), np.int64)
    for block in _blocks(periods):
        rows = _priced_rows(block, tables)
        for month in range(12):
            costs[month, rows.placement] = _costs(rows, rows.factor, tables.base[month], tables.divisors[month])
    return costs


def calculate_year_totals(
    periods: PeriodColumns, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date, on: date
) -> YearTotals:
    """C6, C10: forecast, incurred, places and the comparison with VTA, summed over all placements in one pass.

    Forecast and incurred are the sums of `calculate_month_costs` without and with `through=on`. `vta_cost` is the
    least the same places would cost the municipality as state-financed VTA (C10): every period, `legacy` too, at
    `vta_share_bp` of the rate with the same share and rounding, supplements left out; None when a day lacks a rate or a
    guideline version, since a comparison stops nothing. RateMissing, GuidelineMissing as in `calculate_month_costs`.
    """
    tables = _Tables.of(year, YearPrices.from_rows(year, rates, guidelines, known_on))
    _require_prices(periods, tables)
    vta = None if _find_missing_price(periods.first_day, periods.last_day, tables) else 0
    forecast, incurred = [0] * 12, [0] * 12
    for block in _blocks(periods):
        rows = _priced_rows(block, tables)
        for month, divisor in enumerate(tables.divisors):
            forecast[month] += int(_costs(rows, rows.factor, tables.base[month], divisor).sum())
            if vta is not None:
                vta += int(_costs(rows, rows.vta_factor, tables.vta[month], divisor).sum())
        if on.year == year:
            rows, month = _priced_rows(_until(block, on), tables), on.month - 1
            incurred[month] += int(_costs(rows, rows.factor, tables.base[month], tables.divisors[month]).sum())
    # Months before the cut have incurred whole, months after it not at all.
    for month in range(12):
        if (year, month + 1) < (on.year, on.month):
            incurred[month] = forecast[month]
    return YearTotals(
        forecast_by_month=tuple(forecast),
        incurred_by_month=tuple(incurred),
        places=count_places(periods, year, on),
        place_months=count_place_months(periods, year),
        vta_cost=vta,
    )


def sum_by_group(costs: Column, groups: npt.NDArray[np.intp], count: int) -> Column:
    """Costs of shape (12, placements) summed by group, say each placement's provider as 0 to count - 1: (12, count)."""
    sums = np.zeros((costs.shape[0], count), np.int64)
    for month, of_month in enumerate(costs):
        np.add.at(sums[month], groups, of_month)
    return sums


def calculate_standard_place_costs(
    first_day: date, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date
) -> list[int]:
    """C8: what one more full standard place costs each month, from a day to the year's end, in øre.

    RateMissing, GuidelineMissing.
    """
    one = PeriodColumns.from_rows([PlacementPeriod(0, first_day)])
    return [int(cost) for cost in calculate_month_costs(one, year, rates, guidelines, known_on)[:, 0]]


def count_place_months(periods: PeriodColumns, year: int) -> Fraction:
    """C6: days covered / days of the month, summed over months and placements.

    **Decided here**: calendar days under either proration, and a place counts whole whatever its share.
    """
    begin, end, days = _days_of_year(periods.first_day, periods.last_day, year)
    active = np.cumsum(np.bincount(begin, minlength=days + 1) - np.bincount(end, minlength=days + 1))
    months = (Fraction(int(active[first:after].sum()), after - first) for first, after in _month_bounds(year))
    return sum(months, Fraction(0))


def count_places(periods: PeriodColumns, year: int, on: date) -> int:
    """C6: how many placements are active on a day of the year; for a day outside it, on the year's last day."""
    day = (on if on.year == year else date(year, 12, 31)).toordinal()
    active = periods.placement[(periods.first_day <= day) & (day <= periods.last_day)]
    return int(np.count_nonzero(np.diff(active, prepend=-1)))


@dataclass(frozen=True, slots=True)
class _Tables:
    """A year's lookup tables: one line a month, prices summed from its first day to each day of the year.

    A line has two halves of days + 1 entries. In `base` the first sums the standard price x 10 000, the second counts
    days for rows that bring a price of their own; in `vta` both sum the rate's share x 10 000. A month's sums are
    divided by its `divisors`. Under `weekdays` a Saturday and a Sunday add nothing anywhere.
    """

    year: int
    base: Column
    vta: Column
    divisors: list[int]
    rate_from: int
    guideline_from: int

    @classmethod
    def of(cls, year: int, prices: YearPrices) -> "_Tables":
        counted = np.zeros((12, len(prices.counted)), np.int64)
        for line, (first, after) in zip(counted, _month_bounds(year), strict=True):
            line[first:after] = prices.counted[first:after]
        base, days, vta = (
            np.pad(np.cumsum(summed, axis=1), ((0, 0), (1, 0)))
            for summed in (counted * np.array(prices.base), counted, counted * np.array(prices.vta))
        )
        return cls(
            year=year,
            base=np.hstack([base, days]),
            vta=np.hstack([vta, vta]),
            divisors=[PERCENT * BASIS_POINTS * int(parts) for parts in counted.sum(axis=1)],
            rate_from=prices.rate_from,
            guideline_from=prices.guideline_from,
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows ready to be looked up: two entries of a line, what to multiply by, and which rows belong together."""

    begin: Column
    end: Column
    factor: Column
    vta_factor: Column
    placement: Column
    """The placements, each once."""
    starts: npt.NDArray[np.intp]
    """Each placement's first row."""
    others: npt.NDArray[np.intp]
    """The rows that are not a placement's first; most placements have none."""
    others_of: npt.NDArray[np.intp]
    """Which of the placements each of those belongs to."""


def _costs(rows: _Rows, factor: Column, sums: Column, divisor: int) -> Column:
    """C3, C4: one month of each of the rows' placements, in øre."""
    parts: Column = sums[rows.end]
    parts -= sums[rows.begin]
    parts *= factor
    costs = parts
    if rows.others.size:
        costs = parts[rows.starts]
        np.add.at(costs, rows.others_of, parts[rows.others])
    # money.round_half_up, for numerators that are never negative over a divisor that is always even.
    costs += divisor // 2
    costs //= divisor
    return costs


def _priced_rows(periods: PeriodColumns, tables: _Tables) -> _Rows:
    """Stays and supplements as rows at their prices. ValueError where a sum might not be exact."""
    begin, end, days = _days_of_year(periods.first_day, periods.last_day, tables.year)
    placement, factor, vta_factor = periods.placement, periods.share, periods.share
    # A standard row's price is in the table; one with its own brings it along and looks up days in the second half.
    own = periods.monthly_ore != STANDARD_PRICE
    if own.any():
        factor = factor * (1 + own * (periods.monthly_ore * BASIS_POINTS - 1))
        begin += own * (days + 1)
        end += own * (days + 1)
    extra = periods.supplements
    if extra is not None and extra.placement.size:
        first_day, last_day = _while_placed(periods, extra)
        extra_begin, extra_end, _ = _days_of_year(
            np.maximum(extra.first_day, first_day), np.minimum(extra.last_day, last_day), tables.year
        )
        placement = np.concatenate([placement, extra.placement])
        order = np.argsort(placement, kind="stable")
        placement = placement[order]
        begin = np.concatenate([begin, extra_begin + days + 1])[order]
        end = np.concatenate([end, extra_end + days + 1])[order]
        factor = np.concatenate([factor, extra.monthly_ore * (PERCENT * BASIS_POINTS)])[order]
        vta_factor = np.concatenate([vta_factor, np.zeros_like(extra.monthly_ore)])[order]

    is_first = np.diff(placement, prepend=-1) != 0
    starts, others = np.flatnonzero(is_first), np.flatnonzero(~is_first)
    most = int(np.diff(starts, append=placement.size).max(initial=0))
    largest = max(PERCENT * int(tables.base[:, days].max()), _LONGEST_MONTH * int(factor.max(initial=0)))
    if most * largest >= _LARGEST_EXACT:
        raise ValueError("too many rows of one placement, at too large amounts, for an exact sum")
    others_of = np.cumsum(is_first)[others] - 1 if others.size else others
    return _Rows(begin, end, factor, vta_factor, placement[starts], starts, others, others_of)


def _require_prices(periods: PeriodColumns, tables: _Tables) -> None:
    """C1: every day of every standard period has a rate and a guideline version; else the first day that lacks one."""
    standard = periods.monthly_ore == STANDARD_PRICE
    missing = _find_missing_price(periods.first_day[standard], periods.last_day[standard], tables)
    if missing is not None:
        raise missing


def _find_missing_price(first_day: DayColumn, last_day: DayColumn, tables: _Tables) -> PriceMissing | None:
    priced_from = max(tables.rate_from, tables.guideline_from)
    if priced_from == 0:
        return None
    begin, end, _ = _days_of_year(first_day, last_day, tables.year)
    first = int(begin[begin < end].min(initial=priced_from))
    if first == priced_from:
        return None
    day = date.fromordinal(_year_days(tables.year)[0] + first)
    return RateMissing(day) if first < tables.rate_from else GuidelineMissing(day)


def _until(periods: PeriodColumns, day: date) -> PeriodColumns:
    """The same periods, as if every place ended on the day at the latest (C6), its supplements with it."""
    return replace(periods, last_day=np.minimum(periods.last_day, np.int32(day.toordinal())))


def _blocks(periods: PeriodColumns) -> Iterator[PeriodColumns]:
    """The periods in pieces of some thousand rows, never cutting a placement in two."""
    extra = periods.supplements
    edges = np.searchsorted(periods.placement, periods.placement[_BLOCK::_BLOCK])
    for first, after in pairwise(np.unique([0, *edges, periods.placement.size])):
        block = _at(periods, slice(first, after))
        if extra is not None:
            # Supplements of placements without a row fall out here: there is no day on which they count.
            block = replace(block, supplements=_at(extra, np.isin(extra.placement, block.placement)))
        yield block


def _at(periods: PeriodColumns, rows: slice | npt.NDArray[np.bool_]) -> PeriodColumns:
    return PeriodColumns(
        periods.count,
        periods.placement[rows],
        periods.first_day[rows],
        periods.last_day[rows],
        periods.share[rows],
        periods.monthly_ore[rows],
    )


def _while_placed(periods: PeriodColumns, supplements: PeriodColumns) -> tuple[DayColumn, DayColumn]:
    """For each supplement the first and the last day of its placement, over all its rows."""
    starts = np.flatnonzero(np.diff(periods.placement, prepend=-1))
    of = np.searchsorted(periods.placement[starts], supplements.placement)
    return np.minimum.reduceat(periods.first_day, starts)[of], np.maximum.reduceat(periods.last_day, starts)[of]


def _days_of_year(first_day: DayColumn, last_day: DayColumn, year: int) -> tuple[Column, Column, int]:
    """Each period as days from 1 January, the first counted and the end not, and the year's number of days."""
    start, days = _year_days(year)
    begin = np.clip(first_day - start, 0, days).astype(np.int64)
    end = np.clip(last_day - (start - 1), 0, days).astype(np.int64)
    return begin, np.maximum(begin, end), days


def _year_days(year: int) -> tuple[int, int]:
    """The ordinal of 1 January, and the year's number of days."""
    start = date(year, 1, 1).toordinal()
    return start, date(year, 12, 31).toordinal() - start + 1


def _month_bounds(year: int) -> Iterator[tuple[int, int]]:
    """Each month's first day and the day after its last, in days from 1 January."""
    first = 0
    for month in range(1, 13):
        after = first + count_days_in_month(year, month)
        yield first, after
        first = after
