"""A standby that goes, comes, is asked, or becomes the primary: what was acknowledged is there, nothing is skipped."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

import postgres
from app.database import unit_of_work
from app.database.connections import Database
from app.settings import Settings
from tests.conftest import Api, assembled
from tests.factories.places import got
from tests.factories.waiting import until
from tests.faults.replication import NAME, Standby, both, execute, replicated

Pair = tuple[postgres.Cluster, Standby]
SYNCHRONOUS = (f"alter system set synchronous_standby_names = '{NAME}'", "select pg_reload_conf()")
_REPLICATES = "select count(*) = 1 from pg_stat_replication where state = 'streaming'"
_COMMITS_WAIT = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A primary with a standby that is not running yet."""
    with replicated(tmp_path_factory.mktemp("replicated")) as made:
        yield made


@asynccontextmanager
async def service(url: str, settings: Settings) -> AsyncIterator[Api]:
    database = Database(url, pool_size=2, reader_pool_size=2)
    app = assembled(settings.model_copy(update={"database_url": url}), database)
    yield Api(app)
    await app.state.listener.close()
    await database.close()


@asynccontextmanager
async def superuser(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def create(api: Api, number: str, key: str | None = None) -> Any:
    body = {"name": "X AS", "organisation_number": number, "municipality_number": "4631"}
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.case_officer.post("/v1/providers", json=body, headers=headers)


async def test_nothing_is_acknowledged_that_the_standby_lacks(
    pair: Pair, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit waits for the standby; the key says «not yet» until it is known; then the row is at both, once."""
    monkeypatch.setattr(unit_of_work, "COMMIT_SECONDS", 0.5)
    primary, standby = pair
    await standby.start()
    await execute(primary, *SYNCHRONOUS)
    async with (
        service(both(primary, standby), settings) as api,
        superuser(primary.dsn("postgres")) as behind,
    ):
        await until(lambda: behind.fetchval(_REPLICATES))
        assert (await create(api, "310300403", "first")).status_code == 201
        await standby.stop()
        unknown = await create(api, "310300411", "second")
        assert (unknown.status_code, unknown.json()["type"]) == (503, "/problems/outcome-unknown")
        # PostgreSQL still waits: nobody has told it to do without the standby.
        assert await behind.fetchval(_COMMITS_WAIT) == 1
        for _ in range(3):
            again = await create(api, "310300411", "second")
            assert (again.status_code, again.json()["type"]) == (409, "/problems/idempotency-key-in-use")
        assert await behind.fetchval("select count(*) from provider") == 1
        await standby.start()
        await until(lambda: _is_created(api))
        replayed = await create(api, "310300411", "second")
        assert replayed.headers["idempotency-replayed"] == "true"
        async with superuser(standby.dsn("postgres")) as copy:
            assert await copy.fetchval("select count(*) from provider") == 2


async def _is_created(api: Api) -> bool:
    return bool((await create(api, "310300411", "second")).status_code == 201)


async def test_a_write_that_was_not_acknowledged_is_made_once_after_the_failover(
    pair: Pair, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "COMMIT_SECONDS", 0.5)
    primary, standby = pair
    await standby.start()
    await execute(primary, *SYNCHRONOUS)
    async with service(both(primary, standby), settings) as api:
        assert (await create(api, "310300403", "first")).status_code == 201
        await standby.stop()
        assert (await create(api, "310300411", "second")).status_code == 503
        primary.stop()
        await standby.start()
        await standby.promote()
        # The pools find the new primary by themselves.
        await until(lambda: _is_created(api))
        assert (await create(api, "310300403", "first")).headers["idempotency-replayed"] == "true"
        listed = await got(api.case_officer, "/v1/providers")
        assert [one["organisation_number"] for one in listed["items"]] == ["310300403", "310300411"]
        assert (await api.anonymous.get("/health/ready")).status_code == 200


async def test_a_standby_behind_the_address_is_not_ready(pair: Pair, settings: Settings) -> None:
    primary, standby = pair
    await standby.start()
    async with service(standby.dsn(postgres.SERVICE), settings) as api:
        assert (await api.anonymous.get("/health/ready")).status_code == 503
        assert (await api.anonymous.get("/health/live")).status_code == 200
        refused = await create(api, "310300403")
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/unavailable")
        primary.stop()
        await standby.promote()
        await until(lambda: _is_ready(api))
        # The connection of the standby's time was left, or serves what has become the primary.
        assert (await create(api, "310300403")).status_code == 201


async def _is_ready(api: Api) -> bool:
    return (await api.anonymous.get("/health/ready")).status_code == 200


async def test_the_feed_says_that_a_cursor_is_of_what_was_lost(pair: Pair, settings: Settings) -> None:
    """An asynchronous standby lacks the last events; a follower that has read them is told, and misses none after."""
    primary, standby = pair
    await standby.start()
    async with service(both(primary, standby), settings) as api:
        await publish(primary.dsn(postgres.SERVICE), [1, 2])
        async with superuser(standby.dsn("postgres")) as copy:
            await until(lambda: copy.fetchval("select count(*) = 2 from event"))
        common = (await got(api.epj, "/v1/events"))["last"]
        await standby.stop()
        await publish(primary.dsn(postgres.SERVICE), range(3, 60))
        page = await got(api.epj, "/v1/events", limit=200)
        assert len(page["items"]) == 59
        primary.stop()
        await standby.start()
        await standby.promote()
        # Fewer transactions than were lost: by the old numbers these would come before the cursor.
        await publish(standby.dsn(postgres.SERVICE), [60])
        refused = await api.epj.get("/v1/events", params={"after": page["last"]})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/cursor-ahead")
        assert refused.json()["after"] == common
        stream = {"after": page["last"], "limit": "1"}
        headers = {"Accept": "text/event-stream"}
        assert (await api.epj.get("/v1/events", params=stream, headers=headers)).status_code == 409
        later = await got(api.epj, "/v1/events", after=refused.json()["after"])
        assert [event["data"]["number"] for event in later["items"]] == [60]
        await publish(standby.dsn(postgres.SERVICE), [61])
        last = await got(api.epj, "/v1/events", after=later["last"])
        assert [event["data"]["number"] for event in last["items"]] == [61]


async def publish(dsn: str, numbers: Any) -> None:
    """Each event in a transaction of its own."""
    connection = await asyncpg.connect(dsn)
    for number in numbers:
        await connection.execute(
            "insert into event (id, type, subject, data)"
            " values (gen_random_uuid(), 'placement.recorded', '/x', jsonb_build_object('number', $1::int))",
            number,
        )
    await connection.close()
