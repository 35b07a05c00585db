"""The door for reads: a transaction on the driver itself, without SQLAlchemy's session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

import asyncpg
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy
from fastapi import Depends, Request
from sqlalchemy import Select
from sqlalchemy.sql import ClauseElement
from sqlmodel import SQLModel

from app.database.identity import SET_CALLER, SET_ROLES, DatabaseIdentity, role_setting
from app.database.queries import AccessRecord, CompiledQuery, CompiledSelect, compiled, compiled_select, models

R = TypeVar("R", bound=SQLModel)

DriverConnection = asyncpg.Connection | PoolConnectionProxy


@dataclass(frozen=True, slots=True)
class TransactionWords:
    """How a reader's transaction begins and ends. Tests have savepoints of their own transaction in place of these."""

    begin: str = "begin"
    begin_snapshot: str = "begin isolation level repeatable read"
    commit: str = "commit"
    rollback: str = "rollback"


class ReaderConnections(Protocol):
    """Where readers have their connections from."""

    words: TransactionWords

    async def acquire(self) -> DriverConnection: ...

    async def release(self, connection: DriverConnection) -> None: ...


class Reader:
    """A transaction for reads, as the caller. What it writes is the access log alone.

    The connection is taken at the first statement, so a request that is refused before that costs none.

    Args:
        snapshot: every statement sees the same state of the database.
        provider_ids: known providers' ids by organisation number; a new one is added.
    """

    def __init__(
        self,
        connections: ReaderConnections,
        caller: DatabaseIdentity,
        provider_ids: dict[str, str],
        *,
        snapshot: bool = False,
    ) -> None:
        self.caller = caller
        self.access = AccessRecord()
        self._connections = connections
        self._provider_ids = provider_ids
        self._snapshot = snapshot
        self._connection: DriverConnection | None = None

    async def fetch(self, query: CompiledQuery | ClauseElement, /, **values: object) -> list[Record]:
        connection = self._connection or await self._begin()
        query = compiled(query)
        rows: list[Record] = await connection.fetch(query.sql, *query.arguments(values))
        return rows

    async def fetch_one(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Record | None:
        connection = self._connection or await self._begin()
        query = compiled(query)
        row: Record | None = await connection.fetchrow(query.sql, *query.arguments(values))
        return row

    async def fetch_value(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Any:
        row = await self.fetch_one(query, **values)
        return None if row is None else row[0]

    async def select(self, statement: CompiledSelect[R] | Select[R], /, **values: object) -> list[R]:
        select = compiled_select(statement)
        return models(select.kind, await self.fetch(select.query, **values))

    async def execute(self, sql: str, /, *parameters: object) -> None:
        connection = self._connection or await self._begin()
        await connection.execute(sql, *parameters)

    async def copy(self, sql: str, /) -> bytearray:
        connection = self._connection or await self._begin()
        return await copy_out(connection, sql)

    @asynccontextmanager
    async def acting_as(self, role: str, /, *, alone: bool = False) -> AsyncIterator[None]:
        roles = frozenset({role}) if alone else self.caller.roles | {role}
        await self.execute(SET_ROLES, role_setting(roles))
        yield
        await self.execute(SET_ROLES, role_setting(self.caller.roles))

    async def commit(self) -> None:
        """End the transaction, if one was begun. Called by the code that opened the reader."""
        if self._connection is not None:
            await self._connection.execute(self._connections.words.commit)
            await self._release()

    def discard_connection(self) -> None:
        """Leave a connection that is of no more use: the pool makes another one."""
        if self._connection is not None:
            self._connection.terminate()

    async def close(self) -> None:
        """Give the connection back; what was not committed is gone."""
        if self._connection is None:
            return
        try:
            if not self._connection.is_closed():
                await self._connection.execute(self._connections.words.rollback)
        except BaseException:
            self._connection.terminate()  # the pool makes another one
            raise
        finally:
            await asyncio.shield(self._release())

    async def _begin(self) -> DriverConnection:
        words = self._connections.words
        self._connection = connection = await self._connections.acquire()
        await connection.execute(words.begin_snapshot if self._snapshot else words.begin)
        settings = self.caller.settings(self._provider_ids)
        provider_id = await connection.fetchval(SET_CALLER, *settings)
        if provider_id:
            self._provider_ids[self.caller.organisation or ""] = provider_id
        return connection

    async def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._connections.release(connection)


async def fetch_as_nobody(
    connections: ReaderConnections, query: CompiledQuery | ClauseElement, /, **values: object
) -> Record | None:
    """The first row of one statement that is a transaction by itself, which saves three round trips.

    Nobody has told PostgreSQL who asks, so no policy shows it a row: it is for the owner's functions that need no
    caller. Not behind a pooler in transaction mode, which may give the statement's parts to two servers.
    """
    connection = await connections.acquire()
    try:
        query = compiled(query)
        row: Record | None = await connection.fetchrow(query.sql, *query.arguments(values))
        return row
    except asyncpg.ReadOnlySQLTransactionError:
        connection.terminate()
        raise
    finally:
        await connections.release(connection)


async def copy_out(connection: DriverConnection, sql: str) -> bytearray:
    """What a query answers, in PostgreSQL's binary COPY format."""
    received = bytearray()

    async def collect(data: bytes) -> None:
        received.extend(data)

    await connection.copy_from_query(sql, output=collect, format="binary")
    return received


async def reader(request: Request) -> Reader:
    """The reader of the running request, opened and committed by `app.http.endpoint.Route`."""
    door: Reader = request.scope["state"]["reader"]
    return door


async def snapshot_reader(request: Request) -> Reader:
    """As `reader`, whose statements all see the same state of the database."""
    return await reader(request)


ReaderDep = Annotated[Reader, Depends(reader)]
SnapshotReaderDep = Annotated[Reader, Depends(snapshot_reader)]
