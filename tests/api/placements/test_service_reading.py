"""M7: a service reads the applications and supplements of its area, and no others."""

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

SUPPLEMENT = {
    "monthly_amount": "3000.00",
    "valid_from": "2022-08-01",
    "reason": "Tett oppfølging",
    "agreed_by": ["service", "case_office", "provider"],
}


async def apply(api: Api, area: str) -> dict[str, str]:
    """An application of a new participant, as the case office sees it."""
    person = await steps.participant(api, service_area=area)
    id_ = await steps.application(api, person)
    found: dict[str, str] = ok(await api.case_officer.get(f"/v1/applications/{id_}"), 200)
    return found


async def list_applications(client: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = ok(await client.get("/v1/applications", params=query), 200)["items"]
    return found


async def protect(api: Api, participant_id: str) -> None:
    """The participant's address is protected."""
    path = f"/v1/participants/{participant_id}"
    headers = {"If-Match": (await api.case_officer.get(path)).headers["etag"]}
    ok(await api.case_officer.patch(path, json={"address_protection": True}, headers=headers), 200)


async def test_service_reads_the_applications_of_its_area(api: Api) -> None:
    """M7: as the case office sees them; another area's and a protected participant's are not there."""
    await steps.law(api)
    mine, theirs, protected = [await apply(api, area) for area in ("habilitation", "mental_health", "habilitation")]
    await protect(api, protected["participant_id"])
    service = api.service("habilitation")
    assert await list_applications(service) == [mine]
    assert ok(await service.get(f"/v1/applications/{mine['id']}"), 200) == mine
    for other in (theirs, protected):
        refused(await service.get(f"/v1/applications/{other['id']}"), 404, "not-found")
        assert await list_applications(service, participant_id=other["participant_id"]) == []
    assert await list_applications(api.service("mental_health")) == [theirs]


async def test_service_sees_an_applications_status(api: Api) -> None:
    """M7, D4: what requests and decisions come to, though it reads neither; a filter by status finds the same."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    waiting = await apply(api, "habilitation")
    person = await steps.participant(api, service_area="habilitation")
    body = await steps.ready_to_grant(api, provider_id, person)
    service = api.service("habilitation")

    async def list_statuses(**query: str) -> list[str]:
        return sorted(one["status"] for one in await list_applications(service, **query))

    assert await list_statuses() == ["accepted", "received"]
    ok(await api.case_officer.post("/v1/decisions", json=body))
    assert await list_statuses() == ["granted", "received"]
    assert await list_statuses(status="granted") == ["granted"]
    assert [one["id"] for one in await list_applications(service, status="waiting")] == [waiting["id"]]
    assert await list_applications(api.service("mental_health"), status="granted") == []
    refused(await service.get(f"/v1/applications/{waiting['id']}/requests"), 403, "role-required")


async def test_service_reads_the_applications_in_pages(api: Api) -> None:
    """M7: one a page, each once."""
    await steps.law(api)
    mine = [await apply(api, area) for area in ("habilitation", "mental_health", "habilitation")]
    service = api.service("habilitation")
    first = ok(await service.get("/v1/applications", params={"limit": 1}), 200)
    last = ok(await service.get("/v1/applications", params={"limit": 1, "after": first["next"]}), 200)
    assert [*first["items"], *last["items"]] == [mine[0], mine[2]]
    assert last["next"] is None


async def test_service_reads_the_supplements_of_its_area_without_the_amount(api: Api) -> None:
    """L6, M7: it is one of the three parties; amounts are for the case office and finance."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api, service_area="habilitation")
    body = await steps.ready_to_grant(api, provider_id, person)
    placement_id = ok(await api.case_officer.post("/v1/decisions", json=body))["placement_id"]
    path = f"/v1/placements/{placement_id}/supplements"
    made = ok(await api.case_officer.post(path, json=SUPPLEMENT))
    end = {
        "valid_to": "2022-09-30",
        "reason": "Tilrettelagt på annan måte.",
        "agreed_by": SUPPLEMENT["agreed_by"],
        "agreed_on": "2022-09-01",
    }
    ended = ok(await api.case_officer.post(f"{path}/{made['id']}/end", json=end), 200)
    seen = {name: value for name, value in ended.items() if name != "monthly_amount"}
    service = api.service("habilitation")
    assert ok(await service.get(path), 200)["items"] == [seen]
    assert ok(await service.get(f"{path}/{made['id']}"), 200) == seen
    assert ok(await api.case_officer.get(path), 200)["items"] == [ended]
    unexplained = {"reason": None, "ends": [end | {"reason": None} for end in ended["ends"]]}
    assert ok(await api.finance.get(path), 200)["items"] == [ended | unexplained]
    for address in (path, f"{path}/{made['id']}"):
        refused(await api.service("mental_health").get(address), 404, "not-found")
    await protect(api, person)
    refused(await service.get(path), 404, "not-found")


@pytest.mark.parametrize("address", ["", "/{id}"])
async def test_services_reading_of_applications_is_logged(api: Api, address: str) -> None:
    """M7: a row of the access log about the applicant."""
    await steps.law(api)
    mine = await apply(api, "habilitation")
    ok(await api.service("habilitation").get(f"/v1/applications{address.format(id=mine['id'])}"), 200)
    params = {"participant_id": mine["participant_id"], "limit": "200"}
    log = ok(await api.auditor.get("/v1/access-log", params=params), 200)["items"]
    action = "read_application" if address else "list_applications"
    assert any(row["action"] == action and row["outcome"] == "allowed" for row in log)
