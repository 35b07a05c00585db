"""Following along: nothing skipped, nothing doubled, whatever commits when; whoever waits holds no connection."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

import postgres
from app.database import startup
from app.database.driver import plain_dsn
from app.outbox import feed
from app.outbox import listener as listening
from tests.conftest import Api, behind_the_wall
from tests.factories.places import got
from tests.factories.server import serving
from tests.factories.tokens import MUNICIPALITY, SCOPES, bearer, machine_claims, now, signed
from tests.factories.waiting import until

WRITERS = 20
# Long before a wait of thirty seconds is over, on however busy a machine.
SOON = 15
_INSERT = (
    "insert into event (id, type, subject, data)"
    " select gen_random_uuid(), $1, '/x', jsonb_build_object('number', number) from unnest($2::int[]) as number"
)


@asynccontextmanager
async def writer(api: Api) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the service outside the application's pool."""
    connection = await asyncpg.connect(plain_dsn(api.app.state.settings.database_url))
    try:
        yield connection
    finally:
        await connection.close()


async def publish(connection: asyncpg.Connection, numbers: Sequence[int], type_: str = "budget.watch") -> None:
    """Events that carry these numbers, in the connection's transaction."""
    await connection.execute(_INSERT, type_, list(numbers))


def numbers_of(events: Sequence[dict[str, Any]]) -> list[int]:
    return [event["data"]["number"] for event in events]


async def followed(client: httpx.AsyncClient, until: int, limit: int = 7) -> list[int]:
    """Read from the beginning, as events come, until so many have been read."""
    read: list[int] = []
    query: dict[str, str | int] = {"limit": limit, "wait": 2}
    while len(read) < until:
        page = await got(client, "/v1/events", **query)
        read += numbers_of(page["items"])
        if page["last"] is not None:
            query["after"] = page["last"]
    return read


@pytest.fixture
async def behind(quiet_api: Api, quiet_cluster: postgres.Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the wall of `quiet_api`'s own database, as a superuser."""
    async with behind_the_wall(quiet_api, quiet_cluster) as connection:
        yield connection


async def test_twenty_writers_and_a_slow_one_lose_nothing(quiet_api: Api) -> None:
    """Each event exactly once, and the same order twice, whatever order they commit in."""
    api = quiet_api
    rounds, each = 6, 3
    total = WRITERS * rounds * each + rounds * 2
    chance = random.Random(7)

    async def short(number: int) -> None:
        async with writer(api) as connection:
            for round_ in range(rounds):
                first = 1000 + (number * rounds + round_) * each
                async with connection.transaction():
                    for one in range(first, first + each):
                        await publish(connection, [one])
                        await asyncio.sleep(chance.random() / 100)

    async def long(done: asyncio.Event) -> None:
        """Takes its number first and commits after many others; every other one is rolled back half-way."""
        async with writer(api) as connection:
            for round_ in range(rounds):
                async with connection.transaction():
                    await publish(connection, [round_ * 2])
                    try:
                        async with connection.transaction():
                            await publish(connection, [-1])
                            raise ArithmeticError
                    except ArithmeticError:
                        await asyncio.sleep(0.3)
                    await publish(connection, [round_ * 2 + 1])
        done.set()

    done = asyncio.Event()
    reading = [asyncio.create_task(followed(api.epj, total, limit)) for limit in (1, 7, 200)]
    await asyncio.gather(long(done), *(short(number) for number in range(WRITERS)))
    while_written = await asyncio.wait_for(asyncio.gather(*reading), 120)
    afterwards = await followed(api.case_officer, total)
    assert len(set(afterwards)) == len(afterwards) == total
    assert -1 not in afterwards
    for read in while_written:
        assert read == afterwards
    assert (await got(api.epj, "/v1/events", limit=200, after=(await _last(api))))["items"] == []


async def test_a_restored_dump_goes_on_where_it_was(quiet_api: Api, behind: asyncpg.Connection) -> None:
    """In a cluster that has yet to reach the old numbers: nothing is held back, nothing new comes before the old."""
    api = quiet_api
    async with writer(api) as connection:
        await publish(connection, range(3))
        await behind.execute("update event set transaction_id = transaction_id + 1000000000")
        assert (await got(api.epj, "/v1/events"))["items"] == []
        await startup.demand_fit(api.app.state.settings.database_url)
        page = await got(api.epj, "/v1/events", limit=2)
        assert numbers_of(page["items"]) == [0, 1]
        await publish(connection, [3])
        await startup.demand_fit(api.app.state.settings.database_url)
        await publish(connection, [4])
        later = await got(api.epj, "/v1/events", after=page["last"])
        assert numbers_of(later["items"]) == [2, 3, 4]
        assert await behind.fetchval("select count(distinct base) from event_base") == 1


async def _last(api: Api) -> str:
    after: str | None = None
    while True:
        page = await got(api.epj, "/v1/events", limit=200, **({} if after is None else {"after": after}))
        after = page["last"]
        if page["next"] is None:
            assert after is not None
            return after


@pytest.fixture
def only_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks unless told to."""
    monkeypatch.setattr(listening, "LISTENING_SECONDS", 60)
    monkeypatch.setattr(listening, "BROKEN_SECONDS", 60)


@pytest.mark.usefixtures("only_told")
async def test_waits_for_the_next_event(quiet_api: Api) -> None:
    """An answer comes when there is something, long before the wait is over, and no sooner."""
    api = quiet_api
    loop = asyncio.get_running_loop()
    async with writer(api) as connection:
        began = loop.time()
        waiting = asyncio.create_task(got(api.epj, "/v1/events", wait=30))
        await asyncio.sleep(0.4)
        assert not waiting.done()
        # Whoever waits holds no connection.
        await until(lambda: api.app.state.listener.listening)
        await until(lambda: api.app.state.database.engine.pool.checkedout() == 0)
        await publish(connection, [1])
        page = await waiting
        assert numbers_of(page["items"]) == [1]
        assert loop.time() - began < SOON
        began = loop.time()
        assert (await got(api.epj, "/v1/events", wait=1, after=page["last"]))["items"] == []
        assert 0.9 < loop.time() - began < SOON


@pytest.mark.usefixtures("only_told")
async def test_what_a_slower_transaction_holds_back_comes_when_it_ends(quiet_api: Api) -> None:
    """Its end is told of by nobody: it may have brought no event."""
    api = quiet_api
    loop = asyncio.get_running_loop()
    async with writer(api) as slow, writer(api) as fast:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("select pg_current_xact_id()")
        await publish(fast, [1])
        waiting = asyncio.create_task(got(api.epj, "/v1/events", wait=30))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        ended = loop.time()
        await transaction.rollback()
        assert numbers_of((await waiting)["items"]) == [1]
        assert loop.time() - ended < SOON


async def test_more_who_wait_than_connections(quiet_api: Api) -> None:
    """Woken all at once, they still leave room in the pool, and each gets the event."""
    api = quiet_api
    async with writer(api) as connection:
        waiting = [asyncio.create_task(got(api.epj, "/v1/events", wait=30)) for _ in range(60)]
        await asyncio.sleep(0.5)
        assert (await api.case_officer.get("/v1/providers")).status_code == 200
        await publish(connection, [1])
        for page in await asyncio.gather(*waiting):
            assert numbers_of(page["items"]) == [1]


async def test_polls_while_nobody_listens_and_listens_again(quiet_api: Api, behind: asyncpg.Connection) -> None:
    api = quiet_api
    loop = asyncio.get_running_loop()
    async with writer(api) as connection:
        listener = api.app.state.listener
        listener.next_wakeup()
        await until(lambda: listener.listening)
        assert await behind.fetchval(_LISTENING) == 1
        waiting = asyncio.create_task(got(api.epj, "/v1/events", wait=30))
        await asyncio.sleep(0.2)
        await behind.execute(_BREAK)
        began = loop.time()
        await publish(connection, [1])
        page = await waiting
        assert numbers_of(page["items"]) == [1]
        assert loop.time() - began < SOON
        await until(lambda: listener.listening)
        assert await behind.fetchval(_LISTENING) == 1


_LISTENING = "select count(*) from pg_stat_activity where datname = current_database() and query like 'LISTEN%'"
_BREAK = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and (query like 'LISTEN%' or query = 'select 1')"
)


async def test_going_down_ends_every_wait(quiet_api: Api) -> None:
    api = quiet_api
    waiting = asyncio.create_task(got(api.epj, "/v1/events", wait=30))
    await asyncio.sleep(0.3)
    api.app.state.listener.stop_waiting()
    assert (await asyncio.wait_for(waiting, SOON))["items"] == []
    # Nor does anyone begin to wait.
    assert (await asyncio.wait_for(got(api.epj, "/v1/events", wait=30), SOON))["items"] == []


async def streamed(address: httpx.URL, count: int, **headers: str) -> list[tuple[str, dict[str, Any]]]:
    """So many server-sent events: the id and the event of each."""
    sent = {"Accept": "text/event-stream", **bearer("epj"), **headers}
    found: list[tuple[str, dict[str, Any]]] = []
    async with (
        httpx.AsyncClient(base_url=address, timeout=60) as client,
        client.stream("GET", "/v1/events", headers=sent) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line.startswith(":"):  # a comment is no field
                continue
            if line:
                fields[name] = value
            elif fields:
                # Of a block without data some clients make an event whose JSON they cannot read.
                event = json.loads(fields["data"])
                assert ("retry" in fields) == (not found)
                assert fields["event"] == event["type"]
                found.append((fields["id"], event))
                fields = {}
                if len(found) == count:
                    return found
    return found


async def test_streams_and_goes_on_where_it_broke_off(quiet_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Last-Event-ID` goes on after the last event that arrived; a stream ends by itself and holds no connection."""
    api = quiet_api
    async with writer(api) as connection, serving(api.app) as address:
        await publish(connection, range(5))
        first = await streamed(address, 3)
        assert numbers_of([event for _, event in first]) == [0, 1, 2]
        going_on = asyncio.create_task(streamed(address, 4, **{"Last-Event-ID": first[-1][0]}))
        await asyncio.sleep(0.3)
        await until(lambda: api.app.state.database.engine.pool.checkedout() == 0)
        await publish(connection, [5, 6])
        assert numbers_of([event for _, event in await going_on]) == [3, 4, 5, 6]
        # The same events, member for member, as the list has them.
        listed = (await got(api.epj, "/v1/events", limit=3))["items"]
        assert [event for _, event in first] == listed
        monkeypatch.setattr(feed, "STREAM_SECONDS", 0.5)
        monkeypatch.setattr(feed, "HEARTBEAT_SECONDS", 0.1)
        assert len(await streamed(address, 100)) == 7


@pytest.mark.parametrize(("accept", "wait"), [("text/event-stream", 0), ("application/json", 30)])
async def test_nobody_follows_on_with_a_token_that_has_ended(quiet_api: Api, accept: str, wait: int) -> None:
    claims = machine_claims(SCOPES["epj"], MUNICIPALITY, exp=now() + 2)
    headers = {"Authorization": f"Bearer {signed(claims)}", "Accept": accept}
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with serving(quiet_api.app) as address, httpx.AsyncClient(base_url=address, timeout=60) as client:
        answer = await client.get("/v1/events", params={"wait": wait}, headers=headers)
    assert answer.status_code == 200
    assert loop.time() - began < 10


async def test_a_stream_is_for_those_who_follow(quiet_api: Api) -> None:
    for client in (quiet_api.auditor, quiet_api.anonymous):
        answer = await client.get("/v1/events", headers={"Accept": "text/event-stream"})
        assert answer.status_code in {401, 403}
    for headers in ({"Last-Event-ID": "x"}, {"Last-Event-ID": "_" * 21 + "!"}):
        answer = await quiet_api.epj.get("/v1/events", headers={"Accept": "text/event-stream", **headers})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("headers", "query", "media_type"),
    [({"Accept": "text/event-stream"}, {}, "text/event-stream"), ({}, {"wait": "30"}, "application/json")],
)
async def test_head_is_answered_at_once(
    api: Api, headers: dict[str, str], query: dict[str, str], media_type: str
) -> None:
    """What GET would be, without waiting for an event that it would not show."""
    async with asyncio.timeout(SOON):
        answer = await api.epj.head("/v1/events", headers=headers, params=query)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith(media_type)
    refused = await api.epj.head("/v1/events", headers=headers, params=query | {"after": "_" * 21 + "!"})
    assert refused.status_code == 422


@pytest.mark.parametrize("wait", ["-1", "31", "x", "1.5", ""])
async def test_refuses_another_wait(api: Api, wait: str) -> None:
    assert (await api.epj.get("/v1/events", params={"wait": wait})).status_code == 422
