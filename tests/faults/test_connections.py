"""Many callers at once through few connections, also behind PgBouncer in transaction mode: nobody gets another's."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

import postgres
from app.access_log.seals import seal_log
from app.access_log.verification import Verdict, verify_log
from app.database import startup
from app.database.connections import Database
from app.database.driver import plain_dsn
from app.database.identity import DatabaseIdentity
from tests.conftest import Api
from tests.factories.world import VISIBLE, World, build, told_apart
from tests.test_commands import ran

REQUESTS = 500
PATHS = ("/v1/placements", "/v1/placements/{placement_id}", "/v1/participants", "/v1/absences", "/v1/meetings")
CALLERS = ("provider_a", "provider_b", "habilitation", "mental_health")
_OTHER = {"provider_a": "b", "habilitation": "b", "provider_b": "a", "mental_health": "a"}


async def mixed(api: Api, world: World) -> None:
    """All of them at once: own rows, never one of another's, and always the same answer as alone."""
    alone = {}
    asked = []
    for caller in CALLERS:
        for path in PATHS:
            for whose in "ab":
                address = path.format(**world.ids[whose])
                alone[caller, address] = told_apart(await world.callers[caller].get(address))[0]
                asked.append((caller, address))
    busy = asyncio.Semaphore(60)

    async def ask(caller: str, address: str) -> tuple[str, str, httpx.Response]:
        async with busy:
            return caller, address, await world.callers[caller].get(address)

    chosen = [asked[number * 7 % len(asked)] for number in range(REQUESTS)]
    foreign = 0
    for caller, address, answer in await asyncio.gather(*(ask(*one) for one in chosen)):
        assert answer.status_code == alone[caller, address], (caller, address, answer.text)
        theirs = world.ids[_OTHER[caller]]
        named = [theirs[kind] for kind in VISIBLE if kind in theirs and kind != "provider_id"]
        if answer.status_code == 200:
            foreign += sum(id_ in answer.text for id_ in named)
    assert foreign == 0


@asynccontextmanager
async def through(api: Api, database: Database) -> AsyncIterator[Api]:
    """The same application on another pool."""
    state = api.app.state
    own, state.database = state.database, database
    try:
        yield api
    finally:
        state.database = own
        await database.close()


async def sealed(api: Api, database: Database) -> Verdict:
    """Seals the log as far as other tests' transactions let it, and verifies it."""
    key = api.app.state.settings.access_log_key_bytes
    try:
        await seal_log(database, key)
        return await verify_log(database, key)
    finally:
        await database.close()


async def test_a_pool_of_five(committed_api: Api) -> None:
    world = await build(committed_api)
    url = committed_api.app.state.settings.database_url
    async with through(committed_api, Database(url, pool_size=5, pool_timeout=30)) as api:
        await mixed(api, world)
    database = Database(url, pool_size=1)
    verdict = await sealed(committed_api, database)
    assert verdict.fault is None
    assert verdict.rows + verdict.unsealed > REQUESTS


async def test_statements_stay_prepared_while_other_pages_are_asked(committed_api: Api) -> None:
    """As many as the pages that take turns send, and more."""
    database = Database(committed_api.app.state.settings.database_url, reader_pool_size=1)
    async with database.reader(DatabaseIdentity("person:anybody")) as reader:
        for number in range(200):
            await reader.fetch(text(f"select {number} as one_of_many"))
        prepared = await reader.fetch_value(
            text("select count(*) from pg_prepared_statements where statement like '% as one_of_many'")
        )
    await database.close()
    assert prepared == 200


@pytest.fixture
async def pgbouncer(committed_api: Api, cluster: postgres.Cluster) -> AsyncIterator[str]:
    """The address of a PgBouncer before the test's database, in transaction mode with five connections."""
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if binary is None:
        pytest.skip("no pgbouncer is installed (Debian: apt-get install pgbouncer)")
    direct = plain_dsn(committed_api.app.state.settings.database_url)
    where = httpx.QueryParams(direct.partition("?")[2])
    with tempfile.TemporaryDirectory(prefix="vekstplass-pgbouncer-") as directory:
        folder = Path(directory)
        folder.chmod(0o777)
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            "[databases]\n"
            f"* = host={where['host']} port={where['port']} user=vekstplass_service\n"
            "[pgbouncer]\n"
            "listen_addr =\nlisten_port = 6543\n"
            f"unix_socket_dir = {folder}\nlogfile = {folder / 'log'}\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 5\nmax_client_conn = 200\n"
        )
        command = [binary, str(configuration)]
        if os.geteuid() == 0:
            owner = Path(where["host"]).owner()
            command = [binary, "-u", owner if owner != "root" else "postgres", str(configuration)]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if (folder / ".s.PGSQL.6543").exists():
                    break
                await asyncio.sleep(0.02)
            yield f"postgresql+asyncpg://vekstplass_service@/{_name(direct)}?host={folder}&port=6543"
        finally:
            running.terminate()
            running.wait(10)


def _name(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


async def test_behind_pgbouncer_in_transaction_mode(committed_api: Api, pgbouncer: str) -> None:
    world = await build(committed_api)
    database = Database(pgbouncer, pool_size=20, pool_timeout=30, prepared_statements=False)
    async with through(committed_api, database) as api:
        await mixed(api, world)
    direct = Database(committed_api.app.state.settings.database_url, pool_size=1)
    verdict = await sealed(committed_api, direct)
    assert verdict.fault is None
    assert verdict.rows + verdict.unsealed > REQUESTS


async def test_every_connection_works_behind_a_pooler(committed_api: Api, pgbouncer: str) -> None:
    """The start, the probe and the commands, each of which finds the pooler's server as another has left it."""
    for _ in range(10):
        await startup.demand_fit(pgbouncer)
        state = await startup.read_state(pgbouncer, timeout=5)
        assert (state.revision, state.writable) == (startup.head(), True)
    settings = {"DATABASE_URL": pgbouncer, "VEKSTPLASS_PREPARED_STATEMENTS": "false"}
    for command in ("verify-access-log", "seal-access-log", "rotate-keys"):
        done = await asyncio.to_thread(ran, command, **settings)
        assert done.returncode == 0, done.stderr
