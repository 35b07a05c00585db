"""A2 on real PostgreSQL: pushes from two connections at once, and a service that is killed in the middle of one."""

import asyncio
import json
import multiprocessing
import random
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import postgres
from tests.conftest import Api, cloned
from tests.factories import steps
from tests.factories.absences import BATCH, ORGANISATION, item, placement
from tests.factories.tokens import ISSUERS, bearer
from tests.factories.waiting import until
from tests.faults import killed_server

FIRST = date(2022, 10, 3)
NAMES = ("A", "B", "C", "D")
STATE = (
    "select external_id, revision, kind, starts_on, ends_on, percent, note, cancelled, revision_cancels"
    " from absence order by external_id"
)
FULLEST = (
    "select coalesce(max(total), 0) from (select sum(percent) as total from absence,"
    " generate_series(starts_on, ends_on, interval '1 day') as day where not cancelled group by placement_id, day) d"
)


def days(first: int, length: int) -> dict[str, str]:
    return {
        "first": (FIRST + timedelta(days=first)).isoformat(),
        "last": (FIRST + timedelta(days=first + length)).isoformat(),
    }


@st.composite
def histories(draw: st.DrawFn, *, colliding: bool) -> list[dict[str, Any]]:
    """Revisions of a few absences, some of them many times. Each says the same each time.

    Without collisions every absence has a quarter of the day; with them, up to all of it.
    """
    facts: dict[tuple[str, int], dict[str, Any]] = {}
    for name in NAMES:
        for revision in draw(st.sets(st.integers(0, 4), min_size=1, max_size=3)):
            facts[name, revision] = {
                "external_id": name,
                "revision": revision,
                "kind": draw(st.sampled_from(["sick", "holiday"])),
                "percent": draw(st.integers(1, 100 if colliding else 25)),
                "cancelled": draw(st.integers(0, 4)) == 0,
                **days(draw(st.integers(0, 4)), draw(st.integers(0, 3))),
            }
    more = draw(st.lists(st.sampled_from(sorted(facts)), max_size=8))
    return [facts[key] for key in draw(st.permutations([*facts, *more]))]


def cut(items: list[dict[str, Any]], seed: int) -> list[list[dict[str, Any]]]:
    """Any batches."""
    chance = random.Random(seed)
    batches: list[list[dict[str, Any]]] = [[]]
    for one in items:
        if chance.random() < 0.4:
            batches.append([])
        batches[-1].append(one)
    return [batch for batch in batches if batch]


async def push_from_two(api: Api, batches: list[list[dict[str, Any]]]) -> list[httpx.Response]:
    """Two clients take the batches as they come to them, until there are none."""
    left = list(reversed(batches))
    answers: list[httpx.Response] = []

    async def client() -> None:
        while left:
            answers.append(await api.provider(ORGANISATION).post(BATCH, json={"items": left.pop()}))

    await asyncio.gather(client(), client())
    assert {answer.status_code for answer in answers} <= {200, 207}
    return answers


SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@SLOW
@given(st.data())
async def test_a2_any_order_any_batches_two_connections(
    committed_api: Api, behind: asyncpg.Connection, place: str, data: st.DataObject
) -> None:
    """A2: the state is that of the revisions, whatever the order, the batches and the connections."""
    items = [item(place, **one) for one in data.draw(histories(colliding=False))]
    expected = None
    for _ in range(2):
        await behind.execute("truncate absence, absence_revision, absence_watch")
        shuffled = data.draw(st.permutations(items))
        answers = await push_from_two(committed_api, cut(list(shuffled), data.draw(st.integers(0, 999))))
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
        state = await behind.fetch(STATE)
        assert expected is None or state == expected
        expected = state
    assert expected is not None
    for row in expected:
        highest = max(
            (one for one in items if one["external_id"] == row["external_id"]), key=lambda one: one["revision"]
        )
        assert (row["revision"], row["percent"], row["starts_on"].isoformat()) == (
            highest["revision"],
            highest["percent"],
            highest["from"],
        )
    assert {row["external_id"] for row in expected} == {one["external_id"] for one in items}


@SLOW
@given(st.data())
async def test_never_more_than_a_whole_day(
    committed_api: Api, behind: asyncpg.Connection, place: str, data: st.DataObject
) -> None:
    """Absences that collide: whichever comes first stands, and no day is ever more than full."""
    items = [item(place, **one) for one in data.draw(histories(colliding=True))]
    await behind.execute("truncate absence, absence_revision, absence_watch")
    answers = await push_from_two(committed_api, cut(items, data.draw(st.integers(0, 999))))
    assert await behind.fetchval(FULLEST) <= 100
    stored = {str(row["id"]) for row in await behind.fetch("select id from absence")}
    said = [one for answer in answers for one in answer.json()["items"]]
    assert {one["absence_id"] for one in said if one["problem"] is None} == stored


@pytest.fixture
async def place(committed_api: Api) -> str:
    """A place of the provider's."""
    return await placement(committed_api, await steps.provider(committed_api))


async def test_two_that_fill_the_same_day_at_once(committed_api: Api, behind: asyncpg.Connection, place: str) -> None:
    """One of them stands, ten times out of ten."""
    for n in range(10):
        day = {"first": f"2022-11-{n + 1:02}", "last": f"2022-11-{n + 1:02}"}
        batches = [[item(place, external_id=f"{name}{n}", percent=60, **day)] for name in "XY"]
        answers = await push_from_two(committed_api, batches)
        assert sorted(answer.status_code for answer in answers) == [200, 207]
    assert await behind.fetchval("select count(*) from absence") == 10
    assert await behind.fetchval(FULLEST) == 60


async def test_killed_at_any_moment_a_batch_is_whole_or_absent(cluster: postgres.Cluster, tmp_path: Path) -> None:
    """SIGKILL 30 times, each somewhere between the first byte sent and the answer; then the same push again."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.faults.killed_server"])
    chance = random.Random(4631)
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        look = await asyncpg.connect(cluster.dsn("postgres", name))
        after, place, body, found, absent = 0.0, "", b"", 0, 0
        for turn in range(31):
            socket = tmp_path / f"{turn}.sock"
            service = forks.Process(target=killed_server.serve, args=(url, ISSUERS, str(socket)))
            service.start()
            transport = httpx.AsyncHTTPTransport(uds=str(socket))
            async with httpx.AsyncClient(transport=transport, base_url="http://x", timeout=60) as client:
                await answering(client)
                if turn == 0:
                    place = await first_place(client)
                headers = {**bearer("provider", ORGANISATION), "Content-Type": "application/json"}
                if turn > 0:  # what the last one was killed over, pushed again
                    again = await client.post(BATCH, content=body, headers=headers)
                    assert again.status_code == 200
                    assert {one["status"] for one in again.json()["items"]} == {"unchanged" if found else "created"}
                body = json.dumps({"items": batch(place, turn)}).encode()
                push = asyncio.create_task(client.post(BATCH, content=body, headers=headers))
                if turn == 0:  # how long it takes when it is left alone
                    began = time.perf_counter()
                    assert (await push).status_code == 200
                    after = time.perf_counter() - began
                else:
                    await asyncio.sleep(chance.uniform(0.2, 1.2) * after)
                service.kill()
                service.join()
                await asyncio.gather(push, return_exceptions=True)
            # The server notices that its client is gone and ends the transaction one way or the other.
            await until(lambda: look.fetchval(_NOBODY))
            found = await look.fetchval("select count(*) from absence where external_id like $1", f"{turn}-%")
            assert found in (0, SIZE), f"{found} of {SIZE} after kill {turn}"
            absent += found == 0
            # The machine's pace changes: about as many kills before the batch is stored as after.
            after *= 0.9 if found else 1.1
        assert absent >= 5, "the kills came too late to prove anything"
        await look.close()


SIZE = 600
_NOBODY = (
    "select count(*) = 0 from pg_stat_activity where usename = 'vekstplass_service' and datname = current_database()"
)


def batch(place: str, turn: int) -> list[dict[str, Any]]:
    """Single days that nothing else takes: one percent each, so that thirty batches fit in a day."""
    return [item(place, external_id=f"{turn}-{n}", percent=1, **days(n, 0)) | {"kind": "holiday"} for n in range(SIZE)]


async def answering(client: httpx.AsyncClient) -> None:
    """Wait until the service answers."""
    for _ in range(600):
        try:
            await client.get("/health/live")
            return
        except httpx.TransportError:
            await asyncio.sleep(0.02)
    raise AssertionError("the service did not come up")


async def first_place(client: httpx.AsyncClient) -> str:
    """A provider's place, made through HTTP by the case office."""
    office = bearer("case_officer")

    async def post(path: str, body: dict[str, Any]) -> str:
        answer = await client.post(path, json=body, headers=office)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    provider = {"name": "Gløde AS", "organisation_number": ORGANISATION, "municipality_number": "4631"}
    provider_id = await post("/v1/providers", provider)
    await post(f"/v1/providers/{provider_id}/capacities", {"valid_from": "2021-01-01", "places": 9})
    person = {"given_name": "Sprek", "family_name": "Hage", "birth_date": "1990-01-01", "municipality_number": "4631"}
    participant_id = await post("/v1/participants", person | {"service_area": "habilitation"})
    return await post("/v1/placements", steps.legacy(participant_id, provider_id))
