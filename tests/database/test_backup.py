"""The backup's role dumps the whole database, and what is restored from the dump is the same and goes on."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import asyncpg
import pytest

import postgres
import schema
from app.access_log.seals import seal_log
from app.access_log.verification import verify_log
from app.database import startup
from app.database.connections import Database
from app.database.driver import connect
from app.demo import example_year
from app.settings import Settings
from tests.conftest import Api, assembled, cloned
from tests.database.test_migrations import contents
from tests.factories.places import got

ON = date(2022, 8, 31)


def run(cluster: postgres.Cluster, *command: str) -> str:
    """One of PostgreSQL's own programs; it must end well."""
    done = subprocess.run(
        [str(cluster.binaries / command[0]), *command[1:]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """Another cluster, which has its roles."""
    with postgres.start(tmp_path_factory.mktemp("elsewhere"), throwaway=True, in_memory=True) as running:
        asyncio.run(startup.create_roles(running.dsn("postgres", "postgres")))
        yield running


@asynccontextmanager
async def service(url: str, settings: Settings) -> AsyncIterator[Api]:
    database = Database(url, pool_size=2, reader_pool_size=2)
    app = assembled(settings.model_copy(update={"database_url": url, "today": ON}), database)
    yield Api(app)
    await app.state.listener.close()
    await database.close()


async def test_what_the_backups_role_dumps_is_restored_and_goes_on(
    quiet_cluster: postgres.Cluster, elsewhere: postgres.Cluster, settings: Settings, tmp_path: Path
) -> None:
    """Tables, rows, policies and rights are equal, positions too; the log verifies; the feed skips nothing."""
    if not (quiet_cluster.binaries / "pg_dump").exists():
        pytest.skip("this PostgreSQL came without pg_dump")
    async with cloned(quiet_cluster) as name:
        url = quiet_cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await example_year.load(database, settings)
        await database.close()
        async with service(url, settings) as api:
            position = await got(api.case_officer, "/v1/budgets/2022/position")
            await got(api.case_officer, "/v1/participants")
            await seal_log(api.app.state.database, settings.access_log_key_bytes)
            read = (await got(api.epj, "/v1/events", limit=200))["last"]
            dump = tmp_path / "backup"
            as_backup = quiet_cluster.dsn("vekstplass_backup", name)
            await asyncio.to_thread(run, quiet_cluster, "pg_dump", "-Fc", "-f", str(dump), as_backup)
            before = await look(quiet_cluster, name)
            # What is written after the dump is lost with the cluster.
            await publish(url, "lost")
            assert len((await got(api.epj, "/v1/events", after=read))["items"]) == 1
        restore = ["pg_restore", "--exit-on-error", "-d", elsewhere.dsn("postgres"), str(dump)]
        await asyncio.to_thread(run, elsewhere, *restore)
    rows, written = await look(elsewhere)
    assert rows == before[0]
    assert written ^ before[1] == set()
    await asyncio.to_thread(startup.upgrade, elsewhere.url("vekstplass_owner"))
    restored = elsewhere.url("vekstplass_service")
    await startup.demand_fit(restored)
    async with service(restored, settings) as api:
        assert await got(api.case_officer, "/v1/budgets/2022/position") == position
        await publish(restored, "first after the restore")
        later = await got(api.epj, "/v1/events", after=read)
        assert [event["data"]["text"] for event in later["items"]] == ["first after the restore"]
    database = Database(restored, pool_size=1)
    verdict = await verify_log(database, settings.access_log_key_bytes)
    await database.close()
    assert verdict.fault is None
    assert verdict.head is not None


_POLICIES = "select format('%s %s %s %s', tablename, policyname, cmd, roles) from pg_policies"


async def look(cluster: postgres.Cluster, name: str = postgres.DATABASE) -> tuple[object, set[str]]:
    """Every row by its table; and tables, functions, policies and rights.

    Without the expressions: PostgreSQL writes a list of texts otherwise when it has read it once more.
    """
    connection = await asyncpg.connect(cluster.dsn("postgres", name))
    try:
        rows = await contents(connection)
        policies = {row[0] for row in await connection.fetch(_POLICIES)}
    finally:
        await connection.close()
    written = schema.dump_schema(cluster.binaries, cluster.dsn("postgres", name)).splitlines()
    beginnings = ("GRANT", "REVOKE", "ALTER", "CREATE TABLE", "CREATE FUNCTION", "CREATE SEQUENCE")
    return rows, policies | {line for line in written if line.startswith(beginnings)}


async def publish(url: str, text: str) -> None:
    connection = await connect(url, timeout=10)
    await connection.execute(
        "insert into event (id, type, subject, data)"
        f" values (gen_random_uuid(), 'placement.recorded', '/x', jsonb_build_object('text', '{text}'))"
    )
    await connection.close()
