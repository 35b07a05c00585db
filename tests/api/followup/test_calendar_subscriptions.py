"""Secret calendar addresses: what they show, when they die, and where the secret never stands."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.followup.calendar_subscriptions import Calendars
from app.http.attempts import Attempts
from app.http.problems import Problem
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, place_at, placed
from tests.factories.steps import ok, refused
from tests.factories.tokens import bearer, person_claims, signed

PATH = "/v1/calendar-subscriptions"


@pytest.fixture(autouse=True)
def calendars(request: pytest.FixtureRequest) -> None:
    """Wrong addresses of other tests are not held against this one."""
    name = "committed_api" if "committed_api" in request.fixturenames else "api"
    if name in request.fixturenames:
        request.getfixturevalue(name).app.state.calendars = Calendars(60)


def someone(api: Api, *roles: str, subject: str, **claims: Any) -> httpx.AsyncClient:
    """A person with these roles now."""
    return api.client({"Authorization": f"Bearer {signed(person_claims(*roles, subject=subject, **claims))}"})


async def subscribe(client: httpx.AsyncClient) -> str:
    address: str = ok(await client.post(PATH, json={}))["url"]
    return address


async def follow(api: Api, address: str, status: int = 200, **headers: str) -> httpx.Response:
    answer = await api.anonymous.get(address, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


async def test_address_shows_the_owners_tasks_without_a_token(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    answer = await follow(api, await subscribe(api.case_officer))
    assert answer.headers["content-type"].startswith("text/calendar")
    listed = ok(await api.case_officer.get("/v1/tasks?limit=200"), 200)["items"]
    assert answer.text.count("BEGIN:VEVENT") == len(listed) > 5


async def test_calendar_has_neither_names_nor_ids(api: Api) -> None:
    await steps.law(api)
    ids = await placed(api)
    text = (await follow(api, await subscribe(api.case_officer))).text.replace("\r\n ", "")
    for part in (*ids, "Sprek", "Hage", "Gløde"):
        assert part not in text
    assert "SUMMARY:Samtalar\r\n" in text


async def test_provider_follows_its_own_tasks_alone(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    provider_id, _, _ = await placed(api, NUMBERS[1], name="KIM AS")
    address = await subscribe(api.provider(NUMBERS[0]))
    before = (await follow(api, address)).content
    await place_at(api, provider_id)
    assert (await follow(api, address)).content == before


async def test_unchanged_calendar_is_the_same_bytes(api: Api) -> None:
    """The ETag holds until a task changes: no entry carries the moment of the fetch."""
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    address = await subscribe(api.case_officer)
    first = await follow(api, address)
    tag = first.headers["etag"]
    assert (await follow(api, address)).content == first.content
    assert (await follow(api, address, 304, **{"If-None-Match": tag})).content == b""
    await place_at(api, provider_id)
    assert (await follow(api, address, 200, **{"If-None-Match": tag})).headers["etag"] != tag


async def test_entries_keep_their_uid(api: Api) -> None:
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    address = await subscribe(api.case_officer)

    async def list_uids() -> set[str]:
        text = (await follow(api, address)).text.replace("\r\n ", "")
        return {line for line in text.split("\r\n") if line.startswith("UID:")}

    before = await list_uids()
    await place_at(api, provider_id)
    assert before < await list_uids()


async def test_revoked_address_is_gone(api: Api) -> None:
    made = ok(await api.case_officer.post(PATH, json={}))
    await follow(api, made["url"])
    assert (await api.case_officer.delete(f"{PATH}/{made['id']}")).status_code == 204
    await follow(api, made["url"], 404)
    assert ok(await api.case_officer.get(PATH), 200)["items"] == []
    refused(await api.case_officer.delete(f"{PATH}/{made['id']}"), 404, "not-found")


async def test_all_own_addresses_are_revoked_at_once(api: Api) -> None:
    addresses = [await subscribe(api.case_officer) for _ in range(2)]
    others = await subscribe(api.provider(NUMBERS[0]))
    assert (await api.case_officer.delete(PATH)).status_code == 204
    for address in addresses:
        await follow(api, address, 404)
    await follow(api, others)


async def test_subscription_of_another_cannot_be_seen_or_revoked(api: Api) -> None:
    made = ok(await someone(api, "case_officer", subject="kari").post(PATH, json={}))
    other = someone(api, "case_officer", subject="ola")
    assert ok(await other.get(PATH), 200)["items"] == []
    refused(await other.delete(f"{PATH}/{made['id']}"), 404, "not-found")
    await follow(api, made["url"])


async def test_list_shows_no_address(api: Api) -> None:
    address = await subscribe(api.case_officer)
    answer = await api.case_officer.get(PATH)
    [item] = ok(answer, 200)["items"]
    assert set(item) == {"id", "created_at", "updated_at", "roles", "last_seen_at"}
    assert address.removeprefix("/v1/calendars/").removesuffix(".ics") not in answer.text


async def test_lost_role_ends_the_address_for_good(api: Api) -> None:
    address = await subscribe(someone(api, "case_officer", subject="kari"))
    await follow(api, address)
    refused(await someone(api, subject="kari").get(PATH), 403, "role-required")
    await follow(api, address, 404)
    ok(await someone(api, "case_officer", "finance", subject="kari").get(PATH), 200)
    await follow(api, address, 404)


async def test_address_shows_what_the_remaining_roles_allow(api: Api) -> None:
    """Case officer and service become service alone: a service sees its own area."""
    await steps.law(api)
    await placed(api, area="mental_health")
    area = {"service_area": "habilitation"}
    address = await subscribe(someone(api, "case_officer", "service", subject="kari", **area))
    assert "SUMMARY:Samtalar\r\n" in (await follow(api, address)).text
    ok(await someone(api, "service", subject="kari", **area).get(PATH), 200)
    text = (await follow(api, address)).text
    assert "Samtalar" not in text
    assert "SUMMARY:Felles samarbeidsmøte\r\n" in text


async def test_service_of_another_area_has_lost_the_role(api: Api) -> None:
    address = await subscribe(someone(api, "service", subject="kari", service_area="habilitation"))
    ok(await someone(api, "service", subject="kari", service_area="mental_health").get(PATH), 200)
    await follow(api, address, 404)


async def test_machine_that_asks_for_another_scope_has_not_lost_its_role(api: Api) -> None:
    """A machine's token has the scopes that were asked for."""
    address = await subscribe(api.provider(NUMBERS[0]))
    refused(await api.client(bearer("epj", NUMBERS[0])).get(PATH), 403, "role-required")
    await follow(api, address)


async def test_address_dies_90_days_after_the_owners_last_call(committed_api: Api, behind: asyncpg.Connection) -> None:
    """A call before that keeps it; one after it does not bring it back."""
    api = committed_api
    address = await subscribe(someone(api, "case_officer", subject="kari"))
    age = "update calendar_subscription set last_seen_at = now() - make_interval(days => $1)"
    await behind.execute(age, 89)
    await follow(api, address)
    # Another set of roles is noted at once, the same one once a minute.
    ok(await someone(api, "case_officer", "finance", subject="kari").get(PATH), 200)
    assert await behind.fetchval("select now() - last_seen_at < interval '1 hour' from calendar_subscription")
    await behind.execute(age, 91)
    await follow(api, address, 404)
    ok(await someone(api, "case_officer", "service", subject="kari").get(PATH), 200)
    await follow(api, address, 404)


async def test_only_the_hash_is_stored(committed_api: Api, behind: asyncpg.Connection) -> None:
    """Neither the row, the kept answer nor any other table has the secret."""
    address = await subscribe_with_key(committed_api, "k-1")
    secret = address.removeprefix("/v1/calendars/").removesuffix(".ics")
    tables = await behind.fetch("select tablename from pg_tables where schemaname = 'public'")
    for (table,) in tables:
        for row in await behind.fetch(f'select t::text from "{table}" t'):
            assert secret not in row[0]
            assert secret.encode().hex() not in row[0]


async def subscribe_with_key(api: Api, key: str) -> str:
    answer = await api.case_officer.post(PATH, json={}, headers={"Idempotency-Key": key})
    address: str = ok(answer)["url"]
    return address


async def test_repeated_key_is_answered_without_the_address(api: Api) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = ok(await api.case_officer.post(PATH, json={}, headers=key))
    again = await api.case_officer.post(PATH, json={}, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert ok(again) == {"id": first["id"], "url": None}
    assert len(ok(await api.case_officer.get(PATH), 200)["items"]) == 1


@pytest.mark.parametrize("ending", [".ics", ".ics/", "", ".ics/more", ".ICS"])
async def test_problem_never_repeats_the_address(
    api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, ending: str
) -> None:
    """Not even where a slash too many makes it another one; nor does the log."""
    secret = "S" * 43
    for method in ("GET", "POST", "DELETE"):
        answer = await api.anonymous.request(method, f"/v1/calendars/{secret}{ending}")
        assert answer.status_code in (404, 405)
        assert answer.json()["instance"] == "/v1/calendars/secret"
        assert secret not in answer.text
    assert secret not in capsys.readouterr().out
    assert secret not in caplog.text


@pytest.mark.parametrize("secret", ["x", "S" * 43, "S" * 44, "æ", "%00"])
async def test_wrong_address_is_404(api: Api, secret: str) -> None:
    refused(await api.anonymous.get(f"/v1/calendars/{secret}.ics"), 404, "not-found")


async def test_wrong_addresses_are_limited_and_right_ones_not(api: Api) -> None:
    address = await subscribe(api.case_officer)
    await follow(api, address)
    api.app.state.calendars.attempts.per_minute = 3
    for _ in range(2):
        await follow(api, f"/v1/calendars/{'S' * 43}.ics", 404)
    answer = await follow(api, f"/v1/calendars/{'S' * 43}.ics", 429)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["type"] == "/problems/too-many-requests"
    await follow(api, address)


def test_attempts_are_let_through_again_after_a_minute() -> None:
    now = 0.0
    attempts = Attempts(1, monotonic=lambda: now)
    attempts.count_one()
    now = 59.0
    with pytest.raises(Problem) as refusal:
        attempts.count_one()
    assert refusal.value.headers["Retry-After"] == "1"
    now = 60.0
    attempts.count_one()


async def test_fetch_logs_nobody(api: Api) -> None:
    """What it shows names nobody."""
    await steps.law(api)
    _, person, _ = await placed(api)
    await follow(api, await subscribe(api.case_officer))
    rows = ok(await api.auditor.get(f"/v1/access-log?participant_id={person}"), 200)["items"]
    assert not {row["action"] for row in rows} & {"read_calendar", "create_calendar_subscription"}


async def test_unknown_field_refused(api: Api) -> None:
    problem = refused(await api.case_officer.post(PATH, json={"url": "x"}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/url"


async def test_roles_without_tasks_have_no_calendar(api: Api) -> None:
    for client in (api.finance, api.auditor, api.epj):
        refused(await client.post(PATH, json={}), 403, "role-required")
