"""K1, K2: steps and services of the stairs, and everything that is refused of them."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import stairs
from tests.factories.steps import ok, refused

STEPS = "/v1/stairs/housing/steps"
SERVICES = "/v1/stairs/housing/services"


async def test_a_step_is_added_read_listed_and_changed(api: Api) -> None:
    """K1."""
    officer = api.case_officer
    created = await officer.post(
        "/v1/stairs/activity/steps", json={"number": 1, "category": 1, "name": "Open for alle"}
    )
    step = ok(created)
    address = f"/v1/stairs/activity/steps/{step['id']}"
    assert created.headers["location"] == address
    assert (step["stair"], step["number"], step["category"], step["description"]) == ("activity", 1, 1, None)
    found = await api.finance.get(address)
    assert ok(found, 200) == step
    changes = {"number": 2, "description": "For alle."}
    assert (await officer.patch(address, json=changes)).status_code == 428
    changed = await officer.patch(address, json=changes, headers={"If-Match": found.headers["etag"]})
    assert ok(changed, 200) | {"updated_at": None} == step | changes | {"updated_at": None}
    refused(
        await officer.patch(address, json=changes, headers={"If-Match": found.headers["etag"]}),
        412,
        "precondition-failed",
    )
    listed = ok(await api.service("habilitation").get("/v1/stairs/activity/steps"), 200)
    assert [(one["id"], one["number"]) for one in listed["items"]] == [(step["id"], 2)]
    assert ok(await officer.get(STEPS), 200)["items"] == []


async def test_two_steps_of_a_stair_never_have_one_number(api: Api) -> None:
    """K1: neither when added nor when changed; the other stair has numbers of its own."""
    await stairs.step(api, number=3)
    other = await stairs.step(api, number=4)
    refused(await api.case_officer.post(STEPS, json={"number": 3, "name": "Same"}), 409, "step-number-taken")
    headers = {"If-Match": "*"}
    answer = await api.case_officer.patch(f"{STEPS}/{other}", json={"number": 3}, headers=headers)
    refused(answer, 409, "step-number-taken")
    assert ok(await api.case_officer.get(f"{STEPS}/{other}"), 200)["number"] == 4
    await stairs.step(api, "activity", number=3)


@pytest.mark.parametrize(
    ("stair", "body", "pointer"),
    [
        ("activity", {"number": 1, "name": "Utan kategori"}, "#/category"),
        ("activity", {"number": 1, "category": 5, "name": "Femte"}, "#/category"),
        ("housing", {"number": 1, "category": 2, "name": "Med kategori"}, "#/category"),
        ("housing", {"number": 0, "name": "Null"}, "#/number"),
        ("housing", {"number": 101, "name": "For høgt"}, "#/number"),
        ("housing", {"number": 1, "name": " "}, "#/name"),
        ("housing", {"number": 1}, "#/name"),
        ("housing", {"number": 1, "name": "Ukjent felt", "people": 3}, "#/people"),
        ("ladder", {"number": 1, "name": "Ukjend trapp"}, "#/path/stair"),
    ],
)
async def test_a_step_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, stair: str, body: dict[str, Any], pointer: str
) -> None:
    """K1: and nothing is stored."""
    problem = refused(await api.case_officer.post(f"/v1/stairs/{stair}/steps", json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    for known in ("activity", "housing"):
        assert ok(await api.case_officer.get(f"/v1/stairs/{known}/steps"), 200)["items"] == []


async def test_a_service_is_added_read_listed_and_changed(api: Api) -> None:
    """K2."""
    step_id = await stairs.step(api)
    body = stairs.service_body(
        step_id, place="Manger", how_to_apply="Ring oss.", address="https://www.alver.kommune.no/"
    )
    created = await api.case_officer.post(SERVICES, json=body)
    service = ok(created)
    address = f"{SERVICES}/{service['id']}"
    assert created.headers["location"] == address
    assert service | body == service
    assert (service["kind"], service["valid_to"]) == ("other", None)
    found = await api.finance.get(address)
    assert ok(found, 200) == service
    changes = {"place": None, "requires_decision": False, "valid_to": "2022-12-31"}
    changed = await api.case_officer.patch(address, json=changes, headers={"If-Match": found.headers["etag"]})
    assert ok(changed, 200) | {"updated_at": None} == service | changes | {"updated_at": None}
    assert [one["id"] for one in ok(await api.finance.get(SERVICES), 200)["items"]] == [service["id"]]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"place": "Bergen"}, "#/place"),
        ({"address": "javascript:alert(1)"}, "#/address"),
        ({"address": "https://"}, "#/address"),
        ({"address": 'https://alver.no/"onclick="x'}, "#/address"),
        ({"valid_to": "2021-12-31"}, "#/valid_to"),
        ({"requires_decision": "yes"}, "#/requires_decision"),
        ({"kind": "sheltered_enterprise"}, "#/kind"),
        ({"kind": "hospital"}, "#/kind"),
        ({"for_whom": ""}, "#/for_whom"),
        ({"participant_id": "3"}, "#/participant_id"),
    ],
)
async def test_a_service_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, fields: dict[str, Any], pointer: str
) -> None:
    """K2: and nothing is stored."""
    step_id = await stairs.step(api)
    answer = await api.case_officer.post(SERVICES, json=stairs.service_body(step_id, **fields))
    assert [error["pointer"] for error in refused(answer, 422, "validation")["errors"]] == [pointer]
    assert ok(await api.case_officer.get(SERVICES), 200)["items"] == []


async def test_a_service_may_end_no_earlier_than_it_begins_when_changed(api: Api) -> None:
    """K2: whichever of the two days is changed."""
    service_id = await stairs.service(api, await stairs.step(api), valid_to="2022-06-30")
    for changes in ({"valid_to": "2021-12-31"}, {"valid_from": "2022-07-01"}):
        answer = await api.case_officer.patch(f"{SERVICES}/{service_id}", json=changes, headers={"If-Match": "*"})
        assert [error["pointer"] for error in refused(answer, 422, "validation")["errors"]] == ["#/valid_to"]


async def test_a_service_stands_on_a_step_of_its_own_stair(api: Api) -> None:
    """K2: a step of the other stair, and one that is not there, are not found; so is the service by the other stair."""
    activity = await stairs.step(api, "activity", number=2)
    answer = await api.case_officer.post(SERVICES, json=stairs.service_body(activity))
    assert [error["pointer"] for error in refused(answer, 404, "not-found")["errors"]] == ["#/step_id"]
    service_id = await stairs.service(api, activity, "activity")
    refused(await api.case_officer.get(f"{SERVICES}/{service_id}"), 404, "not-found")
    refused(await api.case_officer.get(f"{STEPS}/{activity}"), 404, "not-found")


async def test_sheltered_enterprises_stand_once_and_on_a_step_of_mastery(api: Api) -> None:
    """K5."""
    early = await stairs.step(api, "activity", number=1, category=1)
    mastery = await stairs.step(api, "activity", number=2)
    services = "/v1/stairs/activity/services"
    answer = await api.case_officer.post(services, json=stairs.service_body(early, kind="sheltered_enterprise"))
    assert [error["pointer"] for error in refused(answer, 422, "validation")["errors"]] == ["#/kind"]
    answer = await api.case_officer.post(services, json=stairs.service_body(mastery, kind="nursing_home"))
    assert [error["pointer"] for error in refused(answer, 422, "validation")["errors"]] == ["#/kind"]
    await stairs.service(api, mastery, "activity", kind="sheltered_enterprise")
    answer = await api.case_officer.post(services, json=stairs.service_body(mastery, kind="sheltered_enterprise"))
    refused(answer, 409, "sheltered-enterprise-on-stair")
