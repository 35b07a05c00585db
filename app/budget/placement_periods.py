"""A year's stays as columns, by binary COPY: a hundred thousand rows without one Python object each.

COPY runs inside the caller's transaction: it sees what was written in it, and row-level
security decides which rows there are.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.database.queries import Queries
from app.rules.placement_periods import STANDARD_PRICE, PeriodColumns

# The format's signature, flags and empty header extension; its trailer (PostgreSQL, COPY, "Binary Format").
_HEADER_BYTES = 11 + 4 + 4
_TRAILER_BYTES = 2
# PostgreSQL sends a date as days since 2000-01-01.
_EPOCH = date(2000, 1, 1).toordinal()

# Stands for a provider and a place that the caller may not know.
NOBODY = UUID(int=0)

Keys = npt.NDArray[np.bytes_]


def _row(*columns: tuple[str, str]) -> np.dtype[np.void]:
    """One tuple on the wire: the number of fields, then each field's length and value, big-endian."""
    fields = [("fields", ">i2")]
    for name, kind in columns:
        fields += [(f"{name}_bytes", ">i4"), (name, kind)]
    return np.dtype(fields)


_STAY = (("placement", "S16"), ("first_day", ">i4"), ("last_day", ">i4"), ("share", ">i2"), ("monthly_ore", ">i8"))
_STAYS = _row(*_STAY)
_IDENTIFIED = _row(*_STAY, ("provider", "S16"))
_SUPPLEMENTS = _row(("placement", "S16"), ("first_day", ">i4"), ("last_day", ">i4"), ("monthly_ore", ">i8"))


@dataclass(frozen=True, slots=True)
class IdentifiedStays:
    """Stays, and of each placement its provider's and its own id, 16 bytes each, by the placement's index.

    Both are NOBODY's for places that the caller may not know and that count all the same.
    """

    stays: PeriodColumns
    provider: Keys
    placement: Keys


async def stays_of_year(queries: Queries, year: int, on: date) -> PeriodColumns:
    """Every stay that touches the year, as it was known on the day, and the supplements to it."""
    rows = await _copied(queries, _stays_query(year, on), _STAYS)
    stays, _, _ = await _grouped(queries, year, on, rows)
    return stays


async def identified_stays(
    queries: Queries, year: int, on: date, provider_id: UUID | None, placement_id: UUID | None
) -> IdentifiedStays:
    """The same with ids, of one provider or one placement if asked."""
    query = _stays_query(year, on, ids=True, provider_id=provider_id, placement_id=placement_id)
    rows = await _copied(queries, query, _IDENTIFIED)
    stays, keys, first_rows = await _grouped(queries, year, on, rows)
    provider = rows["provider"][first_rows]
    return IdentifiedStays(stays, provider, np.where(provider == NOBODY.bytes.rstrip(b"\0"), provider, keys))


async def _grouped(
    queries: Queries, year: int, on: date, rows: npt.NDArray[np.void]
) -> tuple[PeriodColumns, Keys, npt.NDArray[np.intp]]:
    """The rows as stays, several of one placement together, with their supplements; the placements' keys in the order
    of their index, and each one's first row.
    """
    order, new = _by_key(rows["placement"])
    ordered = rows[order]
    index = np.cumsum(new) - 1
    keys = ordered["placement"][new]
    supplements = await _copied(queries, _supplements_query(year, on), _SUPPLEMENTS)
    extra = None
    if supplements.size and keys.size:
        at = np.minimum(np.searchsorted(keys, supplements["placement"]), keys.size - 1)
        # Of a placement that is not among these, or not on any day of the year, there is nothing to add to.
        known = keys[at] == supplements["placement"]
        extra = _stays(at[known], supplements[known], np.full(int(known.sum()), 100, np.int64), keys.size)
    stays = _stays(index, ordered, ordered["share"].astype(np.int64), keys.size, extra)
    return stays, keys, order[new]


def _by_key(keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The order that brings equal keys together, and which rows begin a new one."""
    # As two numbers each: five times as fast as comparing bytes.
    halves = np.ascontiguousarray(keys).view(">u8").reshape(-1, 2).astype(np.uint64)
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    halves = halves[order]
    new = np.ones(keys.size, np.bool_)
    new[1:] = (halves[1:] != halves[:-1]).any(axis=1)
    return order, new


def _stays_query(
    year: int, on: date, *, ids: bool = False, provider_id: UUID | None = None, placement_id: UUID | None = None
) -> str:
    """COPY takes no parameters: what is written into the text are an int, dates and UUIDs, never a string of others.

    Every column has a value in every row, so that all tuples are equally long. What was decided after the day was not
    known on it; what a `legacy` place was recorded with always was.
    """
    known = f"date '{on.isoformat()}'"
    conditions = [
        f"valid_from <= date '{year:04}-12-31'",
        f"(valid_to is null or valid_to >= date '{year:04}-01-01')",
        f"(known_from is null or known_from <= {known})",
        f"(known_until is null or known_until > {known})",
    ]
    columns = (
        f"valid_from, coalesce(valid_to, date '9999-12-31'), share,"
        f" coalesce((monthly_price * 100)::bigint, {STANDARD_PRICE})"
    )
    asked = [*conditions]
    if provider_id is not None:
        asked.append(f"provider_id = uuid '{provider_id}'")
    if placement_id is not None:
        asked.append(f"placement_id = uuid '{placement_id}'")
    provider, nobody = (", provider_id", f", uuid '{NOBODY}'") if ids else ("", "")
    query = f"select placement_id, {columns}{provider} from placement_terms where {' and '.join(asked)}"
    if provider_id is None and placement_id is None:
        # Places behind a protected address count for finance too, which sees neither them nor their provider.
        query += f" union all select number, {columns}{nobody} from protected_placement_terms()"
        query += f" where {' and '.join(conditions)}"
    return query


def _supplements_query(year: int, on: date) -> str:
    """Each supplement to its last day as it was known on the day: its own, or an end's that was agreed by then (L6)."""
    known = f"date '{on.isoformat()}'"
    conditions = (
        f"valid_from <= date '{year:04}-12-31' and (valid_to is null or valid_to >= date '{year:04}-01-01')"
        f" and (agreed_on is null or agreed_on <= {known})"
    )
    columns = "valid_from, coalesce(valid_to, date '9999-12-31'), (monthly_amount * 100)::bigint"
    ended = f"select supplement_id, min(valid_to) as ended_on from supplement_end where agreed_on <= {known} group by 1"
    own = (
        "select placement_id, valid_from, least(valid_to, ended_on) as valid_to, monthly_amount, agreed_on"
        f" from placement_supplement left join ({ended}) as ended on supplement_id = id"
    )
    return (
        f"select placement_id, {columns} from ({own}) as supplement where {conditions}"
        f" union all select number, {columns} from protected_supplements({known}) where {conditions}"
    )


async def _copied(queries: Queries, query: str, row: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """The query's rows. RuntimeError when they are not as long as `row` says."""
    received = await queries.copy(query)
    size = len(received) - _HEADER_BYTES - _TRAILER_BYTES
    if size % row.itemsize:
        raise RuntimeError("PostgreSQL sent rows of another shape")
    return np.frombuffer(received, row, count=size // row.itemsize, offset=_HEADER_BYTES)


def _stays(
    index: npt.NDArray[np.intp],
    rows: npt.NDArray[np.void],
    share: npt.NDArray[np.int64],
    count: int,
    supplements: PeriodColumns | None = None,
) -> PeriodColumns:
    return PeriodColumns.from_columns(
        index,
        rows["first_day"].astype(np.int32) + np.int32(_EPOCH),
        rows["last_day"].astype(np.int32) + np.int32(_EPOCH),
        share,
        rows["monthly_ore"].astype(np.int64),
        supplements=supplements,
        count=count,
    )
