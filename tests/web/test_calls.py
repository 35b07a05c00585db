"""The API called in process, as the logged-in person: the same wall, access log and refusals."""

import pytest

from app.clock import new_id
from app.security.roles import Actor
from app.web.calls import Api as Calls
from app.web.calls import Refused
from tests.conftest import Api
from tests.factories import steps
from tests.factories.world import build

OFFICER = Actor("kari", "person", frozenset({"case_officer"}))
AUDITOR = Actor("anna", "person", frozenset({"auditor"}))


def calls(api: Api, actor: Actor = OFFICER) -> Calls:
    return Calls(api.app, actor, "0190c0de-7a00-7000-8000-000000000001")


async def test_answer_is_what_a_client_gets(api: Api) -> None:
    provider_id = await steps.provider(api)
    mine = await calls(api).get(f"/v1/providers/{provider_id}")
    assert mine == (await api.case_officer.get(f"/v1/providers/{provider_id}")).json()


async def test_list_follows_every_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.calls.PAGE_SIZE", 2)
    made = [await steps.participant(api) for _ in range(5)]
    asked = calls(api)
    assert {person["id"] for person in await asked.list("/v1/participants")} == set(made)
    assert asked.made == 3


async def test_wall_holds_for_the_person_who_is_logged_in(api: Api) -> None:
    world = await build(api)
    provider = Actor("ola", "person", frozenset({"provider"}), organisation="310300403")
    theirs = await calls(api, provider).list("/v1/placements")
    assert {place["id"] for place in theirs} == {world.ids["a"]["placement_id"]}
    with pytest.raises(Refused) as refused:
        await calls(api, provider).get(f"/v1/placements/{world.ids['b']['placement_id']}")
    assert (refused.value.status, refused.value.code) == (404, "not-found")


async def test_refusal_carries_the_problem(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        await calls(api, AUDITOR).get("/v1/placements")
    assert (refused.value.status, refused.value.code) == (403, "role-required")
    assert "Forvaltningskontoret" in refused.value.detail
    with pytest.raises(Refused) as refused:
        await calls(api).get("/v1/placements", active_on="i går")
    assert refused.value.errors[0]["pointer"] == "#/query/active_on"


async def test_find_answers_none_for_what_the_person_may_not_have(api: Api) -> None:
    assert await calls(api).find(f"/v1/placements/{new_id()}") is None
    assert await calls(api, AUDITOR).find("/v1/placements") is None


async def test_call_is_logged_as_the_persons_with_the_pages_request_id(api: Api) -> None:
    person = await steps.participant(api)
    await calls(api).get(f"/v1/participants/{person}")
    [row] = [
        row for row in (await api.auditor.get("/v1/access-log")).json()["items"] if row["action"] == "read_participant"
    ]
    assert (row["actor"], row["participant_id"]) == ("person:kari", person)
    assert row["request_id"] == "0190c0de-7a00-7000-8000-000000000001"
