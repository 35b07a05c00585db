"""A year's costs by month, provider and placement (C4): sums of the months that make up the position."""

import base64
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.budget.placement_periods import IdentifiedPeriods, Keys, load_identified_periods
from app.budget.problems import refuse_missing_prices
from app.budget.schemas import CostOut, CostsOut
from app.database.base import NIL_UUID
from app.database.queries import Queries
from app.http.names import list_values
from app.http.pagination import CURSOR_INVALID, invalid_cursor
from app.http.schemas import describe_pattern
from app.rates.rates import load_prices
from app.rules.cost import calculate_month_costs, sum_by_group
from app.rules.money import from_ore
from app.rules.placement_periods import Column

KEYS = ("month", "provider", "placement")
BY_PATTERN = describe_pattern(
    f"^({'|'.join(','.join(some) for count in (1, 2, 3) for some in permutations(KEYS, count))})$",
    f"må vere éin eller fleire av {list_values(KEYS)}, kvar ein gong og med komma mellom",
)

_CURSOR_BYTES = 1 + 16 + 16
CURSOR_PATTERN = describe_pattern("^[A-Za-z0-9_-]{44}$", CURSOR_INVALID)


@dataclass(frozen=True, slots=True)
class CostsQuery:
    """The keys to group by, the day, a provider or a placement, and the page."""

    by: frozenset[str]
    on: date
    provider_id: UUID | None
    placement_id: UUID | None
    limit: int
    after: str | None


async def load_costs(queries: Queries, year: int, query: CostsQuery) -> CostsOut:
    """C4: what the year costs by each group, in the order month, provider, placement.

    By month alone all twelve are listed; otherwise a group that costs nothing is left out. `total` is of all pages. 409
    `rate-missing` or `guideline-missing`; 422 for a cursor that was never given out.
    """
    known = await load_identified_periods(
        queries, year, query.on, provider_id=query.provider_id, placement_id=query.placement_id
    )
    rates, guidelines = await load_prices(queries)
    with refuse_missing_prices():
        costs = calculate_month_costs(known.periods, year, rates, guidelines, query.on)
    groups, group_of = _group_placements(known, query.by)
    sums = sum_by_group(costs, group_of, groups.size)
    if "month" not in query.by:
        sums = sums.sum(axis=0, keepdims=True)
    return _build_page(year, query, groups, sums)


def _group_placements(known: IdentifiedPeriods, by: frozenset[str]) -> tuple[Keys, npt.NDArray[np.intp]]:
    """The groups in order, each a provider's and a placement's id in 32 bytes (zeros where not asked for), and which
    of them each placement is in.
    """
    if not by & {"provider", "placement"}:
        return np.array([NIL_UUID.bytes * 2], "S32"), np.zeros(known.periods.count, np.intp)
    pairs = np.zeros(known.periods.count, [("provider", "S16"), ("placement", "S16")])
    if "provider" in by:
        pairs["provider"] = known.provider
    if "placement" in by:
        pairs["placement"] = known.placement
    groups, group_of = np.unique(pairs.view("S32"), return_inverse=True)
    return groups, group_of


def _build_page(year: int, query: CostsQuery, groups: Keys, sums: Column) -> CostsOut:
    flat = sums.ravel()
    rows = np.arange(flat.size) if query.by == {"month"} else np.flatnonzero(flat)
    first = 0 if query.after is None else int(np.searchsorted(rows, _find_next(query.after, groups, flat.size)))
    chosen = [divmod(int(row), groups.size) for row in rows[first : first + query.limit]]
    more = first + query.limit < rows.size
    return CostsOut(
        items=[_build_item(year, query.by, month, groups[group], int(sums[month, group])) for month, group in chosen],
        next=_write_cursor(chosen[-1][0], groups[chosen[-1][1]]) if more else None,
        total=from_ore(int(flat.sum())),
    )


def _build_item(year: int, by: frozenset[str], month: int, group: bytes, amount: int) -> CostOut:
    key = group.ljust(32, b"\0")
    keys: dict[str, str | UUID | None] = {}
    if "month" in by:
        keys["month"] = f"{year:04}-{month + 1:02}"
    if "provider" in by:
        keys["provider_id"] = _read_key(key[:16])
    if "placement" in by:
        keys["placement_id"] = _read_key(key[16:])
    return CostOut.model_validate({**keys, "amount": from_ore(amount)})


def _read_key(key: bytes) -> UUID | None:
    """Null for all placements behind a protected address together, for a caller who may not see them."""
    return None if key == NIL_UUID.bytes else UUID(bytes=key)


def _write_cursor(month: int, group: bytes) -> str:
    return base64.urlsafe_b64encode(bytes([month]) + group.ljust(32, b"\0")).decode()


def _find_next(after: str, groups: Keys, size: int) -> int:
    """The first position, in the order of all groups, after the row that a cursor stands for."""
    decoded = base64.urlsafe_b64decode(after)
    if len(decoded) != _CURSOR_BYTES:
        raise invalid_cursor()
    month, group = decoded[0], decoded[1:]
    return min(month * groups.size + int(np.searchsorted(groups, group, side="right")), size)
