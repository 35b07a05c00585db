"""PostgreSQL refuses a connection, or every change: 503 from each kind of operation, not ready, and then healed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

import postgres
from app.database.connections import Database
from app.database.driver import ConnectionNotMadeError, connect
from app.database_address import read_address
from app.settings import Settings
from tests.conftest import Api, assembled, cloned

READS = ("/v1/placements", "/v1/placements/01930000-0000-7000-8000-000000000000", "/v1/providers", "/v1/events")


@asynccontextmanager
async def service(cluster: postgres.Cluster, name: str, settings: Settings, query: str = "") -> AsyncIterator[Api]:
    """The application on that database, with pools of its own."""
    url = read_address(f"{cluster.url('vekstplass_service', name)}{query}")
    database = Database(url, pool_size=2, reader_pool_size=2)
    yield Api(assembled(settings.model_copy(update={"database_url": url}), database))
    await database.close()


@asynccontextmanager
async def administrator(cluster: postgres.Cluster) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
    try:
        yield connection
    finally:
        await connection.close()


async def disconnect(administrator: asyncpg.Connection, name: str) -> None:
    """End the service's connections to a database."""
    await administrator.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", name)


async def answers(api: Api, number: str) -> list[httpx.Response]:
    """One answer of each kind of operation: reads on the driver, reads on a session, a write, and a keyed one."""
    body = {"name": "X AS", "organisation_number": number, "municipality_number": "4631"}
    return [
        *[await api.case_officer.get(address) for address in READS],
        await api.case_officer.post("/v1/providers", json=body),
        await api.case_officer.post("/v1/providers", json=body, headers={"Idempotency-Key": number}),
    ]


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, (answer.request.url, answer.text)
    assert answer.json()["type"] == "/problems/unavailable"
    assert answer.headers["retry-after"].isdigit()


@pytest.mark.parametrize(
    ("refuse", "allow"),
    [
        ("alter database {} connection limit 0", "alter database {} connection limit -1"),
        ("alter database {} allow_connections false", "alter database {} allow_connections true"),
        ("revoke connect on database {} from public", "grant connect on database {} to public"),
        ("alter database {} rename to {}_away", "alter database {}_away rename to {}"),
    ],
    ids=["full", "closed", "not allowed", "gone"],
)
async def test_every_refusal_to_connect_is_503(
    cluster: postgres.Cluster, settings: Settings, refuse: str, allow: str
) -> None:
    async with (
        cloned(cluster) as name,
        administrator(cluster) as admin,
        service(cluster, name, settings) as api,
    ):
        assert (await api.case_officer.get("/v1/providers")).status_code == 200
        await disconnect(admin, name)
        await admin.execute(refuse.format(name, name))
        try:
            for answer in [*await answers(api, "310300403"), await api.anonymous.get("/health/ready")]:
                assert_unavailable(answer)
        finally:
            await admin.execute(allow.format(name, name))
        found = [answer.status_code for answer in await answers(api, "310300403")]
        assert found == [200, 404, 200, 200, 201, 409]
        assert (await api.anonymous.get("/health/ready")).status_code == 200


@pytest.mark.parametrize("query", ["", "&target_session_attrs=read-write"], ids=["any host", "one that writes"])
async def test_a_database_that_takes_no_changes_is_503_and_not_ready(
    cluster: postgres.Cluster, settings: Settings, query: str
) -> None:
    """A host's guard against a full disk, or a standby behind the address; and connections made meanwhile are left."""
    async with (
        cloned(cluster) as name,
        administrator(cluster) as admin,
        service(cluster, name, settings, query) as api,
    ):
        await admin.execute(f"alter database {name} set default_transaction_read_only = on")
        *reads, created, keyed = await answers(api, "310300403")
        # A list that shows nobody is not logged, so it needs no write.
        refused = [answer for answer in reads if query or answer.status_code >= 500]
        for answer in [*refused, created, keyed, await api.anonymous.get("/health/ready")]:
            assert_unavailable(answer)
        await admin.execute(f"alter database {name} reset default_transaction_read_only")
        # A connection of that time is left by the request that meets its refusal.
        await answers(api, "310300411")
        found = [answer.status_code for answer in await answers(api, "310300403")]
        assert found == [200, 404, 200, 200, 201, 409]
        assert (await api.anonymous.get("/health/ready")).status_code == 200


async def test_a_refusal_says_why_and_repeats_no_password() -> None:
    with pytest.raises(ConnectionNotMadeError) as refusal:
        await connect("postgresql://someone:secret@127.0.0.1:9/x", timeout=5)
    assert "secret" not in str(refusal.value)
    assert refusal.value.passing
