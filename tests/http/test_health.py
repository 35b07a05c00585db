"""Probes and figures: honest in half a second, whatever the pool is busy with, and silent about people."""

import asyncio
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from fastapi.exceptions import FastAPIError
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.access_log.seals import seal_log
from app.database.connections import Database
from app.database.driver import plain_dsn
from app.database.identity import DatabaseIdentity
from app.http.recent import Recent
from app.main import create_app
from app.settings import Settings
from tests.api.outbox.test_feed import publish, writer
from tests.conftest import METRICS, METRICS_TOKEN, Api, assembled
from tests.factories import steps
from tests.factories.raw_http import assert_problem, send
from tests.factories.waiting import until

# What one line of labels is in a histogram: eleven buckets and the last, count, sum and when it was made.
PER_ROUTE = 15


async def samples(api: Api) -> list[str]:
    """Every line of /metrics that is a figure."""
    answer = await api.client(METRICS).get("/metrics")
    assert answer.status_code == 200
    return [line for line in answer.text.splitlines() if not line.startswith("#")]


async def figure(api: Api, name: str, **labels: str) -> float | None:
    """One figure; None where it has not been counted yet."""
    # Prometheus' own parser takes a second over all that a whole run has counted.
    lines = "\n".join(line for line in await samples(api) if line.startswith(name))
    found = [sample for family in text_string_to_metric_families(lines) for sample in family.samples]
    return next((sample.value for sample in found if (sample.name, sample.labels) == (name, labels)), None)


async def series(api: Api) -> set[str]:
    """All figures' names with their labels."""
    return {line.rpartition(" ")[0] for line in await samples(api)}


async def test_a_full_pool_looks_ready_and_is_counted(committed_api: Api) -> None:
    """What a probe asks, it asks over a connection of its own."""
    database = committed_api.app.state.database
    identity = DatabaseIdentity("test", frozenset({"case_officer"}))
    full = asyncio.Event()

    async def busy() -> None:
        async with database.unit_of_work(identity) as unit:
            await unit.execute("select 1")
            await full.wait()

    holding = [asyncio.create_task(busy()) for _ in range(8)]
    await until(lambda: database.engine.pool.checkedout() == 8)
    assert (await committed_api.anonymous.get("/health/ready")).status_code == 200
    assert await figure(committed_api, "db_pool_connections", pool="unit_of_work", state="in_use") == 8
    assert await figure(committed_api, "db_pool_size", pool="unit_of_work") == 8
    full.set()
    await asyncio.gather(*holding)
    assert await figure(committed_api, "db_pool_connections", pool="unit_of_work", state="in_use") == 0


async def test_not_ready_while_draining_or_at_an_older_schema(committed_api: Api, behind: asyncpg.Connection) -> None:
    """A newer one is that of the release that comes: it must not take the processes of this one out."""
    client = committed_api.anonymous
    assert (await client.get("/health/ready")).status_code == 200
    await behind.execute("update alembic_version set version_num = '0001_baseline'")
    assert (await client.get("/health/ready")).status_code == 503
    await behind.execute("update alembic_version set version_num = 'of_a_later_release'")
    assert (await client.get("/health/ready")).status_code == 200
    committed_api.app.state.draining = True
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


@asynccontextmanager
async def counted(url: str) -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """The address of the same database by a socket of ours, and the connections that came through it."""
    where = httpx.QueryParams(plain_dsn(url).partition("?")[2])
    opened: list[asyncio.StreamWriter] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        there = await asyncio.open_unix_connection(f"{where['host']}/.s.PGSQL.{where['port']}")
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer))

    with tempfile.TemporaryDirectory() as folder:
        async with await asyncio.start_unix_server(forward, f"{folder}/.s.PGSQL.{where['port']}"):
            yield url.replace(quote(where["host"], safe=""), folder).replace(where["host"], folder), opened


async def test_a_burst_of_probes_asks_the_database_once(committed_api: Api) -> None:
    """150 at once for each: all ready, by one connection each, and none of the pool's."""
    settings = committed_api.app.state.settings
    async with counted(settings.database_url) as (url, opened):
        own = settings.model_copy(update={"database_url": url, "metrics_token": SecretStr(METRICS_TOKEN)})
        database = Database(settings.database_url, pool_size=1)
        app = assembled(own, database)
        app.state.metrics.keep_seconds = 60
        app.state.readiness.keep_seconds = 60
        api = Api(app)
        for path in ("/health/ready", "/metrics"):
            opened.clear()
            client = api.client(METRICS)
            for _ in range(2):
                answers = await asyncio.gather(*(client.get(path) for _ in range(150)))
                assert {answer.status_code for answer in answers} == {200}
            assert len(opened) == 1, path
        await database.close()


async def test_a_value_is_computed_once_at_a_time_and_kept_for_a_moment() -> None:
    now, computed, release = 0.0, 0, asyncio.Event()

    async def compute() -> int:
        nonlocal computed
        computed += 1
        await release.wait()
        return computed

    recent = Recent(compute, 1.0, lambda: now)
    waiting = [asyncio.create_task(recent.get()) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    release.set()
    assert await asyncio.gather(*waiting[1:]) == [1, 1, 1, 1]
    now = 0.9
    assert await recent.get() == 1
    now = 1.0
    assert await recent.get() == 2


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        (None, None, 404),
        (None, "Bearer x", 404),
        (METRICS_TOKEN, None, 401),
        (METRICS_TOKEN, "Bearer " + METRICS_TOKEN[:-1], 401),
        (METRICS_TOKEN, METRICS_TOKEN, 401),
        (METRICS_TOKEN, f"Bearer {METRICS_TOKEN}", 200),
    ],
)
async def test_metrics_are_closed_without_a_token(api: Api, token: str | None, sent: str | None, status: int) -> None:
    settings = api.app.state.settings.model_copy(update={"metrics_token": token and SecretStr(token)})
    app = assembled(settings, api.app.state.database)
    answer = await send(app, "GET", "/metrics", [] if sent is None else [("Authorization", sent)])
    if status == 200:
        assert answer.status == 200
    else:
        assert_problem(answer, status, "unauthenticated" if status == 401 else "not-found")


@pytest.mark.parametrize(
    ("metrics_port", "path", "status"),
    [
        # `send` comes in at port 8000.
        (8000, "/metrics", 200),
        (8000, "/health/live", 200),
        (8000, "/health/ready", 200),
        (8000, "/v1/providers", 404),
        (8000, "/openapi.json", 404),
        (9000, "/metrics", 404),
        (9000, "/health/ready", 200),
        (9000, "/v1/providers", 401),
    ],
)
async def test_metrics_at_a_port_of_their_own(api: Api, metrics_port: int, path: str, status: int) -> None:
    """There, and there alone; nothing else is there but the probes, and what the client calls the port is no matter."""
    settings = api.app.state.settings.model_copy(update={"metrics_port": metrics_port, "metrics_token": None})
    app = assembled(settings, api.app.state.database)
    headers = [("Host", "vekstplass.test:8000"), ("X-Forwarded-Port", "8000")]
    assert (await send(app, "GET", path, headers)).status == status


async def test_the_age_of_what_is_held_back(quiet_api: Api) -> None:
    age = "outbox_oldest_age_seconds"
    assert await figure(quiet_api, age) == 0
    loop = asyncio.get_running_loop()
    async with writer(quiet_api) as slow, writer(quiet_api) as fast, slow.transaction():
        await slow.execute("select pg_current_xact_id()")
        began = loop.time()
        await publish(fast, [1])
        await asyncio.sleep(0.3)
        held_back = await figure(quiet_api, age)
        assert held_back is not None
        assert 0.3 <= held_back <= loop.time() - began
    assert await figure(quiet_api, age) == 0


async def test_the_age_of_what_is_not_sealed(quiet_api: Api) -> None:
    age = "access_log_unsealed_age_seconds"
    key = quiet_api.app.state.settings.access_log_key_bytes
    await steps.participant(quiet_api)
    await seal_log(quiet_api.app.state.database, key)
    assert await figure(quiet_api, age) == 0
    began = asyncio.get_running_loop().time()
    await steps.participant(quiet_api)
    await asyncio.sleep(0.1)
    await steps.participant(quiet_api)
    unsealed = await figure(quiet_api, age)
    assert unsealed is not None
    assert 0.1 <= unsealed <= asyncio.get_running_loop().time() - began
    await seal_log(quiet_api.app.state.database, key)
    assert await figure(quiet_api, age) == 0


async def test_refused_logins_by_reason(api: Api) -> None:
    refused, malformed = "vekstplass_tokens_refused_total", {"reason": "malformed"}
    before = await figure(api, refused, **malformed) or 0
    await api.client({"Authorization": "Bearer nothing"}).get("/v1/providers")
    assert await figure(api, refused, **malformed) == before + 1


async def test_what_became_of_batches(api: Api) -> None:
    items, rejected = "vekstplass_batch_items_total", {"batch": "participants", "status": "rejected"}
    before = await figure(api, items, **rejected) or 0
    headers = {"Content-Type": "application/x-ndjson"}
    assert (await api.epj.post("/v1/participants/batch", content=b"{}\n[]", headers=headers)).status_code == 207
    assert await figure(api, items, **rejected) == before + 2


def test_spans_are_made_by_setting_and_logs_never(settings: Settings) -> None:
    """FastAPI's own telemetry; its logs would carry exceptions' texts."""
    quiet = create_app(settings)._telemetry
    assert (quiet["tracing"], quiet["logs"], quiet["auto_configure"]) == (False, False, False)
    with suppress(FastAPIError):  # where the exporter is not installed it says so, and nothing starts
        traced = create_app(settings.model_copy(update={"tracing": True}))._telemetry
        assert (traced["tracing"], traced["logs"]) == (True, False)


async def test_a_thousand_invented_addresses_are_one_series(api: Api) -> None:
    """By the route's template, so that nobody can fill the memory or put a person into a label."""
    await series(api)  # which is counted itself, from now on
    before = await series(api)
    for _ in range(1_000):
        await send(api.app, "GET", f"/v1/{secrets.token_hex(4)}/{secrets.token_hex(4)}")
    assert len(await series(api) - before) <= PER_ROUTE
    before = await series(api)
    for _ in range(100):
        await send(api.app, secrets.token_hex(4).upper(), f"/{secrets.token_hex(4)}")
    assert len(await series(api) - before) <= PER_ROUTE


async def test_no_label_names_anybody(api: Api) -> None:
    person = await steps.participant(api, given_name="Merkeleg", family_name="Testnes")
    assert (await api.case_officer.get(f"/v1/participants/{person}")).status_code == 200
    answer = await api.client(METRICS).get("/metrics")
    assert list(text_string_to_metric_families(answer.text)), "not in Prometheus' form"
    for word in ("Merkeleg", "Testnes", person, "310300403", "person:", "org:"):
        assert word not in answer.text


async def test_the_running_release_is_told_by_the_process_and_the_description(api: Api) -> None:
    """One number, in one place: what rolls out can be seen from outside."""
    live = (await api.anonymous.get("/health/live")).json()
    described = (await api.anonymous.get("/openapi.json")).json()["info"]["version"]
    assert live == {"status": "ok", "version": described}
    assert re.fullmatch(r"[0-9]+[.][0-9]+[.][0-9]+", described)
