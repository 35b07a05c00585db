"""A year's stays as columns, by binary COPY: a hundred thousand rows without one Python object each.

COPY runs on the session's own connection, inside its transaction: it sees what the session wrote, and row-level
security decides which rows there are.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.cost import STANDARD_PRICE, Stays

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


_STAY = (("first_day", ">i4"), ("last_day", ">i4"), ("share", ">i2"), ("monthly_ore", ">i8"))
_STAYS = _row(*_STAY)
_IDENTIFIED = _row(*_STAY, ("provider", "S16"), ("placement", "S16"))


@dataclass(frozen=True, slots=True)
class IdentifiedStays:
    """Stays, and of each placement its provider's and its own id, 16 bytes each, by the placement's index."""

    stays: Stays
    provider: Keys
    placement: Keys


async def stays_of_year(session: AsyncSession, year: int, on: date) -> Stays:
    """Every stay that touches the year and was known on the day."""
    return _stays(await _copied(session, _query(year, on), _STAYS))


async def identified_stays(
    session: AsyncSession, year: int, on: date, provider_id: UUID | None, placement_id: UUID | None
) -> IdentifiedStays:
    """The same with ids, of one provider or one placement if asked."""
    rows = await _copied(
        session, _query(year, on, ids=True, provider_id=provider_id, placement_id=placement_id), _IDENTIFIED
    )
    return IdentifiedStays(_stays(rows), rows["provider"], rows["placement"])


def _query(
    year: int, on: date, *, ids: bool = False, provider_id: UUID | None = None, placement_id: UUID | None = None
) -> str:
    """COPY takes no parameters: what is written into the text are an int, dates and UUIDs, never a string of others.

    Every column has a value in every row, so that all tuples are equally long. A place granted after the day was not
    known on it; a `legacy` place carries no decision and always was.
    """
    conditions = [
        f"starts_on <= date '{year:04}-12-31'",
        f"(ends_on is null or ends_on >= date '{year:04}-01-01')",
        f"(decided_on is null or decided_on <= date '{on.isoformat()}')",
    ]
    priced = (
        f"select starts_on, coalesce(ends_on, date '9999-12-31'), share,"
        f" coalesce((monthly_price * 100)::bigint, {STANDARD_PRICE})"
    )
    asked = [*conditions]
    if provider_id is not None:
        asked.append(f"provider_id = uuid '{provider_id}'")
    if placement_id is not None:
        asked.append(f"id = uuid '{placement_id}'")
    hidden = f", uuid '{NOBODY}', uuid '{NOBODY}'" if ids else ""
    query = f"{priced}{', provider_id, id' if ids else ''} from placement where {' and '.join(asked)}"
    if provider_id is None and placement_id is None:
        # Places behind a protected address count for finance too, which sees neither them nor their provider.
        query += f" union all {priced}{hidden} from protected_stays() where {' and '.join(conditions)}"
    return query


async def _copied(session: AsyncSession, query: str, row: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """The query's rows. RuntimeError when they are not as long as `row` says."""
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    received = bytearray()

    async def take(data: bytes) -> None:
        received.extend(data)

    await driver.copy_from_query(query, output=take, format="binary")
    size = len(received) - _HEADER_BYTES - _TRAILER_BYTES
    if size % row.itemsize:
        raise RuntimeError("PostgreSQL sent rows of another shape")
    return np.frombuffer(received, row, count=size // row.itemsize, offset=_HEADER_BYTES)


def _stays(rows: npt.NDArray[np.void]) -> Stays:
    return Stays.from_columns(
        np.arange(rows.size),
        rows["first_day"].astype(np.int32) + np.int32(_EPOCH),
        rows["last_day"].astype(np.int32) + np.int32(_EPOCH),
        rows["share"].astype(np.int64),
        rows["monthly_ore"].astype(np.int64),
    )
