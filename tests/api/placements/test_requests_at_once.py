"""Requests, grants and retractions of one application at the same time (D4)."""

import asyncio

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok


async def test_grant_and_retraction_at_once_never_both_succeed(committed_api: Api) -> None:
    """D4: whoever comes second finds what the first has done."""
    api = committed_api
    await steps.law(api)
    provider_id = await steps.provider(api, places=20)
    bodies = [await steps.ready_to_grant(api, provider_id) for _ in range(6)]
    answers = await asyncio.gather(
        *(api.case_officer.post("/v1/decisions", json=body) for body in bodies),
        *(
            api.case_officer.post(f"/v1/requests/{body['request_id']}/retraction", json={"reason": "Ombygging."})
            for body in bodies
        ),
    )
    grants, retractions = answers[: len(bodies)], answers[len(bodies) :]
    for grant, retraction in zip(grants, retractions, strict=True):
        assert {grant.status_code, retraction.status_code} in ({201, 409}, {409, 200}), (grant.text, retraction.text)


async def test_one_of_several_requests_at_once_is_sent(committed_api: Api) -> None:
    """D4: parameter `open_requests`."""
    api = committed_api
    provider_id = await steps.provider(api)
    application_id = await steps.application(api, await steps.participant(api))
    path = f"/v1/applications/{application_id}/requests"
    body = {"provider_id": provider_id, "sent_on": "2022-01-04"}
    answers = await asyncio.gather(*(api.case_officer.post(path, json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert len(ok(await api.case_officer.get(path), 200)["items"]) == 1
