"""The database goes away, comes back, fills up or hangs: the service says 503 and when to retry, and heals by itself.

The cluster is one of our own, since restarting it would disturb the other tests.
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import httpx
import pytest

import postgres
from app.database import startup
from app.database.connections import Database
from app.http.problems import MEDIA_TYPE
from app.settings import Settings
from tests.conftest import Api, assembled
from tests.factories.server import serving
from tests.factories.tokens import ISSUERS, bearer
from tests.factories.waiting import until
from tests.scripts.test_postgres import restart

PROVIDERS = "/v1/providers"
WHOLE_AGAIN = 5.0


@pytest.fixture(scope="module")
def own_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """A PostgreSQL that only these tests use; what it acknowledges outlives its own crash, as in production."""
    durable = {"synchronous_commit": "on"}
    with postgres.start(tmp_path_factory.mktemp("restarted"), settings=durable, throwaway=True) as running:
        asyncio.run(startup.create_roles(running.dsn("postgres", "postgres")))
        startup.upgrade(running.url("vekstplass_owner"))
        yield running


@asynccontextmanager
async def service(cluster: postgres.Cluster, *, pool_size: int = 5) -> AsyncIterator[httpx.AsyncClient]:
    """The service on that cluster, behind a real server, and a case officer's client."""
    url = cluster.url("vekstplass_service")
    settings = Settings(environment="demo", database_url=url, issuers=ISSUERS, allow_synthetic_identity_numbers=True)
    database = Database(url, pool_size=pool_size, reader_pool_size=pool_size)
    limits = httpx.Limits(max_connections=None)
    async with (
        serving(assembled(settings, database)) as address,
        httpx.AsyncClient(base_url=address, headers=bearer("case_officer"), limits=limits, timeout=30) as client,
    ):
        yield client
    await database.close()


@asynccontextmanager
async def behind_the_wall(cluster: postgres.Cluster) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def limited(connection: asyncpg.Connection, limit: str, value: str) -> AsyncIterator[None]:
    """Another limit of the service's role, for connections opened meanwhile."""
    role = "alter role vekstplass_service in database vekstplass"
    await connection.execute(f"{role} set {limit} = '{value}'")
    try:
        yield
    finally:
        await connection.execute(f"{role} reset {limit}")


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["retry-after"].isdigit()
    assert answer.json()["type"] in {"/problems/unavailable", "/problems/outcome-unknown"}


@dataclass
class Load:
    """Callers that go on whatever happens, and what they were told. A client's own error would end them."""

    client: httpx.AsyncClient
    numbers: Iterator[int]
    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    last_refused: float = 0.0
    over: bool = False

    async def read(self) -> None:
        while not self.over:
            self.note(await self.client.get(PROVIDERS))

    async def write(self) -> None:
        """Each row until it is acknowledged, under one key."""
        while not self.over:
            number = str(next(self.numbers))
            body = {"name": "X AS", "organisation_number": number, "municipality_number": "4631"}
            while not self.over:
                answer = await self.client.post(PROVIDERS, json=body, headers={"Idempotency-Key": number})
                self.note(answer)
                if answer.status_code == 201:
                    self.acknowledged.add(number)
                    break

    def note(self, answer: httpx.Response) -> None:
        self.answers[answer.status_code] += 1
        if answer.status_code not in (200, 201):
            assert_unavailable(answer)
            self.last_refused = time.monotonic()


def valid_numbers() -> Iterator[int]:
    """Organisation numbers that pass their control."""
    for stem in range(31_100_000, 32_000_000):
        rest = sum(int(digit) * weight for digit, weight in zip(str(stem), (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if rest != 1:
            yield stem * 10 + (11 - rest) % 11


NUMBERS = valid_numbers()


async def disturb(cluster: postgres.Cluster, how: str) -> None:
    """Take the database away under its callers, and return when it is there again."""
    if how == "backends killed":
        async with behind_the_wall(cluster) as connection:
            for _ in range(10):
                await connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'vekstplass_service'"
                )
                await asyncio.sleep(0.03)
    else:
        await asyncio.to_thread(restart, cluster, signal.SIGINT if how == "restarted" else signal.SIGQUIT)


@pytest.mark.parametrize("how", ["restarted", "crashed", "backends killed"])
async def test_disturbed_under_load_it_answers_503_and_is_whole_again(own_cluster: postgres.Cluster, how: str) -> None:
    """Only 2xx and 503 with Retry-After; within 5 seconds only 2xx; what was acknowledged is there, once."""
    async with service(own_cluster) as client:
        load = Load(client, NUMBERS)
        workers = [asyncio.create_task(worker()) for worker in [load.read] * 3 + [load.write] * 3]
        await until(lambda: len(load.acknowledged) >= 10)
        await disturb(own_cluster, how)
        back = time.monotonic()
        while time.monotonic() - max(back, load.last_refused) < 0.5:
            assert time.monotonic() - back < WHOLE_AGAIN + 0.5
            await asyncio.sleep(0.02)
        done = len(load.acknowledged)
        await until(lambda: len(load.acknowledged) >= done + 10)
        load.over = True
        await asyncio.gather(*workers)
    async with behind_the_wall(own_cluster) as connection:
        stored = await connection.fetch(
            "select organisation_number as number, count(*) as times from provider group by 1"
        )
    times = {row["number"]: row["times"] for row in stored}
    assert load.acknowledged <= set(times)
    assert set(times.values()) == {1}
    assert load.answers[503] > 0


async def test_restarted_while_idle_nobody_notices(own_cluster: postgres.Cluster) -> None:
    """The pool passes over connections that the server has closed."""
    async with service(own_cluster) as client:
        full = await asyncio.gather(*(client.get(PROVIDERS) for _ in range(20)))
        assert {answer.status_code for answer in full} == {200}
        await asyncio.to_thread(restart, own_cluster, signal.SIGINT)
        again = await asyncio.gather(*(client.get(PROVIDERS) for _ in range(20)))
        assert [answer.status_code for answer in again] == [200] * 20


async def test_a_full_pool_says_so_while_it_is_full(own_cluster: postgres.Cluster) -> None:
    """And whoever asks for no connection is not kept waiting."""
    async with (
        behind_the_wall(own_cluster) as connection,
        limited(connection, "lock_timeout", "120s"),
        service(own_cluster, pool_size=2) as client,
    ):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("lock table provider in access exclusive mode")
        holding = [asyncio.create_task(client.get(PROVIDERS)) for _ in range(2)]
        await until(lambda: connection.fetchval("select count(*) >= 2 from pg_locks where not granted"))
        refused, live, unknown = await asyncio.gather(
            client.get(PROVIDERS), client.get("/health/live"), client.get(PROVIDERS, headers={"Authorization": ""})
        )
        assert_unavailable(refused)
        assert not any(task.done() for task in holding)
        assert (live.status_code, unknown.status_code) == (200, 401)
        await transaction.rollback()
        assert {answer.status_code for answer in await asyncio.gather(*holding)} == {200}
        assert (await client.get(PROVIDERS)).status_code == 200


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
async def test_what_takes_too_long_is_given_up(own_cluster: postgres.Cluster, limit: str) -> None:
    """By the database itself, on the role's limit (here a shorter one); the connection serves the next request."""
    async with (
        behind_the_wall(own_cluster) as connection,
        limited(connection, limit, "200ms"),
        service(own_cluster, pool_size=1) as client,
    ):
        async with connection.transaction():
            await connection.execute("lock table provider in access exclusive mode")
            assert_unavailable(await client.get(PROVIDERS))
        assert (await client.get(PROVIDERS)).status_code == 200


async def test_a_transaction_left_open_is_ended(own_cluster: postgres.Cluster) -> None:
    """A connection that the database ended while nobody looked is not handed out again."""
    async with behind_the_wall(own_cluster) as connection:
        url = own_cluster.url("vekstplass_service")
        database = Database(url, pool_size=1, reader_pool_size=1)
        settings = Settings(environment="demo", database_url=url, issuers=ISSUERS)
        api = Api(assembled(settings, database))
        assert (await api.case_officer.get(PROVIDERS)).status_code == 200
        ended = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'vekstplass_service'"
        assert await connection.fetchval(ended)
        assert (await api.case_officer.get(PROVIDERS)).status_code == 200
        await database.close()


async def test_the_roles_have_their_limits(own_cluster: postgres.Cluster) -> None:
    """On the role, so that they hold behind a pooler too; and no role is more than it needs to be."""
    service_role = await asyncpg.connect(own_cluster.dsn("vekstplass_service"))
    limits = {
        name: await service_role.fetchval(f"show {name}")
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone", "jit")
    }
    await service_role.close()
    assert limits == {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
        "jit": "off",
    }
    async with behind_the_wall(own_cluster) as connection:
        rows = await connection.fetch(
            "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles"
            " where rolname like 'vekstplass%' order by rolname"
        )
    assert [tuple(row) for row in rows] == [
        ("vekstplass_backup", False, False, False, True),
        ("vekstplass_owner", False, False, False, False),
        ("vekstplass_service", False, False, False, False),
    ]
