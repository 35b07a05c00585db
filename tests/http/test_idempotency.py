"""`Idempotency-Key`: one act and one answer for a key, whatever comes twice, at once, late or from somebody else."""

import asyncio
import re

import asyncpg
import httpx
import pytest

from app.database.connections import Database
from app.http.idempotency import IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, KeptAnswerSweeper
from tests.conftest import Api
from tests.factories.waiting import until

PROVIDERS = "/v1/providers"
GLOEDE = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
AUFERA = GLOEDE | {"name": "Aufera AS", "organisation_number": "310200409"}

WAITING = (
    "select count(*) from pg_locks where not granted and relation = 'provider'::regclass"
    " and database = (select oid from pg_database where datname = current_database())"
)


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def register(client: httpx.AsyncClient, body: dict[str, str], value: str) -> httpx.Response:
    return await client.post(PROVIDERS, json=body, headers=key(value))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["type"])


async def test_the_second_is_the_first_answer_again(api: Api) -> None:
    first = await register(api.case_officer, GLOEDE, "k-1")
    assert "idempotency-replayed" not in first.headers
    again = await register(api.case_officer, GLOEDE, "k-1")
    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    # The draft's spelling of a key, and another of the same media type.
    draft = {**key('"k-1"'), "Content-Type": "application/json; charset=utf-8"}
    quoted = await api.case_officer.post(PROVIDERS, content=first.request.content, headers=draft)
    assert quoted.content == first.content
    assert len((await api.case_officer.get(PROVIDERS)).json()["items"]) == 1


async def test_twenty_at_once_are_one_act(committed_api: Api, behind: asyncpg.Connection) -> None:
    answers = await asyncio.gather(*(register(committed_api.case_officer, GLOEDE, "k-2") for _ in range(20)))
    created = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in created}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in created].count(None) == 1
    for answer in answers:
        if answer.status_code != 201:
            assert (answer.status_code, code(answer)) == (409, f"/problems/{IDEMPOTENCY_KEY_IN_USE.code}")
            assert answer.headers["retry-after"] == "1"
    assert await behind.fetchval("select count(*) from provider") == 1
    assert await behind.fetchval("select count(*) from idempotency_key") == 1
    assert (await register(committed_api.case_officer, GLOEDE, "k-2")).content == created[0].content


async def test_while_the_first_runs_the_second_is_told_at_once(committed_api: Api, behind: asyncpg.Connection) -> None:
    transaction = behind.transaction()
    await transaction.start()
    await behind.execute("lock table provider in share mode")
    first = asyncio.create_task(register(committed_api.case_officer, GLOEDE, "k-3"))
    await until(lambda: behind.fetchval(WAITING))
    second = await register(committed_api.case_officer, GLOEDE, "k-3")
    assert second.status_code == 409
    assert code(second) == f"/problems/{IDEMPOTENCY_KEY_IN_USE.code}"
    await transaction.rollback()
    assert (await first).status_code == 201
    third = await register(committed_api.case_officer, GLOEDE, "k-3")
    assert (third.content, third.headers["idempotency-replayed"]) == ((await first).content, "true")


async def test_a_key_belongs_to_its_caller(api: Api) -> None:
    first = await register(api.case_officer, GLOEDE, "k-4")
    other = await register(api.person("case_officer", "kari"), AUFERA, "k-4")
    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


async def test_a_role_taken_away_replays_nothing(api: Api) -> None:
    """The kept answer is for those who may still ask."""
    assert (await register(api.person("case_officer", "kari"), GLOEDE, "k-5")).status_code == 201
    assert (await register(api.person("finance", "kari"), GLOEDE, "k-5")).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PROVIDERS, AUFERA),
        (PROVIDERS, GLOEDE | {"name": "Gløde  AS"}),
        ("{location}/capacities", GLOEDE),
        ("{location}/capacities", {"valid_from": "2022-01-01", "places": 1}),
    ],
)
async def test_another_request_under_the_key_is_refused(api: Api, path: str, body: dict[str, object]) -> None:
    first = await register(api.case_officer, GLOEDE, "k-6")
    path = path.format(location=first.headers["location"])
    other = await api.case_officer.post(path, json=body, headers=key("k-6"))
    assert (other.status_code, code(other)) == (422, f"/problems/{IDEMPOTENCY_KEY_REUSED.code}")
    assert (await register(api.case_officer, GLOEDE, "k-6")).content == first.content


async def test_a_key_is_kept_for_24_hours(committed_api: Api, behind: asyncpg.Connection) -> None:
    first = await register(committed_api.case_officer, GLOEDE, "k-7")
    age = "update idempotency_key set created_at = now() - $1::text::interval"
    await behind.execute(age, "23 hours 59 minutes")
    assert (await register(committed_api.case_officer, GLOEDE, "k-7")).content == first.content
    await behind.execute(age, "24 hours 1 second")
    anew = await register(committed_api.case_officer, AUFERA, "k-7")
    assert anew.status_code == 201
    assert "idempotency-replayed" not in anew.headers
    assert (await register(committed_api.case_officer, AUFERA, "k-7")).content == anew.content
    assert await behind.fetchval("select count(*) from idempotency_key") == 1


async def test_what_expired_is_cleared_for_everybody(committed_api: Api, behind: asyncpg.Connection) -> None:
    """By the sweeper, which no request waits for: whoever sent it, and whether they come again."""
    await register(committed_api.case_officer, GLOEDE, "k-old")
    await register(committed_api.person("case_officer", "kari"), AUFERA, "k-old")
    await behind.execute("update idempotency_key set created_at = now() - interval '25 hours'")
    kim = GLOEDE | {"name": "KIM AS", "organisation_number": "310300411"}
    await register(committed_api.case_officer, kim, "k-new")
    sweeper = KeptAnswerSweeper(committed_api.app.state.database, hours=24)
    sweeper.sweep_if_due()
    await sweeper.close()
    assert await behind.fetchval("select count(*) from idempotency_key") == 1
    await behind.execute("update idempotency_key set created_at = now() - interval '25 hours'")
    sweeper.sweep_if_due()
    await sweeper.close()
    assert await behind.fetchval("select count(*) from idempotency_key") == 1, "not again within a minute"


async def test_sweeper_that_cannot_reach_the_database_waits_for_its_next_turn(committed_api: Api) -> None:
    unreachable = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none", pool_timeout=0.2)
    sweeper = KeptAnswerSweeper(unreachable, hours=24)
    sweeper.sweep_if_due()
    await sweeper.close()
    await unreachable.close()


async def test_keys_are_kept_as_digests(committed_api: Api, behind: asyncpg.Connection) -> None:
    await register(committed_api.case_officer, GLOEDE, "order-23849150073")
    (stored,) = await behind.fetch("select key from idempotency_key")
    assert re.fullmatch("[0-9a-f]{64}", stored["key"])


async def test_a_refusal_is_not_remembered(api: Api) -> None:
    """Nothing was done, so trying again is a new try: for another body, and for the same when the reason is gone."""
    invalid = await register(api.case_officer, GLOEDE | {"organisation_number": "310300404"}, "k-8")
    assert invalid.status_code == 422
    other = await register(api.person("case_officer", "kari"), AUFERA, "k-8")
    taken = await register(api.case_officer, AUFERA, "k-8")
    assert taken.status_code == 409
    assert code(taken) == "/problems/organisation-number-taken"
    right = await register(api.case_officer, GLOEDE, "k-8")
    assert (right.status_code, other.status_code) == (201, 201)
    assert "idempotency-replayed" not in right.headers


async def test_key_and_act_are_one_transaction(committed_api: Api, behind: asyncpg.Connection) -> None:
    await register(committed_api.case_officer, GLOEDE, "k-9")
    assert await behind.fetchval("select provider.xmin = idempotency_key.xmin from provider, idempotency_key")


async def test_without_its_key_there_is_no_act(committed_api: Api, behind: asyncpg.Connection) -> None:
    await behind.execute(
        "create function full_disk() returns trigger language plpgsql as"
        " $$ begin raise exception using errcode = '53100'; end $$;"
        " create trigger full_disk before insert on idempotency_key execute function full_disk()"
    )
    refused = await register(committed_api.case_officer, GLOEDE, "k-10")
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert await behind.fetchval("select count(*) from provider") == 0
    await behind.execute("drop trigger full_disk on idempotency_key")
    done = await register(committed_api.case_officer, GLOEDE, "k-10")
    assert done.status_code == 201
    assert "idempotency-replayed" not in done.headers


async def test_without_its_act_there_is_no_key(committed_api: Api, behind: asyncpg.Connection) -> None:
    """What fails at the commit itself fails before the answer, and takes the key with it."""
    await behind.execute(
        "create function refused_late() returns trigger language plpgsql as"
        " $$ begin raise exception using errcode = '40001'; end $$;"
        " create constraint trigger refused_late after insert on provider"
        " deferrable initially deferred for each row execute function refused_late()"
    )
    refused = await register(committed_api.case_officer, GLOEDE, "k-11")
    assert refused.status_code == 503
    assert await behind.fetchval("select count(*) from idempotency_key") == 0
    await behind.execute("drop trigger refused_late on provider")
    assert (await register(committed_api.case_officer, GLOEDE, "k-11")).status_code == 201


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_other_methods_do_not_know_the_header(api: Api, method: str) -> None:
    """They are idempotent by themselves, PATCH by its `If-Match`."""
    made = await register(api.case_officer, GLOEDE, "k-12")
    body = {"name": "Gløde"} if method == "PATCH" else None
    headers = key("k-12") | {"If-Match": made.headers["etag"]}
    answer = await api.case_officer.request(method, made.headers["location"], json=body, headers=headers)
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


async def test_the_role_comes_before_the_key(api: Api) -> None:
    answer = await api.auditor.post(PROVIDERS, json={}, headers=key("no good"))
    assert (answer.status_code, code(answer)) == (403, "/problems/role-required")
