"""K3–K7: what a stair's capacities add up to, what is missing of a stated need, and how far nursing homes reach.

Of a published table the cells count. Its printed totals are kept beside their sums and never used.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, Literal, TypeVar, get_args

Stair = Literal["activity", "housing"]
"""K1: the stair of activity and mastery, and that of housing."""
Area = Literal["Knarvik", "Frekhaug", "Manger", "Lindås", "Ostereidet", "Rossland"]
"""004 § 4.2: the areas around Alver's local centres, as the plan's table has them."""
ServiceKind = Literal["other", "nursing_home", "sheltered_enterprise"]
"""What a service counts as: places in nursing homes (K7), places at sheltered enterprises, counted there (K5)."""
GapState = Literal["enough", "short", "unknown"]

AREAS: tuple[Area, ...] = get_args(Area)
"""The areas in the order of the plan's table."""

R = TypeVar("R", bound=Hashable)

TERTIAL_MONTHS = 4


@dataclass(frozen=True, slots=True)
class Total:
    """What cells add up to, and what was printed as their total; None where nothing was."""

    sum: int
    printed: int | None

    @property
    def difference(self) -> int | None:
        """Printed less sum."""
        return None if self.printed is None else self.printed - self.sum


@dataclass(frozen=True, slots=True)
class TableTotals(Generic[R]):
    """The totals of a published table, and what the printed totals of its rows and of its places add up to.

    The last two are None unless each row, or each place, has a printed total.
    """

    rows: Mapping[R, Total]
    places: Mapping[str, Total]
    total: Total
    sum_of_printed_rows: int | None
    sum_of_printed_places: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """K4: need less capacity; below zero where there is more than the need. None and `unknown` without both."""

    capacity: int | None
    need: int | None

    @property
    def gap(self) -> int | None:
        return None if self.need is None or self.capacity is None else self.need - self.capacity

    @property
    def state(self) -> GapState:
        if self.gap is None:
            return "unknown"
        return "short" if self.gap > 0 else "enough"


@dataclass(frozen=True, slots=True)
class StatedCapacity(Generic[R]):
    """K3: so many places of a row (a step, or a service of it) in a place, counted on a day."""

    row: R
    place: str
    as_of: date
    number: int


def add_up_table(
    cells: Mapping[tuple[R, str], int],
    printed_rows: Mapping[R, int],
    printed_places: Mapping[str, int],
    printed_total: int | None,
) -> TableTotals[R]:
    """K3, K6: the totals of a table of places by row and place, in the order of its cells.

    A row or a place that has a printed total and no cell adds up to nothing.
    """
    rows = dict.fromkeys([row for row, _ in cells], 0) | dict.fromkeys(printed_rows, 0)
    places = dict.fromkeys([place for _, place in cells], 0) | dict.fromkeys(printed_places, 0)
    for (row, place), number in cells.items():
        rows[row] += number
        places[place] += number
    return TableTotals(
        rows={row: Total(number, printed_rows.get(row)) for row, number in rows.items()},
        places={place: Total(number, printed_places.get(place)) for place, number in places.items()},
        total=Total(sum(cells.values()), printed_total),
        sum_of_printed_rows=_add_up_all(printed_rows, rows),
        sum_of_printed_places=_add_up_all(printed_places, places),
    )


def find_capacities(stated: Iterable[StatedCapacity[R]], on: date) -> list[StatedCapacity[R]]:
    """K3: of each row and place the last that was counted on the day or before it; those without one are left out."""
    latest: dict[tuple[R, str], StatedCapacity[R]] = {}
    for one in sorted(stated, key=lambda one: one.as_of):
        if one.as_of <= on:
            latest[one.row, one.place] = one
    return list(latest.values())


def add_up_capacities(capacities: Sequence[StatedCapacity[R]]) -> dict[R, int]:
    """K3: the places of each row in all places. A row of which nothing is stated is left out: unknown, not zero."""
    sums: defaultdict[R, int] = defaultdict(int)
    for one in capacities:
        sums[one.row] += one.number
    return dict(sums)


def compute_people_per_place(people: int, places: int) -> Decimal | None:
    """K7: people 80 and over per nursing home place, two decimals, half up; None where there is no place."""
    if places == 0:
        return None
    return (Decimal(people) / places).quantize(Decimal("0.01"), ROUND_HALF_UP)


def find_last_tertial_end(today: date) -> date:
    """K5: the last day of the last tertial that was over before a day."""
    first_month = (today.month - 1) // TERTIAL_MONTHS * TERTIAL_MONTHS + 1
    return date(today.year, first_month, 1) - timedelta(days=1)


def _add_up_all(printed: Mapping[R, int], sums: Mapping[R, int]) -> int | None:
    return sum(printed.values()) if printed and printed.keys() >= sums.keys() else None
