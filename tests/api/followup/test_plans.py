"""M1, M2, M8, D5: plans, evaluation reports and the guideline's own evaluation."""

import asyncio
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, evaluation, placed, plan
from tests.factories.steps import ok, refused

NUMBER = "10915596784"
BODIES = {"plans": plan, "evaluations": evaluation}


@pytest.mark.parametrize("noun", ["plans", "evaluations"])
async def test_document_is_created_read_and_listed(api: Api, noun: str) -> None:
    """M1, M2: a provider files its own; the service of the area reads; another provider sees nothing."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    _, _, second = await placed(api, NUMBERS[1], name="KIM AS", area="mental_health")
    provider = api.provider(NUMBERS[0])
    made = ok(await provider.post(f"/v1/{noun}", json=BODIES[noun](placement_id)))
    assert (made["filed_by"], made["provider_id"]) == ("provider", provider_id)
    other = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](second)))
    for client, seen in (
        (provider, [made]),
        (api.provider(NUMBERS[1]), [other]),
        (api.service("habilitation"), [made]),
        (api.service("mental_health"), [other]),
        (api.case_officer, [made, other]),
    ):
        assert ok(await client.get(f"/v1/{noun}"), 200)["items"] == seen
    for query in ({"placement_id": placement_id}, {"provider_id": provider_id}):
        assert ok(await api.case_officer.get(f"/v1/{noun}", params=query), 200)["items"] == [made]
    assert ok(await api.service("habilitation").get(f"/v1/{noun}/{made['id']}"), 200) == made
    refused(await api.provider(NUMBERS[1]).get(f"/v1/{noun}/{made['id']}"), 404, "not-found")
    answer = await api.provider(NUMBERS[1]).post(f"/v1/{noun}", json=BODIES[noun](placement_id))
    assert refused(answer, 404, "not-found")["errors"][0]["pointer"] == "#/placement_id"


async def create_unsent(api: Api, noun: str) -> str:
    """A plan or a report that the first provider has filed and not sent: its path."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    body = BODIES[noun](placement_id, sent_on=None)
    filed = ok(await api.provider(NUMBERS[0]).post(f"/v1/{noun}", json=body))
    assert filed["sent_on"] is None
    return f"/v1/{noun}/{filed['id']}"


@pytest.mark.parametrize("noun", ["plans", "evaluations"])
async def test_document_is_sent_once(api: Api, noun: str) -> None:
    """M1, M2: filed first and sent later, once."""
    path = await create_unsent(api, noun)
    provider = api.provider(NUMBERS[0])
    assert ok(await provider.post(f"{path}/sending", json={"sent_on": "2022-09-01"}), 200)["sent_on"] == "2022-09-01"
    refused(await provider.post(f"{path}/sending", json={}), 409, "already-sent")


@pytest.mark.parametrize("noun", ["plans", "evaluations"])
async def test_sending_by_another_party_refused(api: Api, noun: str) -> None:
    """M1, M2: only the party that filed it sends it."""
    path = await create_unsent(api, noun)
    refused(await api.case_officer.post(f"{path}/sending", json={}), 403, "not-owner")
    refused(await api.provider(NUMBERS[1]).post(f"{path}/sending", json={}), 404, "not-found")


@pytest.mark.parametrize(
    ("noun", "sent_on", "code"),
    [
        ("plans", "2099-01-01", "date-in-future"),
        ("plans", "2022-08-19", "sent-before-made"),
        ("evaluations", "2099-01-01", "date-in-future"),
    ],
)
async def test_sending_on_an_impossible_day_refused(api: Api, noun: str, sent_on: str, code: str) -> None:
    """M1, M2: neither on a day in the future nor before the plan was made."""
    path = await create_unsent(api, noun)
    refused(await api.provider(NUMBERS[0]).post(f"{path}/sending", json={"sent_on": sent_on}), 422, code)


@pytest.mark.parametrize(
    ("noun", "changes", "code", "pointer"),
    [
        ("plans", {"made_on": "2099-01-01"}, "date-in-future", "#/made_on"),
        ("plans", {"sent_on": "2022-08-19"}, "sent-before-made", "#/sent_on"),
        ("plans", {"content_areas": ["activity", "play"]}, "code-unknown", "#/content_areas/1"),
        ("plans", {"content_areas": []}, "validation", "#/content_areas"),
        ("plans", {"text": f"Fødselsnummer {NUMBER}"}, "identity-number-in-text", "#/text"),
        ("evaluations", {"period_from": "2099-01-01", "period_to": "2099-12-31"}, "date-in-future", "#/period_from"),
        ("evaluations", {"period_to": "2022-06-30"}, "validation", "#"),
        ("evaluations", {"content_areas": ["play"]}, "code-unknown", "#/content_areas/0"),
        ("evaluations", {"text": NUMBER}, "identity-number-in-text", "#/text"),
    ],
)
async def test_document_against_the_rules_refused(
    api: Api, noun: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    """M1, M2, D5: each points at its field and leaves nothing behind."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    problem = refused(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id, **changes)), 422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert NUMBER not in str(problem)
    assert ok(await api.case_officer.get(f"/v1/{noun}"), 200)["items"] == []


async def test_guideline_evaluation_is_recorded_by_the_case_office(api: Api) -> None:
    """M8: recorded by the case office; nobody else's."""
    body = {"year": 2022, "evaluated_on": "2022-12-01", "text": "Verkar."}
    made = ok(await api.case_officer.post("/v1/guideline-evaluations", json=body))
    assert {key: made[key] for key in body} == body
    assert ok(await api.case_officer.get("/v1/guideline-evaluations"), 200)["items"] == [made]
    assert ok(await api.case_officer.get(f"/v1/guideline-evaluations/{made['id']}"), 200) == made
    for changes, code in (
        ({"evaluated_on": "2099-01-01"}, "date-in-future"),
        ({"text": NUMBER}, "identity-number-in-text"),
    ):
        refused(await api.case_officer.post("/v1/guideline-evaluations", json=body | changes), 422, code)
    for client in (api.provider(NUMBERS[0]), api.service("habilitation"), api.finance):
        refused(await client.post("/v1/guideline-evaluations", json=body), 403, "role-required")
        refused(await client.get("/v1/guideline-evaluations"), 403, "role-required")


async def test_concurrent_sendings_leave_one(committed_api: Api) -> None:
    """M1: the others are refused."""
    api = committed_api
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post("/v1/plans", json=plan(placement_id, sent_on=None)))
    path = f"/v1/plans/{made['id']}/sending"
    answers = await asyncio.gather(
        *(api.case_officer.post(path, json={"sent_on": f"2022-09-0{n}"}) for n in range(1, 5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [sent] = [answer.json() for answer in answers if answer.status_code == 200]
    assert ok(await api.case_officer.get(f"/v1/plans/{made['id']}"), 200) == sent
