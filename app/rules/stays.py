"""Stays: which placement covers which days, at what share and price, as rows (L1, L2, L6, L7). `cost` has the
columns.
"""

from dataclasses import dataclass
from datetime import date

OPEN_END = date.max.toordinal()
"""`last_day` of a column's stay that has no last day (L7)."""

STANDARD_PRICE = -1
"""`monthly_ore` of a column's stay at the guideline's price (L2); from 0 up it is the placement's own (`legacy`)
price.
"""


@dataclass(frozen=True, slots=True)
class Stay:
    """A period of one placement with one share (whole percent, 1 to 100) and one price.

    `placement` is the placement's index, from 0. `last_day` None is without end (L7). `monthly_ore` is the
    placement's own price for a full place (L2); None is the standard price.
    """

    placement: int
    first_day: date
    last_day: date | None = None
    share: int = 100
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
