"""Probes and figures: honest in half a second, whatever the pool is busy with, and silent about people."""

import asyncio
import secrets
from contextlib import suppress

import asyncpg
import pytest
from fastapi.exceptions import FastAPIError
from prometheus_client.parser import text_string_to_metric_families

from app.database import startup
from app.database.identity import DatabaseIdentity
from app.main import create_app
from app.settings import Settings
from tests.api.outbox.test_feed import publish, writer
from tests.conftest import Api
from tests.factories import steps
from tests.factories.raw_http import send
from tests.factories.waiting import until

# What one line of labels is in a histogram: eleven buckets and the last, count, sum and when it was made.
PER_ROUTE = 15


async def samples(api: Api) -> list[str]:
    """Every line of /metrics that is a figure."""
    answer = await api.anonymous.get("/metrics")
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


async def test_not_ready_while_draining_or_at_another_schema(
    committed_api: Api, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = committed_api.anonymous
    assert (await client.get("/health/ready")).status_code == 200
    await behind.execute("update alembic_version set version_num = '0000_other'")
    assert (await client.get("/health/ready")).status_code == 503
    monkeypatch.setattr(startup, "head", lambda: "0000_other")
    assert (await client.get("/health/ready")).status_code == 200
    committed_api.app.state.draining = True
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


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
    answer = await api.anonymous.get("/metrics")
    assert list(text_string_to_metric_families(answer.text)), "not in Prometheus' form"
    for word in ("Merkeleg", "Testnes", person, "310300403", "person:", "org:"):
        assert word not in answer.text
