"""The schema's way up, and what the service demands of its database before it serves."""

import asyncio
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"


class UnfitDatabase(Exception):
    """Why the service will not serve from this database, in one sentence."""


_REVISION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


@cache
def head() -> str:
    """The revision the code was written for: the one that no other follows.

    Read from the files and not by Alembic, which a process that serves has no other need of (7 MB, 0.3 s).
    """
    found: list[list[tuple[str, str]]] = [
        _REVISION.findall(file.read_text(encoding="utf-8")) for file in MIGRATIONS.glob("versions/*.py")
    ]
    names = {name for pairs in found for kind, name in pairs if kind == "revision"}
    [last] = names - {name for pairs in found for kind, name in pairs if kind == "down_revision"}
    return last


def plain_dsn(url: str) -> str:
    """An SQLAlchemy URL as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def revision(url: str, *, timeout: float) -> str | None:
    """The revision a database is at, None where it was never migrated.

    Over a connection of its own: a full pool must not look like a dead database.
    """
    connection = await asyncpg.connect(plain_dsn(url), timeout=timeout)
    try:
        found: str | None = await connection.fetchval("select version_num from alembic_version", timeout=timeout)
        return found
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


async def create_roles(url: str) -> None:
    """Make the cluster's three roles and set their limits; `url` must be allowed to."""
    connection = await asyncpg.connect(plain_dsn(url), timeout=10)
    try:
        await connection.execute((MIGRATIONS / "roles.sql").read_text())
        await connection.execute((MIGRATIONS / "sql" / "database.sql").read_text())
    finally:
        await connection.close()


async def restrict_database(url: str) -> None:
    """Leave temporary tables to the database's owner alone, where `url` may decide that."""
    connection = await asyncpg.connect(plain_dsn(url), timeout=10)
    try:
        await connection.execute((MIGRATIONS / "sql" / "database.sql").read_text())
    finally:
        await connection.close()


def upgrade(url: str) -> None:
    """Migrate to head as the owner role that `url` names, in a process of its own. Blocks. Raises `UnfitDatabase`."""
    asyncio.run(restrict_database(url))
    if asyncio.run(revision(url, timeout=10)) == head():
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
    connection = await asyncpg.connect(plain_dsn(url), timeout=10)
    try:
        if await connection.fetchval("select rolsuper from pg_roles where rolname = current_user"):
            await connection.execute((MIGRATIONS / "roles.sql").read_text())
        may: bool = await connection.fetchval("select has_schema_privilege('public', 'create')")
        return may
    finally:
        await connection.close()


async def is_privileged(url: str) -> bool:
    """Whether the wall does not hold the login back: a superuser, one that bypasses policies, or a tables' owner."""
    connection = await asyncpg.connect(plain_dsn(url), timeout=10)
    try:
        privileged: bool = await connection.fetchval(
            "select rolsuper or rolbypassrls or exists (select from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'"
            " and pg_has_role(r.oid, c.relowner, 'MEMBER')) from pg_roles r where rolname = session_user"
        )
        return privileged
    finally:
        await connection.close()


async def demand_fit(url: str, *, role: str | None = None) -> None:
    """Refuse a role that the wall does not hold back, and a schema that is not the one this code expects.

    Raises `UnfitDatabase`. With `role`, the login may be privileged because every connection becomes that role.
    """
    try:
        connection = await asyncpg.connect(plain_dsn(url), timeout=10)
        version = connection.get_server_version().major
        await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise UnfitDatabase(f"The database cannot be reached: {type(error).__name__}.") from error
    if version < 15:
        raise UnfitDatabase("PostgreSQL must be version 15 or newer.")
    if role is None and await is_privileged(url):
        raise UnfitDatabase(
            "The service's role is a superuser, bypasses row-level security or owns tables; give it"
            " vekstplass_service or a role like it."
        )
    at = await revision(url, timeout=10)
    if at != head():
        raise UnfitDatabase(f"The schema is at {at or 'nothing'}, not at {head()}: run «python -m app migrate».")
    await _continue_events(url)


async def _continue_events(url: str) -> None:
    """Let events' numbers go on above those of a dump that was restored here; else it changes nothing."""
    connection = await asyncpg.connect(plain_dsn(url), timeout=10)
    try:
        await connection.execute("select continue_event_numbers()")
    finally:
        await connection.close()
