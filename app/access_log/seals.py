"""Seals over the access log: ranges of committed rows, each closed by a digest over its rows and the seal before it.

Everything keyed is computed here, with a key that the database does not have: write access to the database is not
enough to alter a row or to make a digest that holds. A range ends below every transaction that still runs, so that no
row can be committed into it later. The service seals at the first request after 60 s (`Sealer`), an administrator
by `python -m app seal-access-log`. Each new digest is logged: an earlier one tells when the last ranges were removed.

A seal must come with a proof that the seal before it has committed to. The service's database role alone, without the
key, can therefore not store a seal that fails verification for good. The key is never changed.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from app.access_log.tables import AccessLog, AccessLogSeal
from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork

SEAL_SECONDS = 60.0
# A range holds at most so many rows, and the rest of the last one's transaction.
ROWS_PER_RANGE = 10_000
# Half of HMAC-SHA-256, which RFC 2104 section 5 allows.
CODE_BYTES = 16

ROW_COLUMNS = tuple(
    col(column)
    for column in (
        AccessLog.transaction_number, AccessLog.id, AccessLog.at, AccessLog.actor, AccessLog.organisation,
        AccessLog.supplier, AccessLog.action, AccessLog.method, AccessLog.route, AccessLog.purpose, AccessLog.outcome,
        AccessLog.request_id, AccessLog.participant_ids, AccessLog.denied_ids,
        AccessLog.more_denied, AccessLog.reason, AccessLog.reference,
    )
)  # fmt: skip

# It reads the log as an auditor does.
_SEALER = DatabaseIdentity(actor="seal-access-log", roles=frozenset({"auditor"}))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Numbers are counted as the events' are, so that they rise in another cluster as well.
_HORIZON = text(
    "select now() as sealed_at, base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint as settled_below,"
    " base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next_transaction from event_base"
)
_STORE = text(
    "select store_access_log_seal(:range_number, :sealed_at, :first_transaction, :end_transaction, :next_transaction,"
    " :row_ids, :row_codes, :digest, :next_commitment, :proof)"
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SealedRange:
    """A range that was closed now."""

    number: int
    rows: int
    digest: bytes


def row_code(key: bytes, row: Any) -> bytes:
    """The authentication code of a row with `ROW_COLUMNS`."""
    number, id_, at, *words, participant_ids, denied_ids, more_denied, reason, reference = row
    ids = [_as_text(participant_ids), _as_text(denied_ids)]
    # Rows that were sealed before there was such a number, or a reason, have none in their codes.
    more: list[Any] = [more_denied] if more_denied else []
    more += [[reason, reference]] if reason else []
    # JSON keeps null, the empty text and the ends of lists apart.
    content = json.dumps([number, str(id_), _microseconds(at), *words, *ids, *more])
    return hmac.digest(key, b"row\0" + content.encode(), "sha256")[:CODE_BYTES]


def range_digest(key: bytes, seal: AccessLogSeal, previous_digest: bytes) -> bytes:
    """The digest of a range, over all that its seal holds and the digest before it."""
    head = json.dumps(
        [
            seal.range_number,
            _microseconds(seal.sealed_at),
            seal.first_transaction,
            seal.end_transaction,
            seal.next_transaction,
            len(seal.row_ids),
            seal.next_commitment.hex(),
            previous_digest.hex(),
        ]
    )
    ids = b"".join(id_.bytes for id_ in seal.row_ids)
    return hmac.digest(key, b"range\0" + head.encode() + b"\0" + ids + seal.row_codes, "sha256")


def commitment(key: bytes, range_number: int) -> bytes:
    """What the seal before a range holds of that range's proof."""
    return hashlib.sha256(_proof(key, range_number)).digest()


def in_order(rows: Iterable[Any]) -> list[Any]:
    """Rows in the order in which a seal holds them."""
    return sorted(rows, key=lambda row: (row.transaction_number, row.id.int, row.at))


async def seal_log(database: Database, key: bytes, *, min_age: timedelta = timedelta(0)) -> list[SealedRange]:
    """Close all that is committed and older than every running transaction.

    Does nothing while another session seals, or when the last seal is younger than `min_age`.

    Raises:
        asyncpg.InsufficientPrivilegeError: the last seal was made with another key.
    """
    async with database.unit_of_work(_SEALER) as unit:
        await unit.session.execute(select(func.create_access_log_partitions(), func.continue_event_numbers()))
    sealed: list[SealedRange] = []
    while True:
        async with database.unit_of_work(_SEALER) as unit:
            closed = await _seal_range(unit, key, timedelta(0) if sealed else min_age)
        if closed is None:
            return sealed
        sealed.append(closed)
        log.info("access log sealed", range=closed.number, rows=closed.rows, digest=closed.digest.hex())


async def _seal_range(unit: UnitOfWork, key: bytes, min_age: timedelta) -> SealedRange | None:
    if not await unit.session.scalar(select(func.pg_try_advisory_xact_lock(AdvisoryLock.ACCESS_LOG_SEAL))):
        return None
    last = (
        await unit.session.execute(
            select(
                col(AccessLogSeal.range_number),
                col(AccessLogSeal.sealed_at),
                col(AccessLogSeal.end_transaction),
                col(AccessLogSeal.digest),
            )
            .order_by(col(AccessLogSeal.range_number).desc())
            .limit(1)
        )
    ).one_or_none()
    horizon = (await unit.session.execute(_HORIZON)).one()
    if last is not None and horizon.sealed_at - last.sealed_at < min_age:
        return None
    first = 0 if last is None else last.end_transaction
    number = col(AccessLog.transaction_number)
    found = await unit.session.execute(
        select(*ROW_COLUMNS)
        .where(number >= first, number < horizon.settled_below)
        .order_by(number)
        .fetch(ROWS_PER_RANGE, with_ties=True)
    )
    rows = in_order(found)
    if not rows:
        return None
    range_number = 1 if last is None else last.range_number + 1
    seal = AccessLogSeal(
        range_number=range_number,
        sealed_at=horizon.sealed_at,
        first_transaction=first,
        end_transaction=horizon.settled_below if len(rows) < ROWS_PER_RANGE else rows[-1].transaction_number + 1,
        next_transaction=horizon.next_transaction,
        row_ids=[row.id for row in rows],
        row_codes=b"".join(row_code(key, row) for row in rows),
        digest=b"",
        next_commitment=commitment(key, range_number + 1),
    )
    seal.digest = range_digest(key, seal, b"" if last is None else last.digest)
    await unit.session.execute(_STORE, {**seal.model_dump(), "proof": _proof(key, range_number)})
    return SealedRange(range_number, len(rows), seal.digest)


class Sealer:
    """Seals the log while the service runs: in a task of its own, which no request waits for or fails with."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key
        self._due = time.monotonic() + SEAL_SECONDS
        self._task: asyncio.Task[None] | None = None

    def seal_if_due(self) -> None:
        """Begin to seal when it is 60 s since this process last did."""
        now = time.monotonic()
        if now < self._due or (self._task is not None and not self._task.done()):
            return
        self._due = now + SEAL_SECONDS
        self._task = asyncio.create_task(self._seal())

    async def close(self) -> None:
        """Wait for the task that is under way."""
        if self._task is not None:
            await self._task

    async def _seal(self) -> None:
        try:
            # Of several processes one seals.
            await seal_log(self._database, self._key, min_age=timedelta(seconds=SEAL_SECONDS / 2))
        except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.error("access log not sealed", error=type(error).__name__)


def _proof(key: bytes, range_number: int) -> bytes:
    return hmac.digest(key, b"proof\0" + str(range_number).encode(), "sha256")


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _as_text(ids: Iterable[UUID | None]) -> list[str | None]:
    return [None if id_ is None else str(id_) for id_ in ids]
