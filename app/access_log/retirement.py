"""`python -m app retire-access-log`: months of the access log that are past their retention are dropped (G2).

The seals stay, with the ids and codes of the rows that are gone, so that `verify-access-log` still holds over the gap.
What was retired is recorded under the log's key: a row that is missing without that, or from a later month, is named as
before. The service may not do this: it takes the owner's role.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app import clock
from app.access_log.tables import AccessLogRetirement
from app.database.driver import connect

CONNECT_SECONDS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSEALED = """
    select exists (select from access_log where at < $1
        and transaction_number >= coalesce((select max(end_transaction) from access_log_seal), 0))
"""
# An id carries the moment the service made it, the row that of its transaction: around midnight, or where a clock was
# wrong, they name two months.
_MISDATED = "select id from access_log where (at < $1) <> (id < $2)"
_MONTHS = """
    select relname from pg_class join pg_inherits on inhrelid = pg_class.oid
    where inhparent = 'access_log'::regclass and relname ~ '^month_[0-9]{4}_[0-9]{2}$' and relname < $1
"""
# The default partition has the rows of months that have none. Its own protection is lifted for this transaction alone.
_CLEAR_DEFAULT = """
    alter table access_log_partition.other disable trigger refuse_change, no force row level security;
    delete from access_log_partition.other where at < '{before}';
    alter table access_log_partition.other enable trigger refuse_change, force row level security
"""
_STORE = """
    insert into access_log_retirement (retired_before, retired_at, rows, misdated_ids, code) values ($1, $2, $3, $4, $5)
"""


class RetirementError(Exception):
    """Why nothing is retired, in one sentence."""


@dataclass(frozen=True, slots=True)
class Retired:
    """What was dropped: the rows before this instant, and how many."""

    before: datetime
    rows: int


def find_retirable_month(now: datetime, years: int) -> datetime:
    """The instant before which every month, in UTC, is as many years old."""
    return datetime(now.year - years, now.month, 1, tzinfo=UTC)


def least_id(moment: datetime) -> UUID:
    """The lowest version 7 UUID of an instant (RFC 9562 § 5.7)."""
    return UUID(int=(moment - _EPOCH) // timedelta(milliseconds=1) << 80)


def retirement_code(key: bytes, before: datetime, at: datetime, rows: int, misdated_ids: Sequence[UUID]) -> bytes:
    """What vouches for a record of what was retired: HMAC-SHA-256 under the log's key."""
    words = [before.isoformat(), at.isoformat(), rows, *sorted(map(str, misdated_ids))]
    return hmac.digest(key, b"retired\0" + json.dumps(words).encode(), "sha256")


class RetiredRows:
    """Which rows of the seals were retired."""

    def __init__(self, record: AccessLogRetirement) -> None:
        self.before = record.retired_before
        self._bound = least_id(record.retired_before)
        self._misdated = frozenset(record.misdated_ids)

    def __contains__(self, row_id: UUID) -> bool:
        return (row_id < self._bound) is not (row_id in self._misdated)


def is_genuine(key: bytes, record: AccessLogRetirement) -> bool:
    """Whether a record was made with the log's key, and not altered since."""
    before, at = record.retired_before.astimezone(UTC), record.retired_at.astimezone(UTC)
    code = retirement_code(key, before, at, record.rows, record.misdated_ids)
    return hmac.compare_digest(code, record.code)


async def retire_log(owner_url: str, key: bytes, before: datetime) -> Retired:
    """Drop every row from before this beginning of a month, in one transaction, and record that.

    Nobody reads or writes the log meanwhile; it waits five seconds for those who do. The caller has verified the log.

    Raises:
        RetirementError: a row of these months is not sealed yet.
    """
    connection = await connect(owner_url, timeout=CONNECT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '5s'")
            await connection.execute("lock table access_log, access_log_seal, access_log_retirement")
            return await _retire(connection, key, before)
    finally:
        await connection.close()


async def _retire(connection: Any, key: bytes, before: datetime) -> Retired:
    rows: int = await connection.fetchval("select count(*) from access_log where at < $1", before)
    if not rows:
        return Retired(before, 0)
    if await connection.fetchval(_UNSEALED, before):
        raise RetirementError("Rows of these months are not sealed yet: run seal-access-log first.")
    bound = least_id(before)
    misdated = {row["id"] for row in await connection.fetch(_MISDATED, before, bound)}
    last = await connection.fetchval(
        "select misdated_ids from access_log_retirement order by retired_before desc limit 1"
    )
    # Gone since an earlier time, and dated as if it were still here.
    kept = {id_ for id_ in last or () if id_ >= bound}
    for month in await connection.fetch(_MONTHS, f"month_{before:%Y_%m}"):
        await connection.execute(f'alter table access_log detach partition access_log_partition."{month["relname"]}"')
        await connection.execute(f'drop table access_log_partition."{month["relname"]}"')
    for statement in _CLEAR_DEFAULT.format(before=before.isoformat()).split(";"):
        await connection.execute(statement)
    at, ids = clock.now(), sorted(misdated | kept)
    await connection.execute(_STORE, before, at, rows, ids, retirement_code(key, before, at, rows, ids))
    return Retired(before, rows)
