"""M1, M2, M8, D5: plans, evaluation reports and the guideline's own evaluation."""

import asyncio
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, evaluation, meeting, placed, plan, tasks
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
        ("evaluations", {"period_to": "2022-06-30"}, "validation", "#/period_to"),
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


async def test_guideline_evaluation_lists_the_years_meetings(api: Api) -> None:
    """M8: the joint and bilateral meetings of its year, and their themes; no annulled one, no other kind or year."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    made = [
        ok(await api.case_officer.post("/v1/meetings", json=body))
        for body in (
            meeting(None, "system", held_on="2022-11-01", themes=["economy", "development"]),
            meeting(None, "bilateral", held_on="2022-02-01", provider_id=provider_id, themes=["other"]),
            meeting(None, "system", held_on="2022-12-01"),
            meeting(None, "system", held_on="2023-01-01"),
            meeting(placement_id),
        )
    ]
    ok(await api.case_officer.post(f"/v1/meetings/{made[2]['id']}/annulment", json={"reason": "Ikkje halde."}), 200)
    body = {"year": 2022, "evaluated_on": "2023-01-15", "text": "Verkar."}
    evaluated = ok(await api.case_officer.post("/v1/guideline-evaluations", json=body))
    assert evaluated["meetings"] == [
        {"id": made[1]["id"], "kind": "bilateral", "held_on": "2022-02-01", "provider_id": provider_id}
        | {"themes": ["other"]},
        {"id": made[0]["id"], "kind": "system", "held_on": "2022-11-01", "provider_id": None}
        | {"themes": ["development", "economy"]},
    ]
    assert ok(await api.case_officer.get("/v1/guideline-evaluations"), 200)["items"] == [evaluated]
    assert ok(await api.case_officer.get(f"/v1/guideline-evaluations/{evaluated['id']}"), 200) == evaluated


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


async def test_plan_that_is_not_sent_says_so(api: Api) -> None:
    """M1: on the plan itself, until it is sent."""
    path = await create_unsent(api, "plans")
    provider = api.provider(NUMBERS[0])
    assert ok(await provider.get(path), 200)["missing"] == ["sent"]
    assert ok(await provider.post(f"{path}/sending", json={}), 200)["missing"] == []


@pytest.mark.parametrize("noun", ["plans", "evaluations"])
async def test_document_says_whom_it_was_made_with(api: Api, noun: str) -> None:
    """M1, M2: each once; left out, nobody is said."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    for given, stored in (
        ({"made_with": ["next_of_kin", "participant", "participant"]}, ["participant", "next_of_kin"]),
        ({}, []),
    ):
        made = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id, **given)))
        assert made["made_with"] == stored


@pytest.mark.parametrize("noun", ["plans", "evaluations"])
@pytest.mark.parametrize(
    ("made_with", "pointer"),
    [(["provider"], "#/made_with/0"), ("participant", "#/made_with"), (["guardian"] * 4, "#/made_with")],
)
async def test_document_made_with_somebody_else_refused(api: Api, noun: str, made_with: object, pointer: str) -> None:
    """M1, M2: the participant, the guardian or next of kin."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    body = BODIES[noun](placement_id, made_with=made_with)
    problem = refused(await api.case_officer.post(f"/v1/{noun}", json=body), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer


async def test_report_that_the_plan_does_not_stand_asks_for_a_new_one(api: Api) -> None:
    """M2: within 90 days of the day it was sent; a plan from before is not the new one, and one not sent says so."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    ok(await provider.post("/v1/plans", json=plan(placement_id)))
    report = ok(await provider.post("/v1/evaluations", json=evaluation(placement_id, plan_stands=False)))
    assert report["plan_stands"] is False

    async def list_renewals(on: str) -> list[tuple[Any, ...]]:
        found = await tasks(provider, on, kind="plan")
        return [(task["n"], task["due_on"], task["status"], task["missing"]) for task in found if task["n"] > 1]

    assert await list_renewals("2023-06-19") == []
    assert await list_renewals("2023-06-20") == [(2, "2023-09-18", "open", [])]
    assert await list_renewals("2023-09-19") == [(2, "2023-09-18", "overdue", [])]
    ok(await provider.post("/v1/plans", json=plan(placement_id, made_on="2022-09-01", sent_on=None)))
    assert await list_renewals("2023-09-19") == [(2, "2023-09-18", "overdue", [])]
    new = ok(await provider.post("/v1/plans", json=plan(placement_id, made_on="2023-09-01", sent_on=None)))
    assert await list_renewals("2023-09-19") == [(2, "2023-09-18", "overdue", ["sent"])]
    ok(await provider.post(f"/v1/plans/{new['id']}/sending", json={"sent_on": "2023-09-20"}), 200)
    assert await list_renewals("2023-09-20") == [(2, "2023-09-18", "done", [])]


@pytest.mark.parametrize("plan_stands", [True, None])
async def test_report_that_the_plan_stands_asks_for_none(api: Api, plan_stands: bool | None) -> None:
    """M2: nor one that does not say."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post("/v1/evaluations", json=evaluation(placement_id, plan_stands=plan_stands)))
    assert [task["n"] for task in await tasks(api.case_officer, "2023-07-01", kind="plan")] == [1]


async def test_annulled_report_asks_for_no_plan(api: Api) -> None:
    """D10, M2: the new plan that it asked for is due no more."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post("/v1/evaluations", json=evaluation(placement_id, plan_stands=False)))
    assert len(await tasks(api.case_officer, "2023-07-01", kind="plan")) == 2
    ok(await api.case_officer.post(f"/v1/evaluations/{made['id']}/annulment", json={"reason": "Feil."}), 200)
    assert len(await tasks(api.case_officer, "2023-07-01", kind="plan")) == 1


async def test_days_until_the_new_plan_are_the_versions_own(api: Api) -> None:
    """M2: a parameter of the guideline version."""
    await steps.law(api)
    version = {"valid_from": "2023-01-01", "plan_renewal_days": 30}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post("/v1/evaluations", json=evaluation(placement_id, plan_stands=False)))
    [_, renewal] = await tasks(api.case_officer, "2023-07-01", kind="plan")
    assert renewal["due_on"] == "2023-07-20"


@pytest.mark.parametrize("value", ["ja", 1, "true"])
async def test_plan_stands_that_is_no_boolean_refused(api: Api, value: object) -> None:
    """M2: true or false."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    body = evaluation(placement_id, plan_stands=value)
    problem = refused(await api.case_officer.post("/v1/evaluations", json=body), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/plan_stands"
