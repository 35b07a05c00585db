"""C1-C4, C10: the cost of a month, of a year. The rule is written once, over columns, and it is exact.

With prices as whole øre, supplements as basis points and shares as whole percent, one placement's month is a whole
number over 100 x 10 000 x (days or weekdays of the month), rounded once, half up (C4). For each month there is a
table of the sum of the price from the month's first day; a row's part of the month is the difference of two of its
entries. So a price that changes inside a month and both prorations need nothing more, and no day is ever looped over.

Why 64 bits are enough. A row's part of a month is at most 31 days x MAX_MONTHLY_ORE x 3 (a supplement of 200 %) x 100
x 10 000 = 9.3e16, so 49 rows of one placement at the very top of the bounds are exact, and at any real price (under
100 000.00 NOK a month) 4 900. The rows are checked against this: ValueError, never a wrong sum.

Rates and guideline versions are in `prices`, the columns in `stays`; both are to be had from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from app.rules.calendar import days_in_month, is_weekday
from app.rules.prices import (
    BASIS_POINTS,
    Guideline,
    GuidelineMissing,
    Proration,
    Rate,
    RateMissing,
    base_price_on,
    guideline_on,
    guidelines_in_order,
    known_rates,
    proration_of,
    rate_on,
)
from app.rules.stays import OPEN_END, STANDARD_PRICE, Column, Days, Stay, Stays, Supplement, Supplements

__all__ = [
    "OPEN_END",
    "STANDARD_PRICE",
    "Guideline",
    "GuidelineMissing",
    "Proration",
    "Rate",
    "RateMissing",
    "Stay",
    "Stays",
    "Supplement",
    "Supplements",
    "YearTotals",
    "base_price_on",
    "guideline_on",
    "month_costs",
    "place_months",
    "places_on",
    "proration_of",
    "rate_on",
    "standard_month_costs",
    "sum_by",
    "vta_cost",
    "year_totals",
]

_PERCENT = 100
_LARGEST_EXACT = 2**62


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What a position needs of a year's stays (C6, C10). Amounts in øre; the tuples have one entry per month."""

    forecast_by_month: tuple[int, ...]
    incurred_by_month: tuple[int, ...]
    places: int
    place_months: Fraction
    vta_cost: int | None


def month_costs(
    stays: Stays,
    year: int,
    rates: Sequence[Rate],
    guidelines: Sequence[Guideline],
    known_on: date,
    through: date | None = None,
) -> Column:
    """C1-C4: what each placement costs each month, in øre: shape (12, stays.count).

    Prices by what was known on `known_on`. `through` ends every stay on that day at the latest: with the position's
    own day it is what has incurred (C6). RateMissing or GuidelineMissing names the first day on which a standard stay
    has no price; places at their own price need none.
    """
    prices = _Prices.of(year, rates, guidelines, known_on)
    rows = _priced_rows(stays, prices, through)
    costs = np.zeros((12, stays.count), np.int64)
    for month, table in enumerate(prices.base):
        costs[month, rows.placement] = _costs(rows, table)
    return costs


def year_totals(
    stays: Stays, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date, on: date
) -> YearTotals:
    """C6, C10: forecast, incurred, places and the comparison with VTA, summed over all placements in one pass.

    The same as the sums of `month_costs` without and with `through=on`, `places_on`, `place_months` and `vta_cost`.
    RateMissing, GuidelineMissing.
    """
    prices = _Prices.of(year, rates, guidelines, known_on)
    rows = _priced_rows(stays, prices, None)
    forecast = tuple(int(_costs(rows, table).sum()) for table in prices.base)
    # Months before the cut have incurred whole, months after it not at all: only its own month is computed again.
    incurred = [total if (year, month) < (on.year, on.month) else 0 for month, total in enumerate(forecast, start=1)]
    if on.year == year:
        cut = _priced_rows(stays, prices, on)
        incurred[on.month - 1] = int(_costs(cut, prices.base[on.month - 1]).sum())
    return YearTotals(
        forecast_by_month=forecast,
        incurred_by_month=tuple(incurred),
        places=places_on(stays, year, on),
        place_months=place_months(stays, year),
        vta_cost=_vta_cost(stays, prices),
    )


def sum_by(costs: Column, groups: npt.NDArray[np.intp], count: int) -> Column:
    """Costs of (12, placements) summed by group (a provider's index per placement): shape (12, count), øre."""
    sums = np.zeros((costs.shape[0], count), np.int64)
    for month in range(costs.shape[0]):
        np.add.at(sums[month], groups, costs[month])
    return sums


def standard_month_costs(
    first_day: date, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date
) -> list[int]:
    """C8: what one more full standard place costs each month, from a day to the year's end, in øre.

    RateMissing, GuidelineMissing.
    """
    one = Stays.from_rows([Stay(0, first_day, None)])
    return [int(cost) for cost in month_costs(one, year, rates, guidelines, known_on)[:, 0]]


def vta_cost(
    stays: Stays, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date
) -> int | None:
    """C10: the least the same places would cost the municipality as state-financed VTA, in øre.

    Every stay, `legacy` too, at `vta_share_bp` of the rate, with the same share and rounding; supplements are not
    part of it. None when a day lacks a rate or a guideline version: a comparison, so it stops nothing.
    """
    return _vta_cost(stays, _Prices.of(year, rates, guidelines, known_on))


def place_months(stays: Stays, year: int) -> Fraction:
    """C6: days covered / days of the month, summed over months and placements.

    **Decided here**: calendar days under either proration, and a place counts whole whatever its share, so that the
    average monthly cost is that of a place as it is in fact used.
    """
    begin, end, days = _days_of_year(stays.first_day, stays.last_day, year, None)
    changes = np.bincount(begin, minlength=days + 1) - np.bincount(end, minlength=days + 1)
    active = np.cumsum(changes)
    return sum(
        (Fraction(int(active[first:after].sum()), after - first) for first, after in _month_bounds(year)), Fraction(0)
    )


def places_on(stays: Stays, year: int, on: date) -> int:
    """C6: how many placements are active on a day of the year; for a day outside it, on the year's last day."""
    day = (on if on.year == year else date(year, 12, 31)).toordinal()
    active = stays.placement[(stays.first_day <= day) & (day <= stays.last_day)]
    return int(active.size and 1 + np.count_nonzero(active[1:] != active[:-1]))


@dataclass(frozen=True, slots=True)
class _Table:
    """One month: sums of prices from its first day to each day of the year, and what a cost is divided by.

    `sums` has two halves of days + 1 entries: the standard price x 10 000 per day, then the plain count of days, for
    rows that carry a price of their own. Under `weekdays` a Saturday and a Sunday add nothing to either.
    """

    sums: Column
    denominator: int


@dataclass(frozen=True, slots=True)
class _Prices:
    """A year's tables, and how far into the year the standard price is missing (in days from 1 January)."""

    year: int
    base: list[_Table]
    vta: list[_Table]
    rate_from: int
    guideline_from: int

    @classmethod
    def of(cls, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date) -> "_Prices":
        start = date(year, 1, 1).toordinal()
        days = date(year, 12, 31).toordinal() - start + 1
        rate = np.zeros(days, np.int64)
        base_bp = np.zeros(days, np.int64)
        vta_bp = np.zeros(days, np.int64)
        rate_from = guideline_from = days
        # In order, so each row writes over the one it follows, from its own first day on.
        for row in known_rates(rates, known_on):
            first = max(row.valid_from.toordinal() - start, 0)
            rate[first:] = row.monthly_ore
            rate_from = min(rate_from, first)
        for version in guidelines_in_order(guidelines):
            first = max(version.valid_from.toordinal() - start, 0)
            base_bp[first:] = BASIS_POINTS + version.supplement_bp
            vta_bp[first:] = version.vta_share_bp
            guideline_from = min(guideline_from, first)

        base, vta = [], []
        for month, (first, after) in enumerate(_month_bounds(year), start=1):
            counted = np.zeros(days, np.int64)
            counted[first:after] = 1
            if proration_of(guidelines, year, month) == "weekdays":
                counted[first:after] = [is_weekday(date.fromordinal(start + day)) for day in range(first, after)]
            denominator = _PERCENT * BASIS_POINTS * int(counted.sum())
            base.append(_Table(_running(counted * rate * base_bp, counted), denominator))
            vta.append(_Table(_running(counted * rate * vta_bp, counted), denominator))
        return cls(year, base, vta, rate_from, guideline_from)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows ready to be looked up: entries of a table's sums, what to multiply by, and where each placement starts."""

    begin: Column
    end: Column
    factor: Column
    placement: Column
    starts: npt.NDArray[np.intp] | None
    """First row of each placement; None when every placement has one row."""


def _costs(rows: _Rows, table: _Table) -> Column:
    """C3, C4: one month of each of the rows' placements, in øre."""
    costs: Column = table.sums[rows.end] - table.sums[rows.begin]
    costs *= rows.factor
    if rows.starts is not None:
        costs = np.add.reduceat(costs, rows.starts)
    # money.round_half_up for numerators that are never negative and a denominator that is always even.
    costs += table.denominator // 2
    costs //= table.denominator
    return costs


def _priced_rows(stays: Stays, prices: _Prices, through: date | None) -> _Rows:
    """The stays and supplements at their prices. RateMissing, GuidelineMissing."""
    begin, end, days = _days_of_year(stays.first_day, stays.last_day, prices.year, through)
    own = stays.monthly_ore != STANDARD_PRICE
    _check_prices(prices, begin[~own], end[~own])

    factor = stays.share * np.where(own, stays.monthly_ore * BASIS_POINTS, 1)
    begin += np.where(own, days + 1, 0)
    end += np.where(own, days + 1, 0)
    placement = stays.placement
    extra = stays.supplements
    if extra.placement.size:
        first_day, last_day = _while_placed(stays)
        extra_begin, extra_end, _ = _days_of_year(
            np.maximum(extra.first_day, first_day[extra.placement]),
            np.minimum(extra.last_day, last_day[extra.placement]),
            prices.year,
            through,
        )
        order = np.argsort(np.concatenate([placement, extra.placement]), kind="stable")
        begin = np.concatenate([begin, extra_begin + days + 1])[order]
        end = np.concatenate([end, extra_end + days + 1])[order]
        factor = np.concatenate([factor, extra.monthly_ore * (_PERCENT * BASIS_POINTS)])[order]
        placement = np.concatenate([placement, extra.placement])[order]
    return _rows(begin, end, factor, placement, prices.base)


def _vta_cost(stays: Stays, prices: _Prices) -> int | None:
    begin, end, _ = _days_of_year(stays.first_day, stays.last_day, prices.year, None)
    try:
        _check_prices(prices, begin, end)
    except (RateMissing, GuidelineMissing):
        return None
    rows = _rows(begin, end, stays.share, stays.placement, prices.vta)
    return sum(int(_costs(rows, table).sum()) for table in prices.vta)


def _rows(begin: Column, end: Column, factor: Column, placement: Column, tables: list[_Table]) -> _Rows:
    starts = np.flatnonzero(np.diff(placement, prepend=-1))
    most = int(np.diff(starts, append=placement.size).max(initial=0))
    # Each half of a table is looked up with factors of its own.
    half = tables[0].sums.size // 2
    is_own = begin >= half
    for rows, largest_sum in (
        (factor[~is_own], max(int(table.sums[half - 1]) for table in tables)),
        (factor[is_own], 31),
    ):
        if most * int(rows.max(initial=0)) * largest_sum >= _LARGEST_EXACT:
            raise ValueError("too many rows of one placement at too large amounts for an exact sum")
    return _Rows(begin, end, factor, placement[starts], None if most <= 1 else starts)


def _check_prices(prices: _Prices, begin: Column, end: Column) -> None:
    """C1: every day of these standard rows has a rate and a guideline version, else the first that lacks one."""
    priced_from = max(prices.rate_from, prices.guideline_from)
    unpriced = begin[(begin < priced_from) & (begin < end)] if priced_from else begin[:0]
    if unpriced.size:
        first = int(unpriced.min())
        day = date.fromordinal(date(prices.year, 1, 1).toordinal() + first)
        raise RateMissing(day) if first < prices.rate_from else GuidelineMissing(day)


def _days_of_year(first_day: Days, last_day: Days, year: int, through: date | None) -> tuple[Column, Column, int]:
    """Each period as days from 1 January, first counted and end not, and the year's number of days."""
    start = date(year, 1, 1).toordinal()
    days = date(year, 12, 31).toordinal() - start + 1
    limit = days if through is None else min(max(through.toordinal() - start + 1, 0), days)
    begin = np.clip(first_day - start, 0, days).astype(np.int64)
    end = np.clip(last_day - (start - 1), 0, limit).astype(np.int64)
    return begin, np.maximum(begin, end), days


def _while_placed(stays: Stays) -> tuple[Days, Days]:
    """The first and last day of each placement over all its rows; an impossible period where it has none."""
    first_day = np.full(stays.count, OPEN_END, np.int32)
    last_day = np.zeros(stays.count, np.int32)
    np.minimum.at(first_day, stays.placement, stays.first_day)
    np.maximum.at(last_day, stays.placement, stays.last_day)
    return first_day, last_day


def _month_bounds(year: int) -> Iterator[tuple[int, int]]:
    """Each month's first day and the day after its last, in days from 1 January."""
    first = 0
    for month in range(1, 13):
        after = first + days_in_month(year, month)
        yield first, after
        first = after


def _running(*halves: Column) -> Column:
    return np.concatenate([part for half in halves for part in (np.zeros(1, np.int64), np.cumsum(half))])
