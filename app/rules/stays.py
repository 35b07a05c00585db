"""Stays: which placement covers which days, at what share and price, as columns (L1, L2, L6, C3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from app.rules.prices import MAX_MONTHLY_ORE

OPEN_END = date.max.toordinal()
"""`last_day` of a stay that has no last day (L7)."""

STANDARD_PRICE = -1
"""`monthly_ore` of a stay at the guideline's price (L2); anything from 0 up is the placement's own (`legacy`) price."""

Column = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Stay:
    """A period of one placement with one share and one price; `monthly_ore` None is the standard price (L2)."""

    placement: int
    first_day: date
    last_day: date | None = None
    share: int = 100
    monthly_ore: int | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """L6: a monthly amount on top of a placement's price, never scaled by its share."""

    placement: int
    first_day: date
    last_day: date | None
    monthly_ore: int


@dataclass(frozen=True, slots=True)
class Supplements:
    """L6 as columns of equal length, ordered by placement."""

    placement: Column
    first_day: Days
    last_day: Days
    monthly_ore: Column

    def __post_init__(self) -> None:
        _check_lengths(self.placement, self.first_day, self.last_day, self.monthly_ore)
        _check_order(self.placement)
        _check_range("a supplement", self.monthly_ore, 0, MAX_MONTHLY_ORE)

    @classmethod
    def from_columns(
        cls,
        placement: npt.ArrayLike,
        first_day: npt.ArrayLike,
        last_day: npt.ArrayLike,
        monthly_ore: npt.ArrayLike,
    ) -> "Supplements":
        """From columns in any order: sorted and given the right types. Days as in `Stays.from_columns`."""
        placements = np.asarray(placement, np.int64)
        order = _order(placements)
        return cls(
            placements[order],
            np.asarray(first_day, np.int32)[order],
            np.asarray(last_day, np.int32)[order],
            np.asarray(monthly_ore, np.int64)[order],
        )

    @classmethod
    def from_rows(cls, rows: Iterable[Supplement] = ()) -> "Supplements":
        """From Python rows in any order."""
        listed = list(rows)
        return cls.from_columns(
            [row.placement for row in listed],
            [row.first_day.toordinal() for row in listed],
            [_last_ordinal(row.last_day) for row in listed],
            [row.monthly_ore for row in listed],
        )


@dataclass(frozen=True, slots=True)
class Stays:
    """Every stay a position counts, as columns of equal length, ordered by placement.

    `placement` is the placement's index, 0 to `count` - 1; several rows may be segments of one placement (another
    share or price from a day), and they are rounded together (C4). The rows of one placement never share a day: L1,
    kept by the database. `first_day` and `last_day` are `date.toordinal()`, both counted, OPEN_END where there is no
    last day; a last day before the first is a stay that never came to be and costs nothing. `share` is whole percent,
    1 to 100. `monthly_ore` is the placement's own price for a full place in øre, or STANDARD_PRICE.

    A supplement counts on the days its placement exists, from its first row's first day to its last row's last.
    ValueError when a bound is broken. Make it with `from_columns` or `from_rows`, which sort.
    """

    count: int
    placement: Column
    first_day: Days
    last_day: Days
    share: Column
    monthly_ore: Column
    supplements: Supplements = field(default_factory=Supplements.from_rows)

    def __post_init__(self) -> None:
        _check_lengths(self.placement, self.first_day, self.last_day, self.share, self.monthly_ore)
        for placement in (self.placement, self.supplements.placement):
            _check_order(placement)
            # In order, so the ends are the extremes.
            if placement.size and (placement[0] < 0 or placement[-1] >= self.count):
                raise ValueError("a placement's index lies from 0 to count - 1")
        _check_range("a share in percent", self.share, 1, 100)
        _check_range("a monthly price", self.monthly_ore, STANDARD_PRICE, MAX_MONTHLY_ORE)

    @classmethod
    def from_columns(
        cls,
        placement: npt.ArrayLike,
        first_day: npt.ArrayLike,
        last_day: npt.ArrayLike,
        share: npt.ArrayLike,
        monthly_ore: npt.ArrayLike,
        *,
        supplements: Supplements | None = None,
        count: int | None = None,
    ) -> "Stays":
        """From columns in any order: sorted and given the right types.

        `count` defaults to one more than the largest index; give it when placements at the end may have no row.
        """
        placements = np.asarray(placement, np.int64)
        order = _order(placements)
        supplements = supplements or Supplements.from_rows()
        if count is None:
            count = 1 + max(int(column.max(initial=-1)) for column in (placements, supplements.placement))
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
        cls, rows: Iterable[Stay], supplements: Iterable[Supplement] = (), *, count: int | None = None
    ) -> "Stays":
        """From Python rows in any order."""
        listed = list(rows)
        return cls.from_columns(
            [row.placement for row in listed],
            [row.first_day.toordinal() for row in listed],
            [_last_ordinal(row.last_day) for row in listed],
            [row.share for row in listed],
            [STANDARD_PRICE if row.monthly_ore is None else row.monthly_ore for row in listed],
            supplements=Supplements.from_rows(supplements),
            count=count,
        )


def _last_ordinal(last_day: date | None) -> int:
    return OPEN_END if last_day is None else last_day.toordinal()


def _order(placement: Column) -> slice | npt.NDArray[np.intp]:
    return slice(None) if _is_ordered(placement) else np.argsort(placement, kind="stable")


def _is_ordered(placement: Column) -> bool:
    return bool((placement[1:] >= placement[:-1]).all())


def _check_order(placement: Column) -> None:
    if not _is_ordered(placement):
        raise ValueError("the rows must be ordered by placement")


def _check_lengths(*columns: Column | Days) -> None:
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("the columns must be one-dimensional and equally long")


def _check_range(what: str, column: Column, lowest: int, highest: int) -> None:
    if column.size and (column.min() < lowest or column.max() > highest):
        raise ValueError(f"{what} lies from {lowest} to {highest}")
