"""One PostgreSQL for the run, a database per worker, and an application whose commits are real but undone.

`api` runs inside an outer transaction that is rolled back after the test: the application commits into savepoints.
`committed_api` has a database of its own, for tests of what happens between connections.
"""

import asyncio
import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from sqlalchemy import pool, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker, create_async_engine

import postgres
from app.database import startup
from app.database.connections import Database
from app.database.locks import AdvisoryLock
from app.database.reader import DriverConnection, TransactionWords
from app.database.unit_of_work import CallerSession
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Settings
from tests.factories.people import DEMO_PEOPLE
from tests.factories.tokens import ISSUERS, bearer

TEMPLATE = postgres.DATABASE
METRICS_TOKEN = "only-for-the-tests-metrics-token-0123456789"
METRICS = {"Authorization": f"Bearer {METRICS_TOKEN}"}
# The tests' issuers have their keys in the settings. To make a client is to read all certificates: once for all tests.
NO_KEY_SETS = httpx.AsyncClient()

hypothesis_settings.register_profile("suite", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-answers", action="store_true", help="write app/http/demo_answers.json (test_examples.py)")


# As `app.main` has it: what is imported here stays, and the collector would walk it again and again.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser's tests: none of the longest is left to the end, and few workers need a Chromium."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    """Keep the collector from walking every imported module and collected test at each pass."""
    gc.collect()
    gc.freeze()


class Api:
    """The application as its callers meet it: one client for each role, and `anonymous`."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    # Made when asked for: to sign five tokens takes as long as some tests.

    @cached_property
    def anonymous(self) -> httpx.AsyncClient:
        return self.client({})

    @cached_property
    def case_officer(self) -> httpx.AsyncClient:
        return self.client(bearer("case_officer"))

    @cached_property
    def finance(self) -> httpx.AsyncClient:
        return self.client(bearer("finance"))

    @cached_property
    def auditor(self) -> httpx.AsyncClient:
        return self.client(bearer("auditor"))

    @cached_property
    def grants_officer(self) -> httpx.AsyncClient:
        return self.client(bearer("grants_officer"))

    @cached_property
    def manager(self) -> httpx.AsyncClient:
        return self.client(bearer("manager"))

    @cached_property
    def epj(self) -> httpx.AsyncClient:
        return self.client(bearer("epj"))

    def client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        """A client that sends these headers with every request."""
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://vekstplass.test", headers=headers)

    def provider(self, organisation: str) -> httpx.AsyncClient:
        """A provider's own system."""
        return self.client(bearer("provider", organisation))

    def service(self, service_area: str) -> httpx.AsyncClient:
        """Someone of an executing service."""
        return self.client(bearer("service", service_area=service_area))

    async def browser(self, person: str | None = None) -> httpx.AsyncClient:
        """A browser, with somebody of `tests.factories.people` logged in."""
        browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="https://vekstplass.test",
            headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
        )
        if person is not None:
            answer = await browser.post("/logg-inn", data={"rolle": person})
            assert answer.status_code == 303, answer.text
        return browser

    def person(self, role: str, subject: str) -> httpx.AsyncClient:
        """A named person in a role."""
        return self.client(bearer(role, subject=subject))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """The run's PostgreSQL, shared by its workers; `vekstplass` in it is migrated and stays empty."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with postgres.start(run / "postgresql", throwaway=True, in_memory=True) as running:
        with (run / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Asked of the database: a cluster whose last user left is deleted, and the next one is new.
            owner = running.url("vekstplass_owner", TEMPLATE)
            if asyncio.run(startup.revision(owner, timeout=10)) is None:
                asyncio.run(startup.create_roles(running.dsn("postgres", "postgres")))
                startup.upgrade(owner)
        yield running


@pytest.fixture(scope="session")
def quiet_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """A PostgreSQL of this worker's own: an event waits for every earlier transaction of its cluster, also a test's."""
    with postgres.start(tmp_path_factory.mktemp("quiet"), throwaway=True, in_memory=True) as running:
        asyncio.run(startup.create_roles(running.dsn("postgres", "postgres")))
        startup.upgrade(running.url("vekstplass_owner", TEMPLATE))
        yield running


@asynccontextmanager
async def cloned(cluster: postgres.Cluster, template: str = TEMPLATE) -> AsyncIterator[str]:
    """The name of a fresh database, dropped afterwards: migrated and empty, or as its template is."""
    name = f"t_{uuid4().hex[:16]}"
    admin = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
    try:
        # Two clones at once would each see the other as a user of the template.
        await admin.execute("select pg_advisory_lock($1)", AdvisoryLock.TEST_TEMPLATE)
        await admin.execute(f"create database {name} template {template} owner vekstplass_owner")
        await admin.execute("select pg_advisory_unlock($1)", AdvisoryLock.TEST_TEMPLATE)
        # On a busy machine a test is slower than the limits that protect the service from a slow caller.
        for limit in ("lock_timeout", "statement_timeout"):
            await admin.execute(f"alter role vekstplass_service in database {name} set {limit} = '120s'")
        await startup.restrict_database(cluster.url("vekstplass_owner", name))
        yield name
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


def load_example_year(cluster: postgres.Cluster, day: str) -> str:
    """The template with the demo's example year as it is loaded on a day; the first of the workers makes it."""
    name = f"demo_{day.replace('-', '_')}"
    with (cluster.data / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_load_example_year(cluster, day, name))
    return name


async def _load_example_year(cluster: postgres.Cluster, day: str, name: str) -> None:
    admin = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
    try:
        if await admin.fetchval("select exists (select from pg_database where datname = $1)", name):
            return
        async with cloned(cluster) as loaded:
            environment = os.environ | {
                "DATABASE_URL": cluster.url("vekstplass_service", loaded),
                "VEKSTPLASS_DATA_DIR": str(cluster.data / "demo"),
                "VEKSTPLASS_TODAY": day,
            }
            command = [sys.executable, "-m", "app", "load-demo"]
            subprocess.run(command, cwd=Path(__file__).parents[1], env=environment, check=True)
            await admin.execute(f"create database {name} template {loaded} owner vekstplass_owner")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
async def database(cluster: postgres.Cluster) -> AsyncIterator[str]:
    """This worker's own database."""
    async with cloned(cluster) as name:
        yield name


@pytest.fixture(scope="session")
def settings(cluster: postgres.Cluster, database: str) -> Settings:
    """As a demo has them: synthetic people, placeholder keys."""
    return Settings(
        environment="demo",
        database_url=cluster.url("vekstplass_service", database),
        issuers=ISSUERS,
        allow_synthetic_identity_numbers=True,
        # Tests of every operation try more than anybody mistypes, and call more than any system.
        wrong_calendars_per_minute=100_000,
        requests_per_minute=0,
        lookups_per_minute=0,
        metrics_token=SecretStr(METRICS_TOKEN),
    )


def assembled(settings: Settings, database: Database) -> FastAPI:
    """The application as `lifespan` leaves it, around a given database."""
    app = create_app(settings, DEMO_PEOPLE)
    app.state.database = database
    app.state.authenticator = TokenVerifier(settings.issuers, NO_KEY_SETS)
    app.state.draining = False
    # Each test asks for what is, not for what was a moment ago.
    app.state.metrics.keep_seconds = app.state.readiness.keep_seconds = 0
    return app


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """One application per worker; each test gives it the session maker."""
    database = Database(settings.database_url, pool_size=1)
    yield assembled(settings, database)
    await database.close()


@pytest.fixture(scope="session")
async def worker_connection(settings: Settings) -> AsyncIterator[AsyncConnection]:
    """The one connection that the rolled-back tests of this worker share."""
    engine = create_async_engine(
        settings.database_url,
        poolclass=pool.NullPool,
        # A worker's tests ask more different statements than the service does, and each is made ready once.
        query_cache_size=10_000,
        connect_args={"prepared_statement_cache_size": 10_000, "statement_cache_size": 10_000},
    )
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
async def connection(worker_connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    """The outer transaction of one test."""
    outer = await worker_connection.begin()
    yield worker_connection
    await outer.rollback()


class OneConnection:
    """Readers on the test's own connection: both doors see its uncommitted rows, and end with its savepoints."""

    words = TransactionWords(
        begin="savepoint reader",
        begin_snapshot="savepoint reader",
        commit="release savepoint reader",
        rollback="rollback to savepoint reader",
    )

    def __init__(self, driver: DriverConnection) -> None:
        self._driver = driver

    async def acquire(self) -> DriverConnection:
        return self._driver

    async def release(self, connection: DriverConnection) -> None:
        return None


async def use_connection(database: Database, connection: AsyncConnection) -> None:
    """Open both doors on one connection that is inside a transaction: savepoints stand for their transactions."""
    database.sessions = async_sessionmaker(
        connection,
        sync_session_class=CallerSession,
        expire_on_commit=False,
        join_transaction_mode="create_savepoint",
    )
    # Of providers that were rolled back.
    database.provider_ids.clear()
    # A savepoint has its transaction's isolation.
    database.snapshot_options = {}
    # The driver's transaction begins with the first statement.
    await connection.execute(text("select 1"))
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)
    database.readers = OneConnection(driver)


@pytest.fixture
async def api(app: FastAPI, connection: AsyncConnection) -> Api:
    """The application inside this test's transaction, by production's doors. One request at a time."""
    await use_connection(app.state.database, connection)
    return Api(app)


@asynccontextmanager
async def committing(cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[Api]:
    """The application on a database of its own, with a real pool and real commits."""
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=8, reader_pool_size=8, pool_timeout=10)
        app = assembled(settings.model_copy(update={"database_url": url}), database)
        yield Api(app)
        await app.state.listener.close()
        await database.close()


@pytest.fixture
async def committed_api(cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[Api]:
    """As `committing`, in the run's PostgreSQL."""
    async with committing(cluster, settings) as api:
        yield api


@pytest.fixture
async def quiet_api(quiet_cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[Api]:
    """As `committing`, where nobody else has a transaction open."""
    async with committing(quiet_cluster, settings) as api:
        yield api


@pytest.fixture
async def owner(cluster: postgres.Cluster, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the wall, for what no role may see. Not inside the test's transaction."""
    connection = await asyncpg.connect(cluster.dsn("postgres", database))
    yield connection
    await connection.close()


@asynccontextmanager
async def behind_the_wall(api: Api, cluster: postgres.Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the application's own database."""
    name = make_url(api.app.state.settings.database_url).database
    connection = await asyncpg.connect(cluster.dsn("postgres", str(name)))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def behind(committed_api: Api, cluster: postgres.Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the wall of `committed_api`'s own database, as a superuser."""
    async with behind_the_wall(committed_api, cluster) as connection:
        yield connection
