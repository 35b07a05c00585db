"""D10: what was filed by mistake is annulled: readable for the case office, and of no account."""

import asyncio
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, evaluation, meeting, place_at, placed, plan, tasks
from tests.factories.steps import ok, refused

BODIES = {"meetings": meeting, "plans": plan, "evaluations": evaluation}
NOUNS = pytest.mark.parametrize("noun", ["meetings", "plans", "evaluations"])
MISTAKE = {"reason": "Ført på feil deltakar."}
NUMBER = "10915596784"
# The task that each of them does.
KINDS = {"meetings": "cooperation_meeting", "plans": "plan", "evaluations": "evaluation"}


async def count_recorded(api: Api, placement_id: str, noun: str, on: str = "2023-06-25") -> int:
    """How many the first task of the kind has on record."""
    [task, *_] = await tasks(api.case_officer, on, placement_id=placement_id, kind=KINDS[noun])
    recorded: int = task["recorded"]
    return recorded


@NOUNS
async def test_document_filed_on_the_wrong_person_is_annulled_and_filed_anew(api: Api, noun: str) -> None:
    """D10: it is gone for the provider, its task is open again, and the right person's is done."""
    await steps.law(api)
    provider_id, _, wrong = await placed(api)
    _, right = await place_at(api, provider_id)
    provider = api.provider(NUMBERS[0])
    mistaken = ok(await provider.post(f"/v1/{noun}", json=BODIES[noun](wrong)))
    assert await count_recorded(api, wrong, noun) == 1
    annulled = ok(await provider.post(f"/v1/{noun}/{mistaken['id']}/annulment", json=MISTAKE), 200)
    assert annulled["annulled_reason"] == MISTAKE["reason"]
    assert annulled == mistaken | {key: annulled[key] for key in ("annulled_at", "annulled_reason", "updated_at")}
    filed = ok(await provider.post(f"/v1/{noun}", json=BODIES[noun](right)))
    assert (await count_recorded(api, wrong, noun), await count_recorded(api, right, noun)) == (0, 1)
    assert ok(await provider.get(f"/v1/{noun}"), 200)["items"] == [filed]
    assert ok(await api.case_officer.get(f"/v1/{noun}"), 200)["items"] == [annulled, filed]


@NOUNS
async def test_annulled_document_is_read_by_the_case_office_alone(api: Api, noun: str) -> None:
    """D10: everybody else is answered as if it had never been there."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.provider(NUMBERS[0]).post(f"/v1/{noun}", json=BODIES[noun](placement_id)))
    path = f"/v1/{noun}/{made['id']}"
    annulled = ok(await api.case_officer.post(f"{path}/annulment", json=MISTAKE), 200)
    assert ok(await api.case_officer.get(path), 200) == annulled
    for client in (api.provider(NUMBERS[0]), api.service("habilitation")):
        refused(await client.get(path), 404, "not-found")
        assert ok(await client.get(f"/v1/{noun}"), 200)["items"] == []
        if noun == "meetings":
            refused(await client.get(f"{path}/versions"), 404, "not-found")


@NOUNS
async def test_annulment_of_another_partys_document_refused(api: Api, noun: str) -> None:
    """D10: a party annuls its own alone."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id)))
    path = f"/v1/{noun}/{made['id']}"
    refused(await api.provider(NUMBERS[0]).post(f"{path}/annulment", json=MISTAKE), 403, "not-owner")
    refused(await api.provider(NUMBERS[1]).post(f"{path}/annulment", json=MISTAKE), 404, "not-found")
    assert ok(await api.case_officer.get(path), 200) == made


@NOUNS
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "validation"),
        ({"reason": " "}, "validation"),
        ({"reason": None}, "validation"),
        ({"reason": "x" * 501}, "validation"),
        ({"reason": f"Gjeld {NUMBER}"}, "identity-number-in-text"),
    ],
)
async def test_annulment_without_a_proper_reason_refused(api: Api, noun: str, body: dict[str, Any], code: str) -> None:
    """D10: the reason is there, and no text holds an identity number."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id)))
    problem = refused(await api.case_officer.post(f"/v1/{noun}/{made['id']}/annulment", json=body), 422, code)
    assert problem["errors"][0]["pointer"] == "#/reason"
    assert ok(await api.case_officer.get(f"/v1/{noun}/{made['id']}"), 200) == made


@pytest.mark.parametrize(
    ("noun", "step", "body"),
    [
        ("meetings", "annulment", MISTAKE),
        ("plans", "annulment", MISTAKE),
        ("evaluations", "annulment", MISTAKE),
        ("plans", "sending", {}),
        ("evaluations", "sending", {}),
        (
            "meetings",
            "corrections",
            {name: value for name, value in meeting(None).items() if name not in {"kind", "placement_id"}}
            | {"correction": "Feil dag."},
        ),
    ],
)
async def test_step_after_annulment_refused(api: Api, noun: str, step: str, body: dict[str, Any]) -> None:
    """D10: what is annulled is not changed any more, nor annulled again."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    unsent = {} if noun == "meetings" else {"sent_on": None}
    made = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id, **unsent)))
    path = f"/v1/{noun}/{made['id']}"
    annulled = ok(await api.case_officer.post(f"{path}/annulment", json=MISTAKE), 200)
    refused(await api.case_officer.post(f"{path}/{step}", json=body), 409, "annulled")
    assert ok(await api.case_officer.get(path), 200) == annulled


async def test_annulled_meetings_count_in_no_report(api: Api) -> None:
    """D10, M3, M4: neither held meetings, participants who took part, nor themes."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = [
        ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id, kind)))
        for kind in ("conversation", "cooperation")
    ]
    for one in made:
        ok(await api.case_officer.post(f"/v1/meetings/{one['id']}/annulment", json=MISTAKE), 200)
    report = ok(await api.case_officer.get("/v1/follow-up/2022", params={"on": "2022-12-31"}), 200)["municipality"]
    assert {report[name] for name in ("meetings", "meetings_with_participant", "participants_who_took_part")} == {0}
    found = await tasks(api.case_officer, "2022-12-31", kind="conversation")
    assert [(task["recorded"], len(task["missing"])) for task in found] == [(0, 4)]


async def test_annulled_cooperation_meeting_reopens_a_notices_meeting(api: Api) -> None:
    """D10, L4: the meeting that the notice calls for is due again."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    notice = {"given_by": "participant", "given_on": "2022-09-01", "reason": "changed_needs", "text": None}
    ok(await api.case_officer.post(f"/v1/placements/{placement_id}/notices", json=notice))
    made = ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id)))
    [task] = await tasks(api.case_officer, "2022-10-01", kind="notice_meeting")
    assert task["status"] == "done"
    ok(await api.case_officer.post(f"/v1/meetings/{made['id']}/annulment", json=MISTAKE), 200)
    [task] = await tasks(api.case_officer, "2022-10-01", kind="notice_meeting")
    assert task["status"] == "open"


async def test_annulled_system_meeting_was_never_held(api: Api) -> None:
    """D10, M7: the year has no joint meeting again."""
    await steps.law(api)
    body = meeting(None, "system", called_by="habilitation", themes=["economy"])
    made = ok(await api.case_officer.post("/v1/meetings", json=body))
    ok(await api.case_officer.post(f"/v1/meetings/{made['id']}/annulment", json=MISTAKE), 200)
    [task] = await tasks(api.case_officer, "2022-12-01", kind="system_meeting")
    assert (task["recorded"], task["missing"]) == (0, [])


async def test_annulled_unsent_plan_is_no_longer_missing_its_sending(api: Api) -> None:
    """D10, M1: the task asks for a plan, not for the sending of the annulled one."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post("/v1/plans", json=plan(placement_id, sent_on=None)))
    [task] = await tasks(api.case_officer, "2022-09-01", kind="plan")
    assert task["missing"] == ["sent"]
    ok(await api.case_officer.post(f"/v1/plans/{made['id']}/annulment", json=MISTAKE), 200)
    [task] = await tasks(api.case_officer, "2022-09-01", kind="plan")
    assert task["missing"] == []


@NOUNS
async def test_annulment_is_published_and_logged(quiet_api: Api, noun: str) -> None:
    """D10: an event, and a row of the access log about the participant."""
    api = quiet_api
    await steps.law(api)
    _, person, placement_id = await placed(api)
    made = ok(await api.case_officer.post(f"/v1/{noun}", json=BODIES[noun](placement_id)))
    ok(await api.case_officer.post(f"/v1/{noun}/{made['id']}/annulment", json=MISTAKE), 200)
    events = ok(await api.epj.get("/v1/events", params={"limit": 200}), 200)["items"]
    assert events[-1]["type"].endswith(f"{noun.removesuffix('s')}.annulled")
    action = {"meetings": "annul_meeting", "plans": "annul_plan", "evaluations": "annul_evaluation"}[noun]
    log = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person, "limit": 200}), 200)["items"]
    assert [row["outcome"] for row in log if row["action"] == action] == ["allowed"]


async def test_concurrent_annulments_leave_one(committed_api: Api) -> None:
    """D10: the others are refused, and the first reason stands."""
    api = committed_api
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    path = f"/v1/plans/{made['id']}"
    answers = await asyncio.gather(
        *(api.case_officer.post(f"{path}/annulment", json={"reason": f"Nummer {n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [annulled] = [answer.json() for answer in answers if answer.status_code == 200]
    assert ok(await api.case_officer.get(path), 200) == annulled
