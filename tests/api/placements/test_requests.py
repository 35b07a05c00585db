"""Requests to providers and their answers (D4, P3)."""

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_provider_finds_and_answers_its_request(api: Api) -> None:
    """D4, P3: with what it must know of the application."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    client = api.provider("310300403")
    [waiting] = ok(await client.get("/v1/requests", params={"answer": "none"}), 200)["items"]
    assert (waiting["id"], waiting["need"], waiting["medication_tasks"]) == (request_id, "permanent", False)
    answered = ok(await client.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"}), 200)
    assert answered["answer"] == "accepted"
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "accepted"


async def test_request_to_another_provider_is_not_found(api: Api) -> None:
    await steps.provider(api)
    other = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, other, answer=None)
    client = api.provider("310300403")
    assert (await client.get(f"/v1/requests/{request_id}")).status_code == 404
    answer = await client.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"})
    assert answer.status_code == 404


async def test_one_request_is_open_at_a_time(api: Api) -> None:
    """D4, P3: the next provider is asked once the first has declined."""
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, first, answer=None)
    path = f"/v1/applications/{application_id}/requests"
    another = {"provider_id": second, "sent_on": "2022-01-05"}
    refused(await api.case_officer.post(path, json=another), 409, "request-already-open")
    declined = {"answer": "declined", "reason": "no_capacity"}
    ok(await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=declined), 200)
    ok(await api.case_officer.post(path, json=another))
    assert len(ok(await api.case_officer.get(path), 200)["items"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "declined"},
        {"answer": "declined", "reason": "other"},
        {"answer": "accepted", "reason": "no_capacity"},
    ],
)
async def test_incomplete_answer_is_refused(api: Api, body: dict[str, str]) -> None:
    """P3: a refusal has a reason, `other` also a text, and an acceptance neither."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    refused(await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=body), 422, "answer-incomplete")


async def test_answer_is_final_and_not_before_the_request(api: Api) -> None:
    """P3."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    path = f"/v1/requests/{request_id}/answer"
    body = {"answer": "declined", "reason": "other", "text": "Ombygging.", "answered_on": "2022-01-06"}
    early = await api.case_officer.post(path, json=body | {"answered_on": "2022-01-03"})
    assert refused(early, 422, "validation")["errors"][0]["pointer"] == "#/answered_on"
    answered = ok(await api.case_officer.post(path, json=body), 200)
    assert answered | body == answered
    assert ok(await api.case_officer.get(f"/v1/requests/{request_id}"), 200) == answered
    refused(await api.case_officer.post(path, json={"answer": "accepted"}), 409, "request-already-answered")
