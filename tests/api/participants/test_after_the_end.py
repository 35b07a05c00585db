"""D11: what a provider sees of a person whose place with it has ended, or was annulled."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import (
    NUMBERS,
    consent,
    create_meeting,
    evaluation,
    meeting,
    place_at,
    placed,
    plan,
    tasks,
)
from tests.factories.participants import GUARDIAN
from tests.factories.steps import ok, refused

LAST_DAY = "2023-06-30"
DOCUMENTS = {"meetings": meeting, "plans": plan, "evaluations": evaluation}


@pytest.fixture(autouse=True)
def own_day() -> Iterator[None]:
    """A day of the test's own ends with it."""
    yield
    clock.fix_today(None)


def live_on(day: str) -> None:
    clock.fix_today(date.fromisoformat(day))


async def files(api: Api, placement_id: str) -> dict[str, dict[str, dict[str, Any]]]:
    """A document of each kind by the provider, and one by the case office."""
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for noun, body in DOCUMENTS.items():
        made[noun] = {
            "provider": ok(await api.provider(NUMBERS[0]).post(f"/v1/{noun}", json=body(placement_id))),
            "case_office": ok(await api.case_officer.post(f"/v1/{noun}", json=body(placement_id))),
        }
    return made


async def listed(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await client.get(path), 200)["items"]
    return items


async def test_a_provider_sees_the_person_while_the_follow_up_lasts(api: Api) -> None:
    await steps.law(api)
    _, person, placement_id = await placed(api, ends_on=LAST_DAY)
    made, provider, path = await files(api, placement_id), api.provider(NUMBERS[0]), f"/v1/participants/{person}"
    given = ok(await api.case_officer.post(f"{path}/consents", json=consent(["nav"])))
    for day in (LAST_DAY, "2023-09-30"):
        live_on(day)
        assert ok(await provider.get(path), 200)["id"] == person
        assert [one["id"] for one in await listed(provider, "/v1/participants")] == [person]
        assert await listed(provider, f"{path}/consents") == [given]
        for noun, both in made.items():
            assert await listed(provider, f"/v1/{noun}") == [both["provider"], both["case_office"]]
    live_on("2023-10-01")
    for closed in (path, f"{path}/consents"):
        refused(await provider.get(closed), 404, "not-found")
    refused(await provider.post(f"{path}/consents", json=consent(["nav"])), 404, "not-found")
    refused(await provider.post(f"{path}/consents/{given['id']}/withdrawal", json={}), 404, "not-found")
    assert await listed(provider, "/v1/participants") == []
    for noun, both in made.items():
        assert await listed(provider, f"/v1/{noun}") == [both["provider"]]
        refused(await provider.get(f"/v1/{noun}/{both['case_office']['id']}"), 404, "not-found")
    foreign = f"/v1/meetings/{made['meetings']['case_office']['id']}/versions"
    refused(await provider.get(foreign), 404, "not-found")
    assert ok(await provider.get(f"/v1/placements/{placement_id}"), 200)["ends_on"] == LAST_DAY
    assert ok(await api.case_officer.get(path), 200)["id"] == person
    assert len(await listed(api.case_officer, "/v1/meetings")) == 2


async def test_the_guidelines_version_says_how_long(api: Api) -> None:
    """The version in force today; a month's last day stands for the days that a shorter month lacks."""
    await steps.law(api)
    ok(await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2023-01-01", "follow_up_months": 1}))
    _, person, _ = await placed(api, ends_on="2023-01-31")
    provider, path = api.provider(NUMBERS[0]), f"/v1/participants/{person}"
    for day, status in (("2022-12-31", 200), ("2023-02-28", 200), ("2023-03-01", 404)):
        live_on(day)
        assert (await provider.get(path)).status_code == status, day
    ok(await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2023-02-01", "follow_up_months": 0}))
    for day, status in (("2023-01-31", 200), ("2023-02-01", 404)):
        live_on(day)
        assert (await provider.get(path)).status_code == status, day


async def test_months_are_counted_from_the_last_day(api: Api) -> None:
    """28 February and three months are 28 May, although three months before 31 May are 28 February too."""
    await steps.law(api)
    _, person, _ = await placed(api, ends_on="2023-02-28")
    provider = api.provider(NUMBERS[0])
    for day, status in (("2023-05-28", 200), ("2023-05-29", 404), ("2023-05-31", 404)):
        live_on(day)
        assert (await provider.get(f"/v1/participants/{person}")).status_code == status, day


async def test_another_place_with_the_same_provider_keeps_the_person_in_sight(api: Api) -> None:
    await steps.law(api)
    provider_id, person, first = await placed(api, ends_on="2022-09-30")
    ok(await api.case_officer.post("/v1/meetings", json=meeting(first)))
    ok(
        await api.case_officer.post(
            "/v1/decisions", json=await steps.ready_to_grant(api, provider_id, person) | {"starts_on": "2023-11-01"}
        )
    )
    live_on("2023-12-01")
    provider = api.provider(NUMBERS[0])
    assert ok(await provider.get(f"/v1/participants/{person}"), 200)["id"] == person
    assert await listed(provider, "/v1/meetings") == [], "the first place is over"


async def test_a_protected_person_is_seen_to_the_last_day(api: Api) -> None:
    """Neither the person nor contacts as they are changed later."""
    await steps.law(api)
    _, person, placement_id = await placed(api, ends_on=LAST_DAY)
    ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id)))
    path = f"/v1/participants/{person}"
    etag = (await api.case_officer.get(path)).headers["etag"]
    change = {"address_protection": True, "contacts": [GUARDIAN]}
    ok(await api.case_officer.patch(path, json=change, headers={"If-Match": etag}), 200)
    provider = api.provider(NUMBERS[0])
    live_on(LAST_DAY)
    assert ok(await provider.get(path), 200)["contacts"]
    assert len(await listed(provider, "/v1/meetings")) == 1
    live_on("2023-07-01")
    refused(await provider.get(path), 404, "not-found")
    assert await listed(provider, "/v1/meetings") == []


async def test_an_annulled_place_shows_nobody(api: Api) -> None:
    """D8: the provider got the place by mistake, and keeps what it filed itself."""
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    person = await steps.participant(api)
    grant = ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider_id, person)))
    provider, made = api.provider(NUMBERS[0]), await files(api, grant["placement_id"])
    assert ok(await provider.get(f"/v1/participants/{person}"), 200)["id"] == person
    requests = f"/v1/requests?provider_id={provider_id}"
    assert [one["wishes"] for one in await listed(provider, requests)] == ["Ute."]
    ok(await api.case_officer.post("/v1/decisions", json=steps.annul(grant["placement_id"], grant["id"])))
    refused(await provider.get(f"/v1/participants/{person}"), 404, "not-found")
    assert await listed(provider, "/v1/participants") == []
    for noun, both in made.items():
        assert await listed(provider, f"/v1/{noun}") == [both["provider"]]
    assert [one["wishes"] for one in await listed(provider, requests)] == [None]


async def test_no_consent_from_after_the_end(api: Api) -> None:
    """Neither read nor recorded by the provider, also while it still sees the person."""
    await steps.law(api)
    _, person, _ = await placed(api, ends_on=LAST_DAY)
    path, provider = f"/v1/participants/{person}/consents", api.provider(NUMBERS[0])
    live_on(LAST_DAY)
    before = ok(await provider.post(path, json=consent(["nav"], given_on=LAST_DAY)))
    live_on("2023-07-02")
    after = consent(["nav"], given_on="2023-07-01")
    problem = refused(await provider.post(path, json=after), 422, "consent-day-invalid")
    assert problem["errors"][0]["pointer"] == "#/given_on"
    later = ok(await api.case_officer.post(path, json=after))
    assert await listed(provider, path) == [before]
    assert await listed(api.case_officer, path) == [before, later]
    ok(await provider.post(f"{path}/{before['id']}/withdrawal", json={}), 200)


async def test_applications_wishes_are_gone_with_the_follow_up(api: Api) -> None:
    await steps.law(api)
    provider_id, _, _ = await placed(api, ends_on=LAST_DAY)
    provider, path = api.provider(NUMBERS[0]), f"/v1/requests?provider_id={provider_id}"
    for day, wishes in (("2023-09-30", "Ute."), ("2023-10-01", None)):
        live_on(day)
        assert [one["wishes"] for one in await listed(provider, path)] == [wishes], day


async def test_the_work_list_ends_with_the_follow_up(api: Api) -> None:
    """A task that others have done must not come back as missing because the provider no longer reads by what."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api, ends_on=LAST_DAY)
    await place_at(api, provider_id)
    provider = api.provider(NUMBERS[0])
    await create_meeting(api.case_officer, meeting(placement_id))

    async def found(client: httpx.AsyncClient) -> dict[str, str]:
        listed = await tasks(client, "2023-10-01", placement_id=placement_id)
        return {task["kind"]: task["status"] for task in listed if task["responsible"] == "provider"}

    live_on("2023-09-30")
    expected = await found(api.case_officer)
    assert expected["cooperation_meeting"] == "done"
    assert await found(provider) == expected
    live_on("2023-10-01")
    assert await found(provider) == {}
    assert await found(api.case_officer) == expected
    assert await tasks(provider, "2023-10-01") != [], "of the place that lasts"


async def test_what_is_late_is_still_filed(api: Api) -> None:
    """Minutes with a service rest on the consent that there was, although the provider no longer reads it."""
    await steps.law(api)
    _, person, placement_id = await placed(api, ends_on=LAST_DAY)
    ok(await api.case_officer.post(f"/v1/participants/{person}/consents", json=consent(["nav"])))
    provider = api.provider(NUMBERS[0])
    live_on("2023-12-01")
    attendees = [{"role": role, "organisation": None} for role in ("participant", "provider", "nav")]
    made = await create_meeting(provider, meeting(placement_id, attendees=attendees))
    assert made["services_without_consent"] == []
    filed = ok(await provider.post("/v1/evaluations", json=evaluation(placement_id)))
    assert await listed(provider, "/v1/evaluations") == [filed]
