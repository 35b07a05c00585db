"""A year's costs by month, provider and placement (C4): sums of the same months that the position is a sum of."""

import base64
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.budget.placement_periods import IdentifiedStays, Keys, identified_stays
from app.budget.position import missing_problem
from app.budget.schemas import CostOut, CostsOut
from app.database.queries import Queries
from app.http.problems import VALIDATION
from app.rates import rates
from app.rules.cost import calculate_month_costs, sum_by_group
from app.rules.money import from_ore
from app.rules.placement_periods import Column
from app.rules.prices import GuidelineMissing, RateMissing

KEYS = ("month", "provider", "placement")
BY_PATTERN = f"^({'|'.join(','.join(some) for count in (1, 2, 3) for some in permutations(KEYS, count))})$"

_NOBODY = bytes(16)
_CURSOR_BYTES = 1 + 16 + 16
CURSOR_PATTERN = "^[A-Za-z0-9_-]{44}$"


@dataclass(frozen=True, slots=True)
class CostsQuery:
    """What is asked for: which keys, on which day, of whom, and which page of it."""

    by: frozenset[str]
    on: date
    provider_id: UUID | None
    placement_id: UUID | None
    limit: int
    after: str | None


async def costs_of_year(queries: Queries, year: int, query: CostsQuery) -> CostsOut:
    """C4: what the year costs by each group, in the order month, provider, placement.

    By month alone all twelve stand; otherwise a group that costs nothing is left out. `total` counts every page. 409
    `rate-missing` or `guideline-missing`; 422 for a cursor that is none of ours.
    """
    known = await identified_stays(queries, year, query.on, query.provider_id, query.placement_id)
    try:
        costs = calculate_month_costs(known.stays, year, *await rates.load_prices(queries), query.on)
    except (RateMissing, GuidelineMissing) as missing:
        raise missing_problem(missing) from missing
    groups, group_of = _groups(known, query.by)
    sums = sum_by_group(costs, group_of, groups.size)
    if "month" not in query.by:
        sums = sums.sum(axis=0, keepdims=True)
    return _page(year, query, groups, sums)


def _groups(known: IdentifiedStays, by: frozenset[str]) -> tuple[Keys, npt.NDArray[np.intp]]:
    """The groups in order, each a provider's and a placement's id in 32 bytes (zeros where not asked for), and which
    of them each placement is in.
    """
    if not by & {"provider", "placement"}:
        return np.array([_NOBODY * 2], "S32"), np.zeros(known.stays.count, np.intp)
    pairs = np.zeros(known.stays.count, [("provider", "S16"), ("placement", "S16")])
    if "provider" in by:
        pairs["provider"] = known.provider
    if "placement" in by:
        pairs["placement"] = known.placement
    groups, group_of = np.unique(pairs.view("S32"), return_inverse=True)
    return groups, group_of


def _page(year: int, query: CostsQuery, groups: Keys, sums: Column) -> CostsOut:
    flat = sums.ravel()
    rows = np.arange(flat.size) if query.by == {"month"} else np.flatnonzero(flat)
    first = 0 if query.after is None else int(np.searchsorted(rows, _continued(query.after, groups, flat.size)))
    chosen = [divmod(int(row), groups.size) for row in rows[first : first + query.limit]]
    more = first + query.limit < rows.size
    return CostsOut(
        items=[_item(year, query.by, month, groups[group], int(sums[month, group])) for month, group in chosen],
        next=_cursor(chosen[-1][0], groups[chosen[-1][1]]) if more else None,
        total=from_ore(int(flat.sum())),
    )


def _item(year: int, by: frozenset[str], month: int, group: bytes, amount: int) -> CostOut:
    key = group.ljust(32, b"\0")
    named: dict[str, str | UUID | None] = {}
    if "month" in by:
        named["month"] = f"{year:04}-{month + 1:02}"
    if "provider" in by:
        named["provider_id"] = _known(key[:16])
    if "placement" in by:
        named["placement_id"] = _known(key[16:])
    return CostOut.model_validate({**named, "amount": from_ore(amount)})


def _known(key: bytes) -> UUID | None:
    """Null for the places behind a protected address, all of them together, where the caller may not know them."""
    return None if key == _NOBODY else UUID(bytes=key)


def _cursor(month: int, group: bytes) -> str:
    return base64.urlsafe_b64encode(bytes([month]) + group.ljust(32, b"\0")).decode()


def _continued(after: str, groups: Keys, size: int) -> int:
    """The first place, in the order of all groups, after the row that a cursor stands for."""
    sent = base64.urlsafe_b64decode(after)
    if len(sent) != _CURSOR_BYTES:
        raise VALIDATION("«after» er ikkje ein gyldig peikar.", pointer="#/query/after")
    month, group = sent[0], sent[1:]
    return min(month * groups.size + int(np.searchsorted(groups, group, side="right")), size)
