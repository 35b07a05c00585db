"""C1-C4, C10: the cost of a month, of a year. The rule is written once, over columns, and it is exact.

It has two faces: sums for a position (`calculate_month_costs`, `calculate_year_totals`), and one month cut into parts
with a price each (`cut_month`), from which `settlement` makes lines. For both, prices by day come from
`prices.YearPrices`, periods and supplements within the year from `_list_rows`, and øre from `calculate_cost`.

With prices as whole øre, supplements as basis points and shares as whole percent, one placement's month is a whole
number over 100 x 10 000 x (days or weekdays of the month), rounded once, half up (C4). For each month there is a table
of the price summed from the month's first day; a row's part of the month is the difference of two of its entries. So a
price that changes inside a month and both prorations need nothing more, and no day is ever looped over.

Why 64 bits are enough. A row's part of a month is at most 31 days x MAX_MONTHLY_ORE x 3 (a supplement of 200 %) x 100 x
10 000 = 9.3e16, so 49 rows of one placement at the very top of the bounds are exact, and at any real price (under
100 000.00 NOK a month) 4 900. The rows are checked against this: ValueError, never a wrong sum. Øre summed over 10
million such placements fit as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from app.rules.calendar import get_month_range, list_month_bounds
from app.rules.placement_periods import (
    STANDARD_PRICE,
    Column,
    DayColumn,
    Mask,
    PeriodColumns,
    PlacementPeriod,
    clip_to_year,
    count_place_months,
    count_places,
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

_Amount = TypeVar("_Amount", int, Column)

_LONGEST_MONTH = 31
_LARGEST_EXACT = 2**62
# Rows worked on at a time: few enough that what a month needs stays in the processor's cache.
_BLOCK = 8_192


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a position needs of a year's periods (C6, C10). Amounts in øre; the tuples have one entry per month.

    `standard_place_cost` is what one more full standard place costs from the day asked for to the year's end (C8), None
    if no day was asked for or one of them has no price.
    """

    forecast_by_month: tuple[int, ...]
    incurred_by_month: tuple[int, ...]
    places: int
    place_months: Fraction
    vta_cost: int
    standard_place_cost: int | None = None


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
    prices = YearPrices.from_rows(year, rates, guidelines, known_on)
    tables = _YearTables.from_prices(prices)
    periods = periods if through is None else periods.clip(date.min, through)
    _require_prices(periods, prices)
    costs = np.zeros((12, periods.count), np.int64)
    for block in periods.split(_BLOCK):
        rows = _price_rows(block, tables)
        for month in range(12):
            costs[month, rows.placement] = tables.sum_base(rows, month)
    return costs


def calculate_year_totals(
    periods: PeriodColumns,
    year: int,
    rates: Sequence[Rate],
    guidelines: Sequence[Guideline],
    known_on: date,
    on: date,
    room_from: date | None = None,
) -> YearTotals:
    """C6, C8, C10: forecast, incurred, places and the comparison with VTA, summed over all placements in one pass; and
    what one more place costs from `room_from`.

    Forecast and incurred are the sums of `calculate_month_costs` without and with `through=on`. `vta_cost` is the
    least the same places would cost the municipality as state-financed VTA (C10): every period, `legacy` too, at
    `vta_share_bp` of the rate with the same share and rounding, supplements left out. RateMissing or GuidelineMissing
    as in `calculate_month_costs`, and then for places at their own price too, which the comparison needs a rate for.
    """
    prices = YearPrices.from_rows(year, rates, guidelines, known_on)
    tables = _YearTables.from_prices(prices)
    _require_prices(periods, prices)
    _require_days_priced(periods.first_day, periods.last_day, prices)
    vta_cost = 0
    forecast, incurred = [0] * 12, [0] * 12
    for block in periods.split(_BLOCK):
        rows = _price_rows(block, tables)
        for month in range(12):
            forecast[month] += int(tables.sum_base(rows, month).sum())
            vta_cost += int(tables.sum_vta(rows, month).sum())
        if on.year == year:
            rows, month = _price_rows(block.clip(date.min, on), tables), on.month - 1
            incurred[month] += int(tables.sum_base(rows, month).sum())
    # Months before the cut have incurred whole, months after it not at all.
    for month in range(12):
        if (year, month + 1) < (on.year, on.month):
            incurred[month] = forecast[month]
    return YearTotals(
        forecast_by_month=tuple(forecast),
        incurred_by_month=tuple(incurred),
        places=count_places(periods, year, on),
        place_months=count_place_months(periods, year),
        vta_cost=vta_cost,
        standard_place_cost=None if room_from is None else _calculate_standard_place_cost(room_from, tables),
    )


def sum_by_group(costs: Column, groups: npt.NDArray[np.intp], count: int) -> Column:
    """Costs of shape (12, placements) summed by group, say each placement's provider as 0 to count - 1: (12, count)."""
    sums = np.zeros((costs.shape[0], count), np.int64)
    for month, of_month in enumerate(costs):
        np.add.at(sums[month], groups, of_month)
    return sums


@dataclass(frozen=True, slots=True)
class MonthParts:
    """A month of every row as columns: consecutive days at one price and share, ordered by placement.

    `begin` and `end` are days from 1 January, the end not counted. `days` are those that the proration counts, of the
    month's `counted_days` (C3). `price_bp` is what a full place costs a month in øre x 10 000. `is_standard` says that
    the price is the one of the day in `YearPrices`, `is_supplement` that it comes on top of a place's (L6).
    """

    counted_days: int
    placement: Column
    begin: Column
    end: Column
    days: Column
    share: Column
    price_bp: Column
    is_standard: Mask
    is_supplement: Mask


def cut_month(periods: PeriodColumns, month: int, prices: YearPrices) -> MonthParts:
    """C1-C4: a month (1 to 12) of the prices' year, cut where a rate or a guideline version begins to hold.

    A placement's cost is `calculate_cost` of the sum of its parts' price x share x days. RateMissing or
    GuidelineMissing names the first day of the month on which a standard period has no price.
    """
    first, after = list_month_bounds(prices.year)[month - 1]
    _require_prices(periods.clip(*get_month_range(prices.year, month)), prices)
    rows = _list_rows(periods, prices.year)
    standard = rows.monthly_ore == STANDARD_PRICE
    changes = [day for day in range(first + 1, after) if _is_price_change(prices, day)]
    cuts = [(~standard, first, after), *((standard, *cut) for cut in pairwise([first, *changes, after]))]
    pieces = []
    for chosen, low, high in cuts:
        begin, end = np.maximum(rows.begin, low), np.minimum(rows.end, high)
        at = np.flatnonzero(chosen & (begin < end))
        pieces.append((at, begin[at], end[at]))
    at, begin, end = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    order = np.lexsort((begin, at))
    at, begin, end = at[order], begin[order], end[order]
    counted = np.cumsum([0, *prices.counted])
    return MonthParts(
        counted_days=int(counted[after] - counted[first]),
        placement=rows.placement[at],
        begin=begin,
        end=end,
        days=counted[end] - counted[begin],
        share=rows.share[at],
        price_bp=np.where(standard[at], np.array(prices.base)[begin], rows.monthly_ore[at] * BASIS_POINTS),
        is_standard=standard[at],
        is_supplement=rows.is_supplement[at],
    )


def calculate_cost(summed: _Amount, counted_days: int) -> _Amount:
    """C4: øre from a month's sum of price (øre x 10 000) x share (percent) x days, rounded once, half up.

    Of one month, or of a column of them, which is changed in place; sums are never negative.
    """
    # Half up, as money.round_half_up does it, in two operations: the divisor is always even.
    divisor = PERCENT * BASIS_POINTS * counted_days
    summed += divisor // 2
    summed //= divisor
    return summed


def _is_price_change(prices: YearPrices, day: int) -> bool:
    return prices.rates[day] is not prices.rates[day - 1] or prices.guidelines[day] is not prices.guidelines[day - 1]


@dataclass(frozen=True, slots=True)
class _YearTables:
    """A year's lookup tables: one line a month, prices summed from its first day to each day of the year.

    A line has two halves of days + 1 entries. In `base` the first sums the standard price x 10 000, the second counts
    days for rows that bring a price of their own; in `vta` both sum the rate's share x 10 000. A month's sums are
    divided by its `counted_days`. Under `weekdays` a Saturday and a Sunday add nothing anywhere.
    """

    prices: YearPrices
    base: Column
    vta: Column
    counted_days: list[int]

    @classmethod
    def from_prices(cls, prices: YearPrices) -> "_YearTables":
        counted = np.zeros((12, len(prices.counted)), np.int64)
        for line, (first, after) in zip(counted, list_month_bounds(prices.year), strict=True):
            line[first:after] = prices.counted[first:after]
        base, days, vta = (
            np.pad(np.cumsum(summed, axis=1), ((0, 0), (1, 0)))
            for summed in (counted * np.array(prices.base), counted, counted * np.array(prices.vta))
        )
        return cls(
            prices=prices,
            base=np.hstack([base, days]),
            vta=np.hstack([vta, vta]),
            counted_days=[int(days_of_month) for days_of_month in counted.sum(axis=1)],
        )

    def sum_base(self, rows: "_PricedRows", month: int) -> Column:
        """C3, C4: a month (from 0) of each of the rows' placements, in øre."""
        return _sum_rows(rows, rows.factor, self.base[month], self.counted_days[month])

    def sum_vta(self, rows: "_PricedRows", month: int) -> Column:
        """C10: the same as state-financed VTA."""
        return _sum_rows(rows, rows.vta_factor, self.vta[month], self.counted_days[month])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Periods and supplements within a year, ordered by placement; `begin` and `end` as in `MonthParts`."""

    placement: Column
    begin: Column
    end: Column
    share: Column
    monthly_ore: Column
    is_supplement: Mask


@dataclass(frozen=True, slots=True)
class _PricedRows:
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


def _sum_rows(rows: _PricedRows, factor: Column, sums: Column, counted_days: int) -> Column:
    parts: Column = sums[rows.end]
    parts -= sums[rows.begin]
    parts *= factor
    summed = parts
    if rows.others.size:
        summed = parts[rows.starts]
        np.add.at(summed, rows.others_of, parts[rows.others])
    return calculate_cost(summed, counted_days)


def _list_rows(periods: PeriodColumns, year: int) -> _Rows:
    """L6: a supplement is a row with a price of its own, while its placement lasts and at no share."""
    begin, end = clip_to_year(periods.first_day, periods.last_day, year)
    placement, share, monthly_ore = periods.placement, periods.share, periods.monthly_ore
    extra = periods.supplements
    if extra is None or not extra.placement.size:
        return _Rows(placement, begin, end, share, monthly_ore, np.zeros(placement.size, np.bool_))
    known = np.isin(extra.placement, placement)
    extra = extra if known.all() else extra.select(known)
    first_day, last_day = _find_placement_days(periods, extra)
    extra_begin, extra_end = clip_to_year(
        np.maximum(extra.first_day, first_day), np.minimum(extra.last_day, last_day), year
    )
    is_supplement = np.repeat([False, True], [placement.size, extra.placement.size])
    placement = np.concatenate([placement, extra.placement])
    order = np.argsort(placement, kind="stable")
    return _Rows(
        placement[order],
        np.concatenate([begin, extra_begin])[order],
        np.concatenate([end, extra_end])[order],
        np.concatenate([share, np.full_like(extra.share, PERCENT)])[order],
        np.concatenate([monthly_ore, extra.monthly_ore])[order],
        is_supplement[order],
    )


def _price_rows(periods: PeriodColumns, tables: _YearTables) -> _PricedRows:
    """Rows with the table entries of their prices. ValueError where a sum might not be exact."""
    rows = _list_rows(periods, tables.prices.year)
    begin, end, factor, vta_factor = rows.begin, rows.end, rows.share, rows.share
    days = len(tables.prices.counted)
    # A standard row's price is in the table; one with its own brings it along and looks up days in the second half.
    own = rows.monthly_ore != STANDARD_PRICE
    if own.any():
        factor = factor * (1 + own * (rows.monthly_ore * BASIS_POINTS - 1))
        second_half = own * (days + 1)
        begin, end = begin + second_half, end + second_half
    if rows.is_supplement.any():
        vta_factor = np.where(rows.is_supplement, 0, vta_factor)

    is_first = np.diff(rows.placement, prepend=-1) != 0
    starts, others = np.flatnonzero(is_first), np.flatnonzero(~is_first)
    most = int(np.diff(starts, append=rows.placement.size).max(initial=0))
    largest = max(PERCENT * int(tables.base[:, days].max()), _LONGEST_MONTH * int(factor.max(initial=0)))
    if most * largest >= _LARGEST_EXACT:
        raise ValueError("too many rows of one placement, at too large amounts, for an exact sum")
    others_of = np.cumsum(is_first)[others] - 1 if others.size else others
    return _PricedRows(begin, end, factor, vta_factor, rows.placement[starts], starts, others, others_of)


def _calculate_standard_place_cost(first_day: date, tables: _YearTables) -> int | None:
    one = PeriodColumns.from_rows([PlacementPeriod(0, first_day)])
    try:
        _require_prices(one, tables.prices)
    except PriceMissing:
        return None
    rows = _price_rows(one, tables)
    return sum(int(tables.sum_base(rows, month).sum()) for month in range(12))


def _require_prices(periods: PeriodColumns, prices: YearPrices) -> None:
    """C1: every day of every standard period has a rate and a guideline version; else the first day that lacks one."""
    standard = periods.monthly_ore == STANDARD_PRICE
    _require_days_priced(periods.first_day[standard], periods.last_day[standard], prices)


def _require_days_priced(first_day: DayColumn, last_day: DayColumn, prices: YearPrices) -> None:
    priced_from = max(prices.rate_from, prices.guideline_from)
    if priced_from == 0:
        return
    begin, end = clip_to_year(first_day, last_day, prices.year)
    first = int(begin[begin < end].min(initial=priced_from))
    if first < priced_from:
        day = date.fromordinal(date(prices.year, 1, 1).toordinal() + first)
        raise RateMissing(day) if first < prices.rate_from else GuidelineMissing(day)


def _find_placement_days(periods: PeriodColumns, supplements: PeriodColumns) -> tuple[DayColumn, DayColumn]:
    """For each supplement the first and the last day of its placement, over all its rows."""
    starts = np.flatnonzero(np.diff(periods.placement, prepend=-1))
    of = np.searchsorted(periods.placement[starts], supplements.placement)
    return np.minimum.reduceat(periods.first_day, starts)[of], np.maximum.reduceat(periods.last_day, starts)[of]
