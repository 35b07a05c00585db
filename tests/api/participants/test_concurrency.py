"""Participants written by several at once (D1): who writes another person does not wait, and nobody is there twice."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from app.database.unit_of_work import UnitOfWork
from app.participants import batch, locks
from app.participants.upsert import UpsertState, store_state
from tests.conftest import Api
from tests.factories import steps
from tests.factories.participants import (
    BATCH,
    NDJSON,
    NUMBER,
    SOLVEIG,
    batch_item,
    everyone,
    identity_numbers,
    push_batch,
    statuses,
    upsert,
    upsert_path,
)
from tests.factories.steps import ok, refused

# What waits for the batch never ends before it.
PROMPT = 30.0
_ADVISORY = (
    "select count(*) from pg_locks where locktype = 'advisory'"
    " and database = (select oid from pg_database where datname = current_database())"
)
Batch = list[dict[str, Any]]


@asynccontextmanager
async def storing(api: Api, patch: pytest.MonkeyPatch, items: Batch) -> AsyncIterator["asyncio.Task[dict[str, Any]]"]:
    """Within it, a batch has decided on its items and stores none of them yet; after it, it is stored."""
    decided, go_on = asyncio.Event(), asyncio.Event()

    async def later(unit: UnitOfWork, state: UpsertState) -> None:
        decided.set()
        await go_on.wait()
        await store_state(unit, state)

    with patch.context() as patched:
        patched.setattr(batch, "store_state", later)
        pushing = asyncio.create_task(push_batch(api, *items))
        await decided.wait()
    try:
        yield pushing
    finally:
        go_on.set()
        await pushing


async def put(api: Api, value: str, **changes: Any) -> httpx.Response:
    return await api.epj.put(f"/v1/participants/by-external-id/profil/{value}", json={**SOLVEIG, **changes})


async def changed(api: Api, person: dict[str, Any], **changes: Any) -> httpx.Response:
    tag = (await api.epj.get(f"/v1/participants/{person['id']}")).headers["etag"]
    return await api.epj.patch(f"/v1/participants/{person['id']}", json=changes, headers={"If-Match": tag})


async def test_batch_does_not_block_other_participants(committed_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it stores: other people are registered and changed, and its own people are pointed at."""
    api = committed_api
    sealed = identity_numbers(3)
    known, other = await upsert(api, "known"), await upsert(api, "other")
    items = [batch_item("known", given_name="Ny"), batch_item("new", national_identity_number=sealed[0])]
    async with storing(api, monkeypatch, items) as pushing:
        async with asyncio.timeout(PROMPT):
            ok(await changed(api, other, family_name="Annan", national_identity_number=sealed[1]), 200)
            ok(await api.case_officer.post("/v1/participants", json=SOLVEIG | {"national_identity_number": sealed[2]}))
            assert (await put(api, "third")).status_code == 201
            await steps.application(api, known["id"])
        assert not pushing.done()
    assert statuses(await pushing) == ["updated", "created"]
    assert len(await everyone(api)) == 5


async def test_writer_of_a_participant_of_the_batch_waits(committed_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The known and the new alike, by name or by number: they find what the batch made of them."""
    api = committed_api
    first, second, third = identity_numbers(3)
    known = await upsert(api, "known")
    items = [
        batch_item("known", given_name="Ny"),
        batch_item("new", national_identity_number=first),
        batch_item("newer", national_identity_number=second),
    ]
    async with storing(api, monkeypatch, items):
        waiting = [
            asyncio.create_task(put(api, "known", family_name="Annan")),
            asyncio.create_task(put(api, "new", family_name="Annan")),
            asyncio.create_task(put(api, "another", national_identity_number=third)),
            asyncio.create_task(
                api.case_officer.post("/v1/participants", json={**SOLVEIG, "national_identity_number": second})
            ),
        ]
        async with asyncio.timeout(PROMPT):
            await waiting[2]
        await asyncio.sleep(0.5)
        assert [task.done() for task in waiting] == [False, False, True, False]
    by_name, new_by_name, unrelated, taken = await asyncio.gather(*waiting)
    assert (by_name.status_code, by_name.json()["id"]) == (200, known["id"])
    assert (new_by_name.status_code, unrelated.status_code) == (200, 201)
    refused(taken, 409, "identity-number-taken")
    assert len(await everyone(api)) == 4


async def test_concurrent_batches_and_puts_register_once(committed_api: Api) -> None:
    """Nobody is registered twice, whoever comes first."""
    api = committed_api
    sealed = identity_numbers(40)
    lines = [batch_item(str(index), national_identity_number=sealed[index]) for index in range(40)]
    puts = [
        api.epj.put(
            f"/v1/participants/by-external-id/profil/{line['external_value']}",
            json={name: value for name, value in line.items() if not name.startswith("external_")},
        )
        for line in lines
    ]
    answers = await asyncio.gather(push_batch(api, *lines), push_batch(api, *reversed(lines)), *puts)
    assert all(answer.status_code in {200, 201} for answer in answers[2:])
    people = ok(await api.epj.get("/v1/participants", params={"limit": 200}), 200)["items"]
    assert len(people) == 40


@pytest.mark.parametrize("seed", range(4))
async def test_concurrent_batches_in_any_order(committed_api: Api, seed: int) -> None:
    """Nobody is registered twice, no batch stops another, and no number is two people's."""
    api = committed_api
    order = random.Random(seed)
    sealed = identity_numbers(60)
    await push_batch(api, *(batch_item(str(n), national_identity_number=sealed[n]) for n in range(0, 60, 3)))

    def shuffled(system: str) -> Batch:
        lines = [batch_item(str(n), external_system=system, national_identity_number=sealed[n]) for n in range(60)]
        order.shuffle(lines)
        return lines

    singles = [
        api.epj.put(
            f"/v1/participants/by-external-id/profil/{n}", json=SOLVEIG | {"national_identity_number": sealed[n]}
        )
        for n in order.sample(range(60), 20)
    ]
    pushes = [push_batch(api, *shuffled(system)) for system in ("profil", "gerica", "profil", "gerica")]
    answers, put = await asyncio.gather(asyncio.gather(*pushes), asyncio.gather(*singles))
    assert all(set(statuses(answer)) <= {"created", "updated", "unchanged"} for answer in answers)
    assert {answer.status_code for answer in put} <= {200, 201}
    people = ok(await api.epj.get("/v1/participants", params={"limit": 200}), 200)["items"]
    assert len(people) == 60
    assert all(len(person["external_ids"]) == 2 for person in people)


async def test_identity_numbers_that_change_owner_meanwhile(committed_api: Api) -> None:
    """A number that is taken from one and given to another, by whoever, while batches ask whose it is."""
    api = committed_api
    one, other = identity_numbers(2)
    people = [await upsert(api, str(n)) for n in range(4)]

    def pushed(*items: dict[str, Any]) -> Coroutine[Any, Any, httpx.Response]:
        return api.epj.post(BATCH, content="\n".join(map(json.dumps, items)).encode(), headers=NDJSON)

    for _ in range(5):
        answers = await asyncio.gather(
            pushed(batch_item("0", national_identity_number=one), batch_item("1", national_identity_number=other)),
            pushed(batch_item("1", national_identity_number=one), batch_item("0", national_identity_number=other)),
            pushed(batch_item("2"), batch_item("fresh", national_identity_number=one)),
            changed(api, people[2], national_identity_number=one),
            changed(api, people[3], national_identity_number=other),
            put(api, "3", national_identity_number=one),
        )
        assert {answer.status_code for answer in answers} <= {200, 201, 207, 409, 412}
        for person in people:
            ok(await changed(api, person, national_identity_number=None), 200)


async def test_largest_batch_holds_few_locks(
    committed_api: Api, monkeypatch: pytest.MonkeyPatch, behind: asyncpg.Connection
) -> None:
    """PostgreSQL has room for some six thousand, everybody's together."""
    api = committed_api
    items = [batch_item(str(n), national_identity_number=number) for n, number in enumerate(identity_numbers(3_000))]
    async with storing(api, monkeypatch, items):
        held = await behind.fetchval(_ADVISORY)
    assert 0 < held <= locks.LOCK_STRIPES


async def test_concurrent_upserts_register_once(committed_api: Api) -> None:
    """One makes the participant, the other finds it: by the external id, and by the number alone."""
    for paths, number in (
        ([upsert_path()] * 6, None),
        ([upsert_path(f"S{index}", f"system-{index}") for index in range(6)], NUMBER),
    ):
        body = SOLVEIG | {"national_identity_number": number}
        answers = await asyncio.gather(*(committed_api.epj.put(path, json=body) for path in paths))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
    people = await everyone(committed_api)
    assert [len(person["external_ids"]) for person in people] == [1, 6]


async def test_concurrent_registrations_of_one_number(committed_api: Api) -> None:
    body = SOLVEIG | {"national_identity_number": NUMBER}
    answers = await asyncio.gather(*(committed_api.case_officer.post("/v1/participants", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
    assert len(await everyone(committed_api)) == 1
