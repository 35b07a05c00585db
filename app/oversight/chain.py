"""`verify-access-log`: whether the access log is as it was written, and if not, which row is the first at fault.

Each chain's rows are read in order and hashed anew here, not in the database whose rows are doubted. The heads say how
long each chain must be, and after which row of another chain it began. Whoever rewrites everything at once, heads and
all, is found only by heads that were kept elsewhere: `--keep FILE` writes them, `--against FILE` compares.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.audit import AccessLog, AccessLogChain
from app.db import Database, Identity

AUDITOR = Identity(actor="verify-access-log", roles=frozenset({"auditor"}))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Head(BaseModel):
    """How far a chain had come when it was kept."""

    chain: UUID
    length: int
    hash: str


class Heads(BaseModel):
    """Every chain's head at one time."""

    heads: list[Head]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much was read, and the first fault or None."""

    rows: int
    chains: int
    fault: str | None
    heads: Heads


async def verify(
    database: Database, against: Heads | None = None, *, report: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Read the whole log, in one snapshot, and say what was found. `report` is told how many rows have been read."""
    kept = {head.chain: head for head in against.heads} if against is not None else {}
    async with database.transaction(AUDITOR) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        chains = list(
            await session.scalars(select(AccessLogChain).order_by(col(AccessLogChain.begun_at), col(AccessLogChain.id)))
        )
        heads = Heads(heads=[Head(chain=chain.id, length=chain.length, hash=chain.hash.hex()) for chain in chains])
        known = {chain.id: chain for chain in chains}
        rows, fault = 0, None
        for id_ in kept.keys() - known.keys():
            fault = fault or f"Chain {id_} is missing as a whole."
        for chain in chains:
            reading = _Chain(chain, kept.get(chain.id))
            async for row in _rows(session, chain.id):
                rows += 1
                if rows % 1_000 == 0:
                    report(rows)
                reading.read(row)
            fault = fault or reading.fault() or await _beginning(session, chain, known)
        # Rows of no chain: their head is gone, or they were put in.
        stray = await session.execute(
            select(col(AccessLog.chain), col(AccessLog.number))
            .where(col(AccessLog.chain).not_in(list(known)))
            .order_by(col(AccessLog.chain), col(AccessLog.number))
            .limit(1)
        )
        for chain_id, number in stray:
            fault = fault or f"Row {number} of chain {chain_id} belongs to no chain: its head is missing."
    return Verdict(rows, len(chains), fault, heads)


async def _rows(session: AsyncSession, chain: UUID) -> AsyncIterator[Any]:
    columns = (
        AccessLog.number, AccessLog.id, AccessLog.at, AccessLog.participant_id, AccessLog.object_id, AccessLog.outcome,
        AccessLog.actor, AccessLog.organisation, AccessLog.supplier, AccessLog.action, AccessLog.method,
        AccessLog.route, AccessLog.purpose, AccessLog.request_id, AccessLog.hash,
    )  # fmt: skip
    statement = select(*(col(column) for column in columns)).where(col(AccessLog.chain) == chain)
    rows = await session.stream(statement.order_by(col(AccessLog.number)), execution_options={"yield_per": 1000})
    async for row in rows:
        yield row


class _Chain:
    """One chain as it is read: the hash so far, and the first fault."""

    def __init__(self, head: AccessLogChain, kept: Head | None) -> None:
        self._head = head
        self._kept = kept
        self._number = 0
        self._hash = hashlib.sha256(str(head.id).encode() + (head.after_hash or b"")).digest()
        self._fault: str | None = None

    def read(self, row: Any) -> None:
        """Take the next row; after the first fault, nothing more is compared."""
        if self._fault is not None:
            return
        self._number += 1
        where = f"of chain {self._head.id}"
        if row.number != self._number:
            self._fault = f"Row {self._number} {where} is missing."
        elif self._number > self._head.length:
            self._fault = f"Row {row.number} {where} was put in: id {row.id}, at {row.at.isoformat()}."
        elif _hash(self._hash, self._head.id, row) != row.hash:
            self._fault = f"Row {row.number} {where} was altered: id {row.id}, at {row.at.isoformat()}."
        elif self._kept is not None and self._number == self._kept.length and row.hash.hex() != self._kept.hash:
            self._fault = f"Row {row.number} {where} is not the one that was kept: id {row.id}."
        self._hash = row.hash

    def fault(self) -> str | None:
        """The first fault, or that the end is missing."""
        if self._fault is None and self._number < max(self._head.length, self._kept.length if self._kept else 0):
            return f"Row {self._number + 1} of chain {self._head.id} is missing: the chain has lost its end."
        if self._fault is None and self._hash != self._head.hash:
            return f"The head of chain {self._head.id} was altered."
        return self._fault


def _hash(before: bytes, chain: UUID, row: Any) -> bytes:
    """What the database's trigger computed when the row was written (see the migration)."""
    since = row.at - _EPOCH
    said = (
        chain, row.number, row.id, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds,
        row.participant_id, row.object_id, row.outcome, row.actor, row.organisation, row.supplier, row.action,
        row.method, row.route, row.purpose, row.request_id,
    )  # fmt: skip
    text = "\x1f".join("" if value is None else str(value) for value in said)
    return hashlib.sha256(before + text.encode()).digest()


async def _beginning(session: AsyncSession, chain: AccessLogChain, known: dict[UUID, AccessLogChain]) -> str | None:
    """Whether the row of another chain, after which this one began, is still there."""
    if chain.after_chain is None or chain.after_hash is None:
        return None
    if chain.after_chain not in known:
        return f"Chain {chain.after_chain} is missing as a whole: chain {chain.id} began after it."
    if not chain.after_hash:
        return None
    found = await session.scalar(
        select(col(AccessLog.number)).where(
            col(AccessLog.chain) == chain.after_chain, col(AccessLog.hash) == chain.after_hash
        )
    )
    return None if found else f"A row of chain {chain.after_chain} is missing: chain {chain.id} began after it."
