"""The door for everything that writes: an SQLModel session and its one commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import asyncpg
from asyncpg import Record
from fastapi import Depends, Request
from sqlalchemy import Connection, Select, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql import ClauseElement
from sqlmodel import SQLModel

from app.database.identity import SET_CALLER, SET_ROLES, DatabaseIdentity, role_setting
from app.database.queries import AccessRecord, CompiledQuery, CompiledSelect, compiled
from app.database.reader import copy_out

R = TypeVar("R", bound=SQLModel)


# Less than the driver's own limit, after which it cancels.
COMMIT_SECONDS = 10.0
_BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError)
# What a server says that ends, and no word on the transaction.
_ENDING = (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)


class OutcomeUnknownError(Exception):
    """The connection ended between a commit and its answer: everything is stored, or nothing."""


def _is_refusal(error: BaseException) -> bool:
    """Whether PostgreSQL answered a commit, and refused it: then nothing is stored."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    return isinstance(cause, asyncpg.PostgresError) and not isinstance(cause, _ENDING)


class CallerSession(Session):
    """A session that tells PostgreSQL who is calling whenever a transaction begins.

    A setting made for the connection would leak to the next caller of the pool: it holds for the transaction alone.
    """

    def __init__(self, *args: Any, caller: DatabaseIdentity, provider_ids: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.caller = caller
        self.provider_ids = provider_ids


@event.listens_for(CallerSession, "after_begin")
def _set_caller(session: CallerSession, transaction: SessionTransaction, connection: Connection) -> None:
    caller = session.caller
    provider_id = connection.exec_driver_sql(SET_CALLER, caller.settings(session.provider_ids)).scalar_one()
    # At a savepoint it may be a row of this transaction, which may not come to stay.
    if provider_id and not transaction.nested:
        session.provider_ids[caller.organisation or ""] = provider_id


class UnitOfWork:
    """One transaction that may write, as the caller. `session` is for SQLModel's rows and SQLAlchemy's statements.

    Committed once, by `app.http.endpoint.Route` or the code that opened it; rolled back on any exception.
    """

    def __init__(self, session: AsyncSession, caller: DatabaseIdentity) -> None:
        self.session = session
        self.caller = caller
        self.access = AccessRecord()

    async def fetch(self, query: CompiledQuery | ClauseElement, /, **values: object) -> list[Record]:
        driver = await self._driver()
        query = compiled(query)
        rows: list[Record] = await driver.fetch(query.sql, *query.arguments(values))
        return rows

    async def fetch_one(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Record | None:
        driver = await self._driver()
        query = compiled(query)
        row: Record | None = await driver.fetchrow(query.sql, *query.arguments(values))
        return row

    async def fetch_value(self, query: CompiledQuery | ClauseElement, /, **values: object) -> Any:
        row = await self.fetch_one(query, **values)
        return None if row is None else row[0]

    async def select(self, statement: CompiledSelect[R] | Select[R], /, **values: object) -> list[R]:
        statement = statement.statement if isinstance(statement, CompiledSelect) else statement
        return list(await self.session.scalars(statement, values))

    async def execute(self, sql: str, /, *parameters: object) -> None:
        driver = await self._driver()
        await driver.execute(sql, *parameters)

    async def copy(self, sql: str, /) -> bytearray:
        driver = await self._driver()
        return await copy_out(driver, sql)

    @asynccontextmanager
    async def acting_as(self, role: str, /, *, alone: bool = False) -> AsyncIterator[None]:
        # What the caller wrote is stored by the caller's own rights, before any others are there to pass it.
        roles = frozenset({role}) if alone else self.caller.roles | {role}
        await self.execute(SET_ROLES, role_setting(roles))
        yield
        await self.execute(SET_ROLES, role_setting(self.caller.roles))

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator[None]:
        """What is stored inside is checked as ever, and undone at the end; its rows are not to be read after that."""
        savepoint = await self.session.begin_nested()
        try:
            yield
        finally:
            await savepoint.rollback()

    async def commit(self) -> None:
        """Store everything, if anything was begun. Raises `OutcomeUnknownError` where PostgreSQL did not say if it is.

        A commit that takes too long is left and not cancelled: it may wait for a synchronous standby, and PostgreSQL
        takes a cancel for leave to keep what the standby lacks. The lock of an `Idempotency-Key` is held as long.
        """
        if not self.session.in_transaction():
            return
        driver = await self._driver()
        committing = asyncio.create_task(self.session.commit())
        try:
            await asyncio.wait({committing}, timeout=COMMIT_SECONDS)
        finally:
            if not committing.done():
                driver.terminate()
        try:
            await committing
        except (DBAPIError, OSError, asyncpg.PostgresError, *_BROKEN) as error:
            if _is_refusal(error):
                raise
            raise OutcomeUnknownError from error

    async def close(self) -> None:
        """Give the connection back; what was not committed is gone."""
        # A session that nothing was asked of has nothing to give back, and takes its time over it.
        if self.session.in_transaction():
            await asyncio.shield(self.session.close())

    async def _driver(self) -> asyncpg.Connection:
        """The driver's connection under the session, its changes sent first."""
        await self.session.flush()
        raw = await (await self.session.connection()).get_raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver


async def unit_of_work(request: Request) -> UnitOfWork:
    """The unit of work of the running request, opened and committed by `app.http.endpoint.Route`."""
    door: UnitOfWork = request.scope["state"]["unit_of_work"]
    return door


async def snapshot_unit_of_work(request: Request) -> UnitOfWork:
    """As `unit_of_work`, whose statements all see the same state of the database (`repeatable read`)."""
    return await unit_of_work(request)


UnitOfWorkDep = Annotated[UnitOfWork, Depends(unit_of_work)]
SnapshotUnitOfWorkDep = Annotated[UnitOfWork, Depends(snapshot_unit_of_work)]
