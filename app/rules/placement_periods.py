"""Which placement covers which days, at what share and price (L1, L2, L6, L7), as rows and as columns.

Rows describe single placements; columns hold every placement of a year, and `cost` computes with them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.rules.calendar import count_days_in_year, list_month_bounds
from app.rules.prices import MAX_MONTHLY_ORE, PERCENT

Column = npt.NDArray[np.int64]
DayColumn = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

OPEN_END = date.max.toordinal()
"""A column's `last_day` where there is none (L7)."""

STANDARD_PRICE = -1
"""A column's `monthly_ore` where the price is the guideline's (L2); any other is the placement's own (`legacy`)."""


@dataclass(frozen=True, slots=True)
class PlacementPeriod:
    """A period of one placement with one share (whole percent, 1 to 100) and one price.

    `placement` is the placement's index, from 0. `last_day` None is without end (L7). `monthly_ore` is the
    placement's own price for a full place (L2); None is the standard price.
    """

    placement: int
    first_day: date
    last_day: date | None = None
    share: int = PERCENT
    monthly_ore: int | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """L6: a monthly amount on top of a placement's price, never scaled by its share, on the days the placement
    exists.
    """

    placement: int
    first_day: date
    last_day: date | None
    monthly_ore: int


@dataclass(frozen=True, slots=True)
class PeriodColumns:
    """Periods of any number of placements, as columns of equal length, ordered by placement.

    `placement` is the placement's index, 0 to `count` - 1; several rows may be segments of one placement (another
    share or price from a day), and they are rounded together (C4). The rows of one placement never share a day: L1,
    kept by the database. `first_day` and `last_day` are `date.toordinal()`, both counted, OPEN_END where there is no
    last day; a last day before the first is no period at all and costs nothing. `share` is whole percent,
    1 to 100. `monthly_ore` is the placement's own price for a full place in øre, or STANDARD_PRICE.

    `supplements` (L6) are the same columns once more: their `monthly_ore` comes on top, whatever any `share`, on the
    days the placement exists, from its first row's first day to its last row's last.

    ValueError when a bound is broken. Made with `from_columns` or `from_rows`, which sort.
    """

    count: int
    placement: Column
    first_day: DayColumn
    last_day: DayColumn
    share: Column
    monthly_ore: Column
    supplements: "PeriodColumns | None" = None

    def __post_init__(self) -> None:
        columns = (self.placement, self.first_day, self.last_day, self.share, self.monthly_ore)
        if any(column.ndim != 1 or column.size != self.placement.size for column in columns):
            raise ValueError("the columns must be one-dimensional and equally long")
        if not _is_ordered(self.placement):
            raise ValueError("the rows must be ordered by placement")
        _require_range("a placement's index", self.placement, 0, self.count - 1)
        _require_range("a share in percent", self.share, 1, PERCENT)
        _require_range("a monthly price in øre", self.monthly_ore, STANDARD_PRICE, MAX_MONTHLY_ORE)
        if self.supplements is not None:
            _require_range("a placement's index", self.supplements.placement, 0, self.count - 1)
            _require_range("a supplement in øre", self.supplements.monthly_ore, 0, MAX_MONTHLY_ORE)

    @classmethod
    def from_columns(
        cls,
        placement: npt.ArrayLike,
        first_day: npt.ArrayLike,
        last_day: npt.ArrayLike,
        share: npt.ArrayLike,
        monthly_ore: npt.ArrayLike,
        *,
        supplements: "PeriodColumns | None" = None,
        count: int | None = None,
    ) -> "PeriodColumns":
        """From columns in any order and of any integer type (those of the class's own types are not copied).

        `count` defaults to one more than the largest index; give it when placements at the end may have no row.
        """
        placements = np.asarray(placement, np.int64)
        order = slice(None) if _is_ordered(placements) else np.argsort(placements, kind="stable")
        if count is None:
            count = max(int(placements.max(initial=-1)) + 1, 0 if supplements is None else supplements.count)
        return cls(
            count,
            placements[order],
            np.asarray(first_day, np.int32)[order],
            np.asarray(last_day, np.int32)[order],
            np.asarray(share, np.int64)[order],
            np.asarray(monthly_ore, np.int64)[order],
            supplements,
        )

    @classmethod
    def from_rows(
        cls, rows: Iterable[PlacementPeriod], supplements: Iterable[Supplement] = (), *, count: int | None = None
    ) -> "PeriodColumns":
        """From Python rows in any order."""
        extra = [
            PlacementPeriod(row.placement, row.first_day, row.last_day, monthly_ore=row.monthly_ore)
            for row in supplements
        ]
        rows = list(rows)
        return cls.from_columns(
            [row.placement for row in rows],
            [row.first_day.toordinal() for row in rows],
            [OPEN_END if row.last_day is None else row.last_day.toordinal() for row in rows],
            [row.share for row in rows],
            [STANDARD_PRICE if row.monthly_ore is None else row.monthly_ore for row in rows],
            supplements=cls.from_rows(extra) if extra else None,
            count=count,
        )

    def clip(self, first_day: date, last_day: date) -> "PeriodColumns":
        """The same periods, as if every place began and ended within these days, its supplements with it."""
        return replace(
            self,
            first_day=np.maximum(self.first_day, np.int32(first_day.toordinal())),
            last_day=np.minimum(self.last_day, np.int32(last_day.toordinal())),
        )

    def overlapping(self, first_day: date, last_day: date) -> "PeriodColumns":
        """The rows that have a day among these, and such supplements; every placement keeps its index."""
        first, last = first_day.toordinal(), last_day.toordinal()
        chosen = self.select((self.first_day <= last) & (self.last_day >= first))
        if self.supplements is None:
            return chosen
        return replace(chosen, supplements=self.supplements.overlapping(first_day, last_day))

    def select(self, rows: slice | Mask) -> "PeriodColumns":
        """Some of the rows, without supplements."""
        return PeriodColumns(
            self.count,
            self.placement[rows],
            self.first_day[rows],
            self.last_day[rows],
            self.share[rows],
            self.monthly_ore[rows],
        )

    def split(self, size: int) -> "Iterator[PeriodColumns]":
        """Blocks of about so many rows with their supplements, never cutting a placement in two."""
        edges = np.searchsorted(self.placement, self.placement[size::size])
        for first, after in pairwise(np.unique([0, *edges, self.placement.size])):
            block = self.select(slice(first, after))
            if self.supplements is not None:
                known = np.isin(self.supplements.placement, block.placement)
                block = replace(block, supplements=self.supplements.select(known))
            yield block


def count_place_months(periods: PeriodColumns, year: int) -> Fraction:
    """C6: days covered / days of the month, summed over months and placements.

    **Decided here**: calendar days under either proration, and a place counts whole whatever its share.
    """
    begin, end = clip_to_year(periods.first_day, periods.last_day, year)
    days = count_days_in_year(year)
    active = np.cumsum(np.bincount(begin, minlength=days + 1) - np.bincount(end, minlength=days + 1))
    months = (Fraction(int(active[first:after].sum()), after - first) for first, after in list_month_bounds(year))
    return sum(months, Fraction(0))


def count_days_by_month(
    periods: PeriodColumns, year: int, counted: Sequence[bool], *, by_share: bool = False
) -> Column:
    """The days of each placement in each month: shape (12, periods.count). With `by_share` in hundredths of a day.

    `counted` says of each day of the year whether it counts.
    """
    begin, end = clip_to_year(periods.first_day, periods.last_day, year)
    days = np.zeros((12, periods.count), np.int64)
    of_year = np.asarray(counted, np.int64)
    for month, (first, after) in enumerate(list_month_bounds(year)):
        of_month = np.zeros_like(of_year)
        of_month[first:after] = of_year[first:after]
        before = np.concatenate([[0], np.cumsum(of_month)])
        np.add.at(days[month], periods.placement, (before[end] - before[begin]) * (periods.share if by_share else 1))
    return days


def count_places(periods: PeriodColumns, year: int, on: date) -> int:
    """C6: how many placements are active on a day of the year; for a day outside it, on the year's last day."""
    day = (on if on.year == year else date(year, 12, 31)).toordinal()
    active = periods.placement[(periods.first_day <= day) & (day <= periods.last_day)]
    return int(np.count_nonzero(np.diff(active, prepend=-1)))


def clip_to_year(first_day: DayColumn, last_day: DayColumn, year: int) -> tuple[Column, Column]:
    """Each period as days from 1 January, the first counted and the end not."""
    start, days = date(year, 1, 1).toordinal(), count_days_in_year(year)
    begin = np.clip(first_day - start, 0, days).astype(np.int64)
    end = np.clip(last_day - (start - 1), 0, days).astype(np.int64)
    return begin, np.maximum(begin, end)


def _is_ordered(placement: Column) -> bool:
    return bool((placement[1:] >= placement[:-1]).all())


def _require_range(what: str, column: Column, lowest: int, highest: int) -> None:
    if column.size and (column.min() < lowest or column.max() > highest):
        raise ValueError(f"{what} lies from {lowest} to {highest}")
