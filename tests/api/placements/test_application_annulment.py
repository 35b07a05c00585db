"""Applications recorded by mistake (D10), the service's view, and a person's other open applications (D4)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

REASON = {"reason": "Ført på feil deltakar."}
VIEW = {"area": "habilitation", "given_on": "2022-01-02", "text": "Rår til plass."}


async def annul(api: Api, application_id: str) -> dict[str, Any]:
    return ok(await api.case_officer.post(f"/v1/applications/{application_id}/annulment", json=REASON), 200)


async def test_annulled_application_counts_for_nothing(api: Api) -> None:
    """D10: it stays readable, and is gone from the waiting list, the tasks and the provider."""
    provider_id = await steps.provider(api)
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, provider_id)
    annulled = await annul(api, application_id)
    assert (annulled["status"], annulled["annulled_reason"]) == ("annulled", REASON["reason"])
    assert annulled["annulled_at"] is not None
    waiting = ok(await api.case_officer.get("/v1/applications", params={"status": "waiting"}), 200)["items"]
    assert waiting == []
    tasks = ok(await api.case_officer.get("/v1/tasks", params={"on": "2022-02-01"}), 200)["items"]
    assert [task for task in tasks if application_id in task["link"]] == []
    assert ok(await api.provider("310300403").get("/v1/requests"), 200)["items"] == []
    assert (await api.provider("310300403").get(f"/v1/requests/{request_id}")).status_code == 404
    [row] = ok(await api.case_officer.get("/v1/providers/vacancies"), 200)["items"]
    assert row["promised"] == "0.00"


async def test_annulled_application_takes_no_further_step(api: Api) -> None:
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    application_id = body["application_id"]
    await annul(api, application_id)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "application-closed")
    withdrawal = await api.case_officer.post(f"/v1/applications/{application_id}/withdrawal")
    refused(withdrawal, 409, "application-closed")
    again = await api.case_officer.post(f"/v1/applications/{application_id}/annulment", json=REASON)
    refused(again, 409, "annulled")


async def test_decided_application_is_not_annulled(api: Api) -> None:
    """D10: its decision is mended instead."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    ok(await api.case_officer.post("/v1/decisions", json=body))
    answer = await api.case_officer.post(f"/v1/applications/{body['application_id']}/annulment", json=REASON)
    refused(answer, 409, "application-closed")


async def test_withdrawn_application_is_annulled(api: Api) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    ok(await api.case_officer.post(f"/v1/applications/{application_id}/withdrawal"), 200)
    assert (await annul(api, application_id))["status"] == "annulled"
    withdrawn = ok(await api.case_officer.get("/v1/applications", params={"status": "withdrawn"}), 200)["items"]
    assert withdrawn == []


async def test_annulment_is_the_case_offices_and_has_a_reason(api: Api) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    path = f"/v1/applications/{application_id}/annulment"
    refused(await api.epj.post(path, json=REASON), 403, "role-required")
    assert refused(await api.case_officer.post(path, json={}), 422, "validation")["errors"][0]["pointer"] == "#/reason"


async def test_second_application_names_the_others_that_are_open(api: Api) -> None:
    """D4: a person may have several."""
    person = await steps.participant(api)
    first = await steps.application(api, person)
    body = {"participant_id": person, "received_on": "2022-01-04", "need": "permanent", "wishes": "Inne."}
    second = ok(await api.case_officer.post("/v1/applications", json=body))
    assert second["open_applications"] == [first]
    await annul(api, first)
    read = ok(await api.case_officer.get(f"/v1/applications/{second['id']}"), 200)
    assert read["open_applications"] == []


async def test_services_view_stands_beside_the_wishes(api: Api) -> None:
    """D4: its absence shows on the work list."""
    person = await steps.participant(api)
    without = await steps.application(api, person)
    with_view = await steps.application(api, person, service_view=VIEW)
    assert ok(await api.case_officer.get(f"/v1/applications/{with_view}"), 200)["service_view"] == VIEW
    tasks = ok(await api.case_officer.get("/v1/tasks", params={"kind": "request_to_send", "on": "2022-02-01"}), 200)
    missing = {task["link"].rpartition("/")[2]: task["missing"] for task in tasks["items"]}
    assert missing == {without: ["service_view"], with_view: []}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"area": "nav"}, "#/service_view/area"),
        ({"given_on": "2062-01-01"}, "#/service_view/given_on"),
        ({"text": ""}, "#/service_view/text"),
    ],
)
async def test_view_that_cannot_be_is_refused(api: Api, changes: dict[str, str], pointer: str) -> None:
    person = await steps.participant(api)
    body = {"participant_id": person, "received_on": "2022-01-04", "need": "permanent", "wishes": "Inne."}
    answer = await api.case_officer.post("/v1/applications", json=body | {"service_view": VIEW | changes})
    assert refused(answer, 422, "validation")["errors"][0]["pointer"] == pointer


async def test_view_is_recorded_later_and_replaced_until_the_decision(api: Api) -> None:
    """D4."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    path = f"/v1/applications/{body['application_id']}/service-view"
    for text in ("Rår til plass.", "Rår til plass, med fast rettleiar."):
        recorded = ok(await api.case_officer.put(path, json=VIEW | {"text": text}), 200)
        assert recorded["service_view"] == VIEW | {"text": text}
    numbered = await api.case_officer.put(path, json=VIEW | {"text": "Gjeld 23849150073."})
    assert refused(numbered, 422, "identity-number-in-text")["errors"][0]["pointer"] == "#/text"
    ok(await api.case_officer.post("/v1/decisions", json=body))
    refused(await api.case_officer.put(path, json=VIEW), 409, "application-closed")


async def test_view_is_not_written_over_one_that_was_not_read(api: Api) -> None:
    """D4: with `If-Match`."""
    path = f"/v1/applications/{await steps.application(api, await steps.participant(api))}"
    read = {"If-Match": (await api.case_officer.get(path)).headers["etag"]}
    written = await api.case_officer.put(f"{path}/service-view", json=VIEW, headers=read)
    assert ok(written, 200)["service_view"] == VIEW
    other = VIEW | {"text": "Rår ifrå."}
    refused(await api.case_officer.put(f"{path}/service-view", json=other, headers=read), 412, "precondition-failed")
    # The tag of what was written is that of what is read.
    read = {"If-Match": written.headers["etag"]}
    assert (
        ok(await api.case_officer.put(f"{path}/service-view", json=other, headers=read), 200)["service_view"] == other
    )


async def test_granted_application_is_annulled_once_its_grant_is(api: Api) -> None:
    """D8, D10."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    granted = ok(await api.case_officer.post("/v1/decisions", json=body))
    annulment = {
        "kind": "annul",
        "placement_id": granted["placement_id"],
        "corrects_id": granted["id"],
        "decided_on": "2022-02-01",
        "legal_basis": "Forvaltningslova § 35",
        "reason": "Feil deltakar.",
        "found_by": "case_office",
    }
    ok(await api.case_officer.post("/v1/decisions", json=annulment))
    assert (await annul(api, body["application_id"]))["status"] == "annulled"


async def test_rejected_application_is_not_annulled(api: Api) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    ok(await api.case_officer.post("/v1/decisions", json=steps.reject(application_id)))
    answer = await api.case_officer.post(f"/v1/applications/{application_id}/annulment", json=REASON)
    refused(answer, 409, "application-closed")
