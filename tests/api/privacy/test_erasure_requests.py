"""A person is erased when two case officers agree (G3); the list says whose data need not be kept any longer."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.erasure import REASON, erase


def path_of(person: str) -> str:
    return f"/v1/participants/{person}/erasure"


async def test_nothing_is_erased_before_another_approves(api: Api) -> None:
    person = await steps.participant(api)
    kari = api.person("case_officer", "kari")
    asked = steps.ok(await kari.post(path_of(person), json=REASON), 202)
    assert (asked["participant_id"], asked["reason"], asked["requested_by"]) == (
        person,
        REASON["reason"],
        "person:kari",
    )
    assert (asked["approved"], asked["decided_by"], asked["decided_at"]) == (None, None, None)
    assert (await kari.get(f"/v1/participants/{person}")).json()["given_name"] == "Sprek"
    approval = f"{path_of(person)}/approval"
    steps.refused(await kari.post(approval, json={"approved": True}), 409, "own-erasure")
    steps.refused(await kari.post(approval, json={"approved": False}), 409, "own-erasure")
    assert (await kari.get(f"/v1/participants/{person}")).json()["given_name"] == "Sprek"
    done = steps.ok(await api.case_officer.post(approval, json={"approved": True}), 200)
    assert (done["approved"], done["decided_by"], done["erased_on"]) == (
        True, "person:case_officer", clock.today().isoformat(),
    )  # fmt: skip
    assert {one["held"] for one in done["held"]} >= {"participant", "applications", "erasure_requests"}
    assert (await kari.get(f"/v1/participants/{person}")).json()["given_name"] == "Sletta"
    # Why there is nothing more is still there.
    held = (await kari.get(f"/v1/participants/{person}/export")).json()["held"]["erasure_requests"]
    assert [(row["reason"], row["requested_by"]) for row in held] == [(REASON["reason"], "person:kari")]


async def test_a_declined_request_erases_nothing_and_may_come_again(api: Api) -> None:
    person = await steps.participant(api)
    approval = f"{path_of(person)}/approval"
    steps.refused(await api.case_officer.post(approval, json={"approved": True}), 409, "erasure-not-requested")
    kari = api.person("case_officer", "kari")
    steps.ok(await kari.post(path_of(person), json=REASON), 202)
    steps.refused(await api.case_officer.post(path_of(person), json=REASON), 409, "erasure-requested")
    declined = steps.ok(await api.case_officer.post(approval, json={"approved": False}), 200)
    assert (declined["approved"], declined["erased_on"], declined["held"]) == (False, None, [])
    assert (await kari.get(f"/v1/participants/{person}")).json()["given_name"] == "Sprek"
    steps.refused(await api.case_officer.post(approval, json={"approved": True}), 409, "erasure-not-requested")
    steps.ok(await api.case_officer.post(path_of(person), json=REASON), 202)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 1}, {"reason": "a", "b": 1}])
async def test_a_reason_is_asked_for(api: Api, body: dict[str, Any]) -> None:
    person = await steps.participant(api)
    steps.refused(await api.case_officer.post(path_of(person), json=body), 422, "validation")
    steps.refused(
        await api.case_officer.post(f"{path_of(person)}/approval", json={"approved": "ja"}), 422, "validation"
    )


async def test_a_place_given_meanwhile_stops_the_erasure(api: Api) -> None:
    await steps.law(api)
    provider_id, person = await steps.provider(api), await steps.participant(api)
    steps.ok(await api.person("case_officer", "kari").post(path_of(person), json=REASON), 202)
    body = await steps.ready_to_grant(api, provider_id, person)
    steps.ok(await api.case_officer.post("/v1/decisions", json=body))
    approval = await api.case_officer.post(f"{path_of(person)}/approval", json={"approved": True})
    steps.refused(approval, 409, "placement-active")
    assert (await api.case_officer.get(f"/v1/participants/{person}")).json()["given_name"] == "Sprek"


async def test_two_requests_meet_in_a_merge(api: Api) -> None:
    kari = api.person("case_officer", "kari")
    kept, gone = await steps.participant(api), await steps.participant(api)
    steps.ok(await kari.post(path_of(gone), json=REASON), 202)
    steps.ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    # The request is the kept one's now.
    steps.refused(await api.case_officer.post(path_of(kept), json=REASON), 409, "erasure-requested")
    third = await steps.participant(api)
    steps.ok(await kari.post(path_of(third), json=REASON), 202)
    merged = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": third})
    steps.refused(merged, 409, "erasure-requested")


@pytest.fixture
def live_on() -> Iterator[Callable[[date], None]]:
    """Lets a test live on a day; the next one lives today."""
    yield clock.fix_today
    clock.fix_today(None)


async def test_list_has_those_whose_retention_is_over(api: Api, live_on: Callable[[date], None]) -> None:
    live_on(date(2028, 3, 1))
    old, edge, recent = [await steps.participant(api, given_name=name) for name in ("Old", "Edge", "Recent")]
    for person, day in ((old, "2020-02-29"), (edge, "2023-03-01"), (recent, "2023-03-02")):
        await steps.application(api, person, received_on=day)
    await steps.participant(api, given_name="Never")
    steps.ok(await api.person("case_officer", "kari").post(path_of(edge), json=REASON), 202)
    path = "/v1/retention-over"
    items = steps.ok(await api.case_officer.get(path), 200)["items"]
    assert items == [
        {"participant_id": old, "last_day": "2020-02-29", "erasable_from": "2025-02-28", "erasure_requested": False},
        {"participant_id": edge, "last_day": "2023-03-01", "erasable_from": "2028-03-01", "erasure_requested": True},
    ]
    first = steps.ok(await api.case_officer.get(path, params={"limit": 1}), 200)
    rest = steps.ok(await api.case_officer.get(path, params={"limit": 1, "after": first["next"]}), 200)
    assert ([*first["items"], *rest["items"]], rest["next"]) == (items, None)
    rows = (await api.auditor.get("/v1/access-log", params={"action": "list_participants_to_erase"})).json()["items"]
    assert {row["participant_id"] for row in rows} == {old, edge}
    await erase(api, old)
    items = steps.ok(await api.case_officer.get(path), 200)["items"]
    assert [one["participant_id"] for one in items] == [edge]
    for client in (api.finance, api.auditor, api.epj):
        steps.refused(await client.get(path), 403, "role-required")


async def test_list_leaves_out_who_has_a_place(api: Api, live_on: Callable[[date], None]) -> None:
    await steps.law(api)
    provider_id, person = await steps.provider(api), await steps.participant(api)
    body = await steps.ready_to_grant(api, provider_id, person)
    steps.ok(await api.case_officer.post("/v1/decisions", json=body))
    live_on(date(2040, 1, 1))
    assert steps.ok(await api.case_officer.get("/v1/retention-over"), 200)["items"] == []


async def test_requests_are_listed_by_person_and_standing(api: Api) -> None:
    kari = api.person("case_officer", "kari")
    first, second = await steps.participant(api), await steps.participant(api)
    for person in (first, second):
        steps.ok(await kari.post(path_of(person), json=REASON), 202)
    steps.ok(await api.case_officer.post(f"{path_of(first)}/approval", json={"approved": False}), 200)

    async def listed(**query: str) -> list[str]:
        found = steps.ok(await api.case_officer.get("/v1/erasure-requests", params=query), 200)
        return [one["participant_id"] for one in found["items"]]

    assert await listed() == [first, second]
    assert (await listed(status="open"), await listed(status="decided")) == ([second], [first])
    assert (await listed(participant_id=first), await listed(participant_id=first, status="open")) == ([first], [])
    page = steps.ok(await api.case_officer.get("/v1/erasure-requests", params={"limit": 1}), 200)
    assert await listed(after=page["next"]) == [second]
    steps.refused(await api.case_officer.get("/v1/erasure-requests", params={"status": "x"}), 422, "validation")
    for client in (api.finance, api.epj, api.provider("310300403")):
        steps.refused(await client.get("/v1/erasure-requests"), 403, "role-required")
    log = steps.ok(await api.case_officer.get(f"/v1/participants/{second}/access-log"), 200)["items"]
    assert "list_erasure_requests" in {row["action"] for row in log}
