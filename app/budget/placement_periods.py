"""The placement periods of a year as columns, by binary COPY: a hundred thousand rows without a Python object each.

COPY runs in the caller's transaction: it sees what was written in it, and row-level security decides which rows there
are. Supplements are few; they come by a statement that PostgreSQL has planned already.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.database.base import NIL_UUID
from app.database.queries import CompiledQuery, Queries
from app.rules.placement_periods import STANDARD_PRICE, PeriodColumns, PlacementPeriod

# The format's signature, flags and empty header extension; its trailer (PostgreSQL, COPY, "Binary Format").
_HEADER_BYTES = 11 + 4 + 4
_TRAILER_BYTES = 2
# PostgreSQL sends a date as days since 2000-01-01.
_EPOCH = np.int32(date(2000, 1, 1).toordinal())

Keys = npt.NDArray[np.bytes_]
"""UUIDs as 16 bytes each; numpy leaves out zeros at their end."""


def row_type(*columns: tuple[str, str]) -> np.dtype[np.void]:
    """One tuple of the format: the number of fields, then each field's length and value, big-endian."""
    fields = [("fields", ">i2")]
    for name, kind in columns:
        fields += [(f"{name}_bytes", ">i4"), (name, kind)]
    return np.dtype(fields)


# L6: each to its last day as it was known on the day: its own, or an end's that was agreed by then.
_SUPPLEMENTS = CompiledQuery(
    text(
        """
    select placement_id, valid_from, valid_to, (monthly_amount * 100)::bigint
    from (
        select placement_id, valid_from, least(valid_to, ended_on) as valid_to, monthly_amount, agreed_on
        from placement_supplement left join (
            select supplement_id, min(valid_to) as ended_on from supplement_end where agreed_on <= :on group by 1
        ) as ended on supplement_id = id
        union all
        select number, valid_from, valid_to, monthly_amount, agreed_on from protected_supplements(:on)
    ) as supplement
    where valid_from <= :last_day and (valid_to is null or valid_to >= :first_day)
        and (agreed_on is null or agreed_on <= :on)
    """
    )
)
_COLUMNS = (("placement", "S16"), ("first_day", ">i4"), ("last_day", ">i4"), ("share", ">i2"), ("monthly_ore", ">i8"))
_PERIOD = row_type(*_COLUMNS)
_IDENTIFIED_PERIOD = row_type(*_COLUMNS, ("provider", "S16"))


@dataclass(frozen=True, slots=True)
class IdentifiedPeriods:
    """Periods, and the ids of each placement and its provider by the placement's index.

    Both are NIL_UUID for placements that the caller may not see and that count all the same.
    """

    periods: PeriodColumns
    provider: Keys
    placement: Keys


async def load_periods(queries: Queries, year: int, on: date) -> PeriodColumns:
    """Every period that touches the year, as it was known on the day, with its supplements."""
    rows = await copy_rows(queries, _periods_query(year, year, on), _PERIOD)
    periods, _, _ = await _group_rows(queries, year, year, on, rows)
    return periods


async def load_identified_periods(
    queries: Queries,
    year: int,
    on: date,
    *,
    to_year: int | None = None,
    provider_id: UUID | None = None,
    placement_id: UUID | None = None,
) -> IdentifiedPeriods:
    """As `load_periods` with ids, of one provider or one placement if asked, and of all years to another if asked."""
    last_year = to_year or year
    query = _periods_query(year, last_year, on, ids=True, provider_id=provider_id, placement_id=placement_id)
    rows = await copy_rows(queries, query, _IDENTIFIED_PERIOD)
    periods, placement, first_rows = await _group_rows(queries, year, last_year, on, rows)
    provider = rows["provider"][first_rows]
    return IdentifiedPeriods(periods, provider, np.where(provider == NIL_UUID.bytes.rstrip(b"\0"), provider, placement))


async def _group_rows(
    queries: Queries, year: int, last_year: int, on: date, rows: npt.NDArray[np.void]
) -> tuple[PeriodColumns, Keys, npt.NDArray[np.intp]]:
    """The rows as periods, several of one placement together, with their supplements; each placement's key and first
    row, by its index.
    """
    order, is_first = sort_keys(rows["placement"])
    first_rows = order[is_first]
    keys = rows["placement"][first_rows]
    supplements = await _load_supplements(queries, year, last_year, on, keys)
    periods = PeriodColumns.from_columns(
        np.cumsum(is_first) - 1,
        rows["first_day"].astype(np.int32)[order] + _EPOCH,
        rows["last_day"].astype(np.int32)[order] + _EPOCH,
        rows["share"].astype(np.int64)[order],
        rows["monthly_ore"].astype(np.int64)[order],
        supplements=supplements,
        count=keys.size,
    )
    return periods, keys, first_rows


async def _load_supplements(queries: Queries, year: int, last_year: int, on: date, keys: Keys) -> PeriodColumns | None:
    """Those of the placements with these keys, in order: the others have no day in the years, or were not asked for."""
    rows = await queries.fetch(_SUPPLEMENTS, on=on, first_day=date(year, 1, 1), last_day=date(last_year, 12, 31))
    ids = np.array([placement_id.bytes for placement_id, *_ in rows], "S16")
    index = np.searchsorted(keys, ids)
    known = index < keys.size
    known[known] = keys[index[known]] == ids[known]
    periods = [
        PlacementPeriod(int(placement), first_day, last_day, monthly_ore=monthly_ore)
        for placement, (_, first_day, last_day, monthly_ore), is_known in zip(index, rows, known, strict=True)
        if is_known
    ]
    return PeriodColumns.from_rows(periods, count=keys.size) if periods else None


def sort_keys(keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The order that sorts the keys, and which of the sorted ones differ from the one before."""
    # As two numbers each, by the first alone where that is enough: twenty times as fast as comparing bytes.
    high, low = np.ascontiguousarray(keys).view(">u8").reshape(-1, 2).T.astype(np.uint64)
    order = np.argsort(high)
    is_first = np.ones(keys.size, np.bool_)
    is_first[1:] = high[order[1:]] != high[order[:-1]]
    tied = np.flatnonzero(~is_first | ~np.append(is_first[1:], True))
    order[tied] = order[tied][np.lexsort((low[order[tied]], high[order[tied]]))]
    is_first[1:] |= low[order[1:]] != low[order[:-1]]
    return order, is_first


def _periods_query(
    year: int,
    last_year: int,
    on: date,
    *,
    ids: bool = False,
    provider_id: UUID | None = None,
    placement_id: UUID | None = None,
) -> str:
    """COPY takes no parameters: what is written into the text are an int, dates and UUIDs, never a string from outside.

    Every column has a value in every row, so that all tuples are equally long. What was decided after the day was not
    known on it; what a `legacy` placement was recorded with always was.
    """
    known = f"date '{on.isoformat()}'"
    conditions = [
        f"valid_from <= date '{last_year:04}-12-31'",
        f"(valid_to is null or valid_to >= date '{year:04}-01-01')",
        f"(known_from is null or known_from <= {known})",
        f"(known_until is null or known_until > {known})",
    ]
    columns = (
        f"valid_from, coalesce(valid_to, date '9999-12-31'), share,"
        f" coalesce((monthly_price * 100)::bigint, {STANDARD_PRICE})"
    )
    filters = [*conditions]
    if provider_id is not None:
        filters.append(f"provider_id = uuid '{provider_id}'")
    if placement_id is not None:
        filters.append(f"placement_id = uuid '{placement_id}'")
    provider, no_provider = (", provider_id", f", uuid '{NIL_UUID}'") if ids else ("", "")
    query = f"select placement_id, {columns}{provider} from placement_terms where {' and '.join(filters)}"
    if provider_id is None and placement_id is None:
        # Placements behind a protected address count for finance too, which sees neither them nor their provider.
        query += f" union all select number, {columns}{no_provider} from protected_placement_terms()"
        query += f" where {' and '.join(conditions)}"
    return query


async def copy_rows(queries: Queries, query: str, kind: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """The query's rows. RuntimeError when they are not as long as `kind` says."""
    received = await queries.copy(query)
    size = len(received) - _HEADER_BYTES - _TRAILER_BYTES
    if size % kind.itemsize:
        raise RuntimeError("PostgreSQL sent rows of another shape")
    return np.frombuffer(received, kind, count=size // kind.itemsize, offset=_HEADER_BYTES)
