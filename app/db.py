"""Engine, naming convention, session, and the only commit in the code.

PostgreSQL itself decides which rows a caller may see (row-level security). It is told who is calling at the
beginning of every transaction and for that transaction alone: a setting made for the session would leak to the next
caller of the same pooled connection.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import Connection, DateTime, MetaData, event, func
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Field, SQLModel

from app.clock import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

# One statement, so that the wall costs one round trip a transaction; the driver's own, because it begins every one.
_SET_CALLER = "set_caller"


@dataclass(frozen=True, slots=True)
class Identity:
    """What PostgreSQL is told of the caller: who, with which roles, for which organisation or service area."""

    actor: str
    roles: frozenset[str] = field(default_factory=frozenset)
    organisation: str | None = None
    service_area: str | None = None

    def told(self, providers: Mapping[str, str]) -> tuple[str, str, str, str, str]:
        """The arguments of `set_caller`, given the providers' ids by organisation number as far as they are known."""
        organisation = self.organisation or ""
        known = providers.get(organisation, "") if "provider" in self.roles else ""
        return self.actor, ",".join(sorted(self.roles)), organisation, self.service_area or "", known


class ServiceSession(Session):
    """A session that tells PostgreSQL who is calling whenever a transaction begins."""


@event.listens_for(ServiceSession, "after_begin")
def _tell_identity(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    identity: Identity | None = session.info.get("identity")
    if identity is None:
        raise RuntimeError("a transaction was begun without an identity")
    if _READING in session.info:
        raise RuntimeError("what was begun as a reading has a transaction already")
    providers: dict[str, str] = session.info.setdefault(_PROVIDERS, {})
    provider = connection.exec_driver_sql(_call(_SET_CALLER, 5), identity.told(providers)).scalar_one()
    # At a savepoint it may be a row of this transaction, which may not come to stay.
    if provider and not transaction.nested:
        providers[identity.organisation or ""] = provider


class Prepared:
    """A statement compiled once, for what is asked at every other request.

    It runs on the session's own connection and so in its transaction, behind the wall, and skips what SQLAlchemy does
    anew at each execution, which costs several times the query itself. Rows are the driver's; the session's own
    changes must have been flushed.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=PGDialect_asyncpg())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        # Literals in the statement are parameters too, with a value of their own.
        self._parameters = [(name, compiled.params[name]) for name in compiled.positiontup or ()]

    async def rows(self, session: AsyncSession, values: Mapping[str, object]) -> list[asyncpg.Record]:
        """Run it. `values` by the names of its `bindparam`s."""
        driver = await driver_of(session)
        found: list[asyncpg.Record] = await driver.fetch(
            self._sql, *(values.get(name, own) for name, own in self._parameters)
        )
        return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """A transaction begun on the driver itself, on a connection of the session's own pool."""

    pooled: PoolProxiedConnection
    driver: asyncpg.Connection

    async def release(self) -> None:
        """Give the connection back; whatever was not committed is gone."""
        try:
            if self.driver.is_in_transaction():
                await self.driver.execute("rollback")
        except BaseException:
            self.driver.terminate()  # the pool passes over it
            raise
        finally:
            self.pooled.close()  # the transaction has ended: nothing is waited for


_READING = "reading"
_LAST = "last"
# An organisation number is its provider's identity and never changes: PostgreSQL is asked for the id once a process.
# An id that has gone shows nothing.
_PROVIDERS = "providers"


async def _checked_out(engine: AsyncEngine) -> PoolProxiedConnection:
    """A connection of the pool; an idle one without SQLAlchemy's way of waiting, which costs as much as a query."""
    pool = engine.sync_engine.pool
    if isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedin():
        with suppress(MissingGreenlet):  # a new one has to be waited for: the idle one was closed
            return pool.connect()
    return await engine.raw_connection()


async def driver_of(session: AsyncSession) -> asyncpg.Connection:
    """The driver's connection under a session, its transaction begun and the caller's identity told.

    A request that needs nothing of SQLAlchemy's session never begins one: that is half its time.
    """
    reading: _Reading | None = session.info.get(_READING)
    if reading is not None:
        return reading.driver
    if session.in_transaction() or not isinstance(session.bind, AsyncEngine):
        raw = await (await session.connection()).get_raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver
    identity: Identity | None = session.info.get("identity")
    if identity is None:
        raise RuntimeError("a transaction was begun without an identity")
    pooled = await _checked_out(session.bind)
    driver = pooled.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    session.info[_READING] = _Reading(pooled, driver)
    providers: dict[str, str] = session.info.setdefault(_PROVIDERS, {})
    told = identity.told(providers)
    if "provider" in identity.roles and not told[-1]:
        await driver.execute("begin")
        if provider := await driver.fetchval(_call(_SET_CALLER, 5), *told):
            providers[identity.organisation or ""] = provider
        return driver
    await driver.execute(f"begin; {_written(_SET_CALLER, told)}")
    return driver


async def call_last(session: AsyncSession, function: str, values: Sequence[str | None]) -> None:
    """Call one of PostgreSQL's functions that answers nothing, as the last thing before the commit.

    A reading does so in the message that commits. What fails then fails the request: nothing has gone out yet.
    """
    if session.in_transaction():
        await session.flush()
    driver = await driver_of(session)
    if _READING in session.info:
        session.info[_LAST] = f"{_written(function, values)}; "
    else:
        await driver.execute(_call(function, len(values)), *values)


@cache
def _call(function: str, parameters: int) -> str:
    """A call of one of PostgreSQL's functions with parameters."""
    return f"select {function}({', '.join(f'${place}' for place in range(1, parameters + 1))})"


def _written(function: str, values: Sequence[str | None]) -> str:
    """A call with its values in it, as a message of several statements must have them.

    Each value is quoted as `standard_conforming_strings` has it.
    """
    quoted = ["null" if value is None else "'" + value.replace("'", "''") + "'" for value in values]
    return f"select {function}({', '.join(quoted)})"


def _pass_over_closed(connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    # The loop has seen the server close it: the pool makes a new one, and the request never knows. This costs no
    # round trip, as `pool_pre_ping` would.
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def _connected(*where: Any, **options: Any) -> asyncpg.Connection:
    """As asyncpg does, but a socket or host that is not there is a `ConnectionError`: a missing file is our fault."""
    try:
        return await asyncpg.connect(*where, **options)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise ConnectionError(error.errno, error.strerror or str(error)) from error


class Database:
    """The pool and the session maker of one process.

    Args:
        url: `postgresql+asyncpg://…` of the service's role.
        role: a role to become on connecting, where the login itself is privileged (never in production).
        prepared_statements: False behind PgBouncer in transaction mode.
    """

    def __init__(
        self,
        url: str,
        *,
        role: str | None = None,
        pool_size: int = 8,
        pool_timeout: float = 1.5,
        prepared_statements: bool = True,
    ) -> None:
        connect_args: dict[str, object] = {"timeout": 5, "command_timeout": 20, "async_creator_fn": _connected}
        if role is not None:
            connect_args["server_settings"] = {"role": role}
        if not prepared_statements:
            connect_args |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args=connect_args,
        )
        event.listen(self.engine.sync_engine, "checkout", _pass_over_closed)
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(
            self.engine, sync_session_class=ServiceSession, expire_on_commit=False, info={_PROVIDERS: {}}
        )

    @asynccontextmanager
    async def transaction(self, identity: Identity | None) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed once at the end, rolled back on any exception.

        The connection is taken at the first statement, so a request that is refused before that costs none.
        """
        session = self.sessions(info={"identity": identity})
        try:
            yield session
            reading: _Reading | None = session.info.get(_READING)
            if reading is not None:
                await reading.driver.execute(f"{session.info.get(_LAST, '')}commit")
            elif session.in_transaction():
                await session.commit()
        finally:
            reading = session.info.pop(_READING, None)
            if reading is not None:
                await reading.release()
            # A session that nothing was asked of has nothing to give back, and takes its time over it.
            if session.in_transaction():
                await asyncio.shield(session.close())

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


def seen(session: AsyncSession) -> set[UUID]:
    """The participants whose data the running request shows or changes, as its handler has said so far."""
    ids: set[UUID] = session.info.setdefault("seen", set())
    return ids


def get_session(request: Request) -> AsyncSession:
    """The session of the running request, opened and committed by `app.http.endpoint.Route`."""
    session: AsyncSession = request.scope["state"]["session"]
    return session


async def given_session(request: Request) -> AsyncSession:
    """`get_session` as a dependency."""
    return get_session(request)


SessionDep = Annotated[AsyncSession, Depends(given_session)]


def instant(*, on_update: bool = False) -> Any:
    """A `timestamptz` column that the database fills with the transaction's time."""
    times: dict[str, Any] = {"server_default": func.now()}
    if on_update:
        times["onupdate"] = func.now()
    return Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=times, nullable=False)


class Row(SQLModel):
    """What every table has: a version 7 UUID, and when the row was made and last changed."""

    # RETURNING on update as well: a lazily fetched `updated_at` would be a hidden query.
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = instant()
    updated_at: datetime = instant(on_update=True)
