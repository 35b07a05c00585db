"""The two pools of one process, and the doors opened on them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import msgspec
from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.database.driver import connect
from app.database.identity import NOBODY, DatabaseIdentity
from app.database.queries import CompiledQuery
from app.database.reader import DriverConnection, Reader, ReaderConnections, TransactionWords, fetch_as_nobody
from app.database.unit_of_work import CallerSession, UnitOfWork
from app.database_address import DRIVER_SCHEME

_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 20.0


class ReaderPool:
    """asyncpg's own pool. It connects to nothing before the first reader asks."""

    words = TransactionWords()

    def __init__(self, connect: Callable[..., Coroutine[Any, Any, Any]], *, size: int, wait: float) -> None:
        self.size = size
        self._wait = wait
        self._connect = connect
        self._pool: asyncpg.Pool | None = None

    async def acquire(self) -> DriverConnection:
        """A connection. Raises `TimeoutError` where none is free in time."""
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                min_size=0,
                max_size=self.size,
                connect=self._connect,
                # A reader leaves nothing behind on a connection: its settings end with its transaction.
                reset=_nothing,
                init=_decode_json,
            )
            await self._pool
        return await self._pool.acquire(timeout=self._wait)

    async def release(self, connection: DriverConnection) -> None:
        """Give a connection back."""
        if self._pool is not None and isinstance(connection, PoolConnectionProxy):
            await self._pool.release(connection)

    @property
    def in_use(self) -> int:
        """Connections that a reader holds."""
        return 0 if self._pool is None else self._pool.get_size() - self._pool.get_idle_size()

    @property
    def idle(self) -> int:
        """Connections that wait for a reader."""
        return 0 if self._pool is None else self._pool.get_idle_size()

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            await self._pool.close()


async def _nothing(connection: asyncpg.Connection) -> None:
    pass


async def _decode_json(connection: asyncpg.Connection) -> None:
    # As SQLAlchemy's own connections have it.
    async with connection.transaction():  # a pooler keeps one server for a transaction
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=msgspec.json.decode, schema="pg_catalog")


class Database:
    """The pools of one process: one for readers, one for units of work.

    Args:
        url: `postgresql+asyncpg://…` of the service's role.
        role: a role to become on connecting, where the login itself is privileged (never in production).
        pool_size: connections for units of work.
        reader_pool_size: connections for readers.
        pool_timeout: seconds to wait for a connection.
        prepared_statements: False behind PgBouncer in transaction mode.
        demand: called before the first connection, and again until it has raised nothing.
    """

    def __init__(
        self,
        url: str,
        *,
        role: str | None = None,
        pool_size: int = 4,
        reader_pool_size: int = 4,
        pool_timeout: float = 1.5,
        prepared_statements: bool = True,
        demand: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        options: dict[str, Any] = {
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _COMMAND_SECONDS,
            "prepared_statements": prepared_statements,
        }
        if role is not None:
            options["server_settings"] = {"role": role}
        self._connect = partial(connect, url, **options)
        self._demand = demand
        self._prepared_statements = prepared_statements
        of_engine: dict[str, Any] = {} if prepared_statements else {"prepared_statement_cache_size": 0}
        self.engine: AsyncEngine = create_async_engine(
            # The driver reads the address, which says more than SQLAlchemy's own form can.
            f"{DRIVER_SCHEME}://",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_use_lifo=True,
            hide_parameters=True,
            json_deserializer=msgspec.json.decode,
            connect_args={**of_engine, "async_creator_fn": self._open},
        )
        event.listen(self.engine.sync_engine, "checkout", _pass_over_closed)
        event.listen(self.engine.sync_engine, "handle_error", _discard_read_only)
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(
            self.engine, sync_session_class=CallerSession, expire_on_commit=False
        )
        self.snapshot_options: dict[str, str] = {"isolation_level": "REPEATABLE READ"}
        self.readers: ReaderConnections = ReaderPool(self._open, size=reader_pool_size, wait=pool_timeout)
        # An organisation number is its provider's identity and never changes: PostgreSQL is asked for the id once a
        # process. An id that has gone shows nothing.
        self.provider_ids: dict[str, str] = {}

    async def demand_fit(self) -> None:
        """Raise what `demand` raises; once it has raised nothing it is not asked again."""
        if self._demand is not None:
            await self._demand()
            self._demand = None

    async def _open(self, *_: object, **options: Any) -> Any:
        await self.demand_fit()
        return await self._connect(**options)

    @asynccontextmanager
    async def reader(self, caller: DatabaseIdentity, *, snapshot: bool = False) -> AsyncIterator[Reader]:
        """A transaction for reads."""
        door = Reader(self.readers, caller, self.provider_ids, snapshot=snapshot)
        try:
            yield door
            await door.commit()
        except asyncpg.ReadOnlySQLTransactionError:
            # A standby, or what has become one: the next connection may find the primary.
            door.discard_connection()
            raise
        finally:
            await door.close()

    async def fetch_as_nobody(self, query: CompiledQuery, /, **values: object) -> Record | None:
        """The first row of one statement, to which no policy shows a row: of an owner's function, without a caller."""
        if self._prepared_statements:
            return await fetch_as_nobody(self.readers, query, **values)
        async with self.reader(NOBODY) as reader:
            return await reader.fetch_one(query, **values)

    @asynccontextmanager
    async def unit_of_work(self, caller: DatabaseIdentity, *, snapshot: bool = False) -> AsyncIterator[UnitOfWork]:
        """A transaction that may write: committed once at the end, rolled back on any exception."""
        session = self.sessions(caller=caller, provider_ids=self.provider_ids)
        door = UnitOfWork(session, caller)
        try:
            if snapshot:
                await session.connection(execution_options=self.snapshot_options)
            yield door
            await door.commit()
        except asyncpg.ReadOnlySQLTransactionError:
            await session.invalidate()
            raise
        finally:
            await door.close()

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()
        if isinstance(self.readers, ReaderPool):
            await self.readers.close()


def _discard_read_only(context: ExceptionContext) -> None:
    # As `Database.reader` does: SQLAlchemy then makes the pool's connections anew.
    if isinstance(context.original_exception.__cause__, asyncpg.ReadOnlySQLTransactionError):
        context.is_disconnect = True


def _pass_over_closed(connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    # The loop has seen the server close it: the pool makes a new one, and the request never knows. This costs no
    # round trip, as `pool_pre_ping` would.
    if connection.driver_connection.is_closed():
        raise DisconnectionError
