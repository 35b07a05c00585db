"""The schema's way up, and what the service demands of its database before it serves."""

import asyncio
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg

from app.database.driver import connect

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"
CONNECT_SECONDS = 5.0


class UnfitDatabase(Exception):
    """Why the service will not serve from this database, in one sentence."""


_REVISION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


@cache
def _revisions() -> dict[str, str | None]:
    """Every revision of the code, and the one that it follows.

    Read from the files and not by Alembic, which a process that serves has no other need of (7 MB, 0.3 s).
    """
    found = [dict(_REVISION.findall(file.read_text(encoding="utf-8"))) for file in MIGRATIONS.glob("versions/*.py")]
    return {names["revision"]: names.get("down_revision") for names in found}


@cache
def head() -> str:
    """The revision the code was written for: the one that no other follows."""
    [last] = _revisions().keys() - _revisions().values()
    return last


def can_serve(revision: str | None) -> bool:
    """Whether this code serves a schema at the revision: its own head, or a newer one.

    A revision that the code does not have is a later release's: a release migrates while the processes of the last one
    still serve, and its migrations leave them what they use.
    """
    return revision is not None and (revision == head() or revision not in _revisions())


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a database says of itself.

    Args:
        revision: of its schema; None where it was never migrated.
        writable: False for a standby, and for one that was made to refuse every change.
    """

    revision: str | None
    writable: bool


async def read_state(url: str, *, timeout: float) -> DatabaseState:
    """The state of the database at `url`, over a connection of its own: a full pool must not look like a dead database.

    Raises `ConnectionNotMadeError`, and the driver's errors.
    """
    connection = await connect(url, timeout=timeout, command_timeout=timeout)
    try:
        # A pooler keeps one server for a transaction, and not for two messages of the protocol.
        async with connection.transaction():
            writable = await connection.fetchval("select current_setting('transaction_read_only') = 'off'")
            try:
                revision = await connection.fetchval("select version_num from alembic_version")
            except asyncpg.UndefinedTableError:
                return DatabaseState(None, writable)
            return DatabaseState(revision, writable)
    finally:
        # Without the word of goodbye: what is asked here must not hang, and whoever asks has an answer.
        connection.terminate()


async def revision(url: str, *, timeout: float) -> str | None:
    """The revision a database is at, None where it was never migrated."""
    return (await read_state(url, timeout=timeout)).revision


async def create_roles(url: str) -> None:
    """Make the cluster's three roles and set their limits; `url` must be allowed to."""
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute((MIGRATIONS / "roles.sql").read_text())
        await connection.execute((MIGRATIONS / "sql" / "database.sql").read_text())
    finally:
        await connection.close()


async def restrict_database(url: str) -> None:
    """Leave temporary tables to the database's owner alone, where `url` may decide that."""
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute((MIGRATIONS / "sql" / "database.sql").read_text())
    finally:
        await connection.close()


def upgrade(url: str) -> None:
    """Migrate to head as the owner role that `url` names, in a process of its own. Blocks. Raises `UnfitDatabase`."""
    asyncio.run(restrict_database(url))
    if can_serve(asyncio.run(revision(url, timeout=10))):
        return
    done = subprocess.run(
        [sys.executable, "-P", "-m", "alembic", "-x", "tables=no", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OWNER_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["Alembic said nothing"])[-1]
        raise UnfitDatabase(f"The schema could not be migrated: {reason}")


async def may_migrate(url: str) -> bool:
    """Whether the role may create tables, having made the cluster's roles first where it may."""
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        if await connection.fetchval("select rolsuper from pg_roles where rolname = current_user"):
            await connection.execute((MIGRATIONS / "roles.sql").read_text())
        may: bool = await connection.fetchval("select has_schema_privilege('public', 'create')")
        return may
    finally:
        await connection.close()


_IS_PRIVILEGED = (
    "select rolsuper or rolbypassrls or exists (select from pg_class c join pg_namespace n"
    " on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'"
    " and pg_has_role(r.oid, c.relowner, 'MEMBER')) from pg_roles r where rolname = session_user"
)


async def is_privileged(url: str) -> bool:
    """Whether the wall does not hold the login back: a superuser, one that bypasses policies, or a tables' owner."""
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        async with connection.transaction():
            privileged: bool = await connection.fetchval(_IS_PRIVILEGED)
            return privileged
    finally:
        await connection.close()


async def demand_fit(url: str, *, role: str | None = None) -> None:
    """Refuse a role that the wall does not hold back, and a schema that is not one this code can serve.

    Where it is fit, events' numbers go on above those of a dump that was restored here. With `role`, the login may be
    privileged because every connection becomes that role. Raises `UnfitDatabase` and `ConnectionNotMadeError`.
    """
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        if connection.get_server_version().major < 15:
            raise UnfitDatabase("PostgreSQL must be version 15 or newer.")
    finally:
        await connection.close()
    if role is None and await is_privileged(url):
        raise UnfitDatabase(
            "The service's role is a superuser, bypasses row-level security or owns tables; give it"
            " vekstplass_service or a role like it."
        )
    state = await read_state(url, timeout=CONNECT_SECONDS)
    if not can_serve(state.revision):
        raise UnfitDatabase(
            f"The schema is at {state.revision or 'nothing'}, not at {head()}: run «python -m app migrate»."
        )
    if state.writable:
        await _continue_events(url)


async def _continue_events(url: str) -> None:
    connection = await connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute("select continue_event_numbers()")
    finally:
        await connection.close()
