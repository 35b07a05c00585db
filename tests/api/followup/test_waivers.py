"""M9: what is due and will never be done is waived by the case office, with a reason, and taken back."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, placed, plan, tasks
from tests.factories.steps import ok, refused

REASON = {"reason": "Året før tenesta vart teken i bruk."}
ON = "2022-10-01"


async def waive(api: Api, task_id: str, **changes: Any) -> dict[str, Any]:
    answer = await api.case_officer.post(f"/v1/tasks/{task_id}/waiver", json=REASON | changes)
    waiver: dict[str, Any] = ok(answer)
    return waiver


async def find_status(client: Any, kind: str, on: str = ON) -> str:
    [task, *_] = await tasks(client, on, kind=kind)
    status: str = task["status"]
    return status


@pytest.mark.parametrize("kind", ["plan", "evaluation", "conversation", "cooperation_meeting"])
async def test_duty_of_a_placement_is_waived(api: Api, kind: str) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    task_id = f"{kind}.{placement_id}.1"
    waiver = await waive(api, task_id)
    assert (waiver["task_id"], waiver["status"]) == (task_id, "waived")
    assert (waiver["reason"], waiver["waived_by"]) == (REASON["reason"], "person:case_officer")
    for client in (api.case_officer, api.provider(NUMBERS[0]), api.service("habilitation")):
        assert await find_status(client, kind) == "waived"


async def test_meeting_after_notice_is_waived(api: Api) -> None:
    """L4."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    path = f"/v1/placements/{placement_id}/notices"
    notice = ok(await api.case_officer.post(path, json=steps.notice("2022-07-15")))
    await waive(api, f"notice_meeting.{notice['id']}.0")
    assert await find_status(api.case_officer, "notice_meeting") == "waived"


async def test_waived_task_leaves_default_list_and_calendar(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await waive(api, f"plan.{placement_id}.1")
    query = {"on": ON, "kind": "plan"}
    assert ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"] == []
    assert "BEGIN:VEVENT" not in (await api.case_officer.get("/v1/tasks.ics", params=query)).text
    named = ok(await api.case_officer.get("/v1/tasks", params={**query, "status": "waived"}), 200)["items"]
    assert [task["id"] for task in named] == [f"plan.{placement_id}.1"]


async def test_only_the_year_named_is_waived(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await waive(api, f"conversation.{placement_id}.1")
    found = await tasks(api.case_officer, "2023-07-01", kind="conversation")
    assert [(task["n"], task["status"]) for task in found] == [(1, "waived"), (2, "open")]


async def test_waiver_is_taken_back(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    path = f"/v1/tasks/plan.{placement_id}.1/waiver"
    waiver = await waive(api, f"plan.{placement_id}.1")
    assert ok(await api.case_officer.get(path), 200) == waiver
    assert (await api.case_officer.delete(path)).status_code == 204
    assert await find_status(api.case_officer, "plan") == "overdue"
    refused(await api.case_officer.get(path), 404, "not-found")
    refused(await api.case_officer.delete(path), 404, "not-found")
    await waive(api, f"plan.{placement_id}.1", reason="Likevel ikkje.")
    assert await find_status(api.case_officer, "plan") == "waived"


async def test_what_is_done_after_all_is_done(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await waive(api, f"plan.{placement_id}.1")
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    assert await find_status(api.case_officer, "plan") == "done"


async def test_done_task_refused(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    refused(await api.case_officer.post(f"/v1/tasks/plan.{placement_id}.1/waiver", json=REASON), 409, "task-done")


async def test_waived_task_refused(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await waive(api, f"plan.{placement_id}.1")
    path = f"/v1/tasks/plan.{placement_id}.1/waiver"
    problem = refused(await api.case_officer.post(path, json=REASON), 409, "already-waived")
    assert "DELETE" in problem["detail"]


async def test_other_kinds_refused(api: Api) -> None:
    """What is decided or recorded to go away is not waived."""
    await steps.law(api)
    await placed(api)
    for task in await tasks(api.case_officer, "2026-11-01"):
        if task["kind"] in ("deviation", "guideline_evaluation", "system_meeting"):
            path = f"/v1/tasks/{task['id']}/waiver"
            problem = refused(await api.case_officer.post(path, json=REASON), 409, "not-waivable")
            assert "samtalar" in problem["detail"]


@pytest.mark.parametrize("n", [0, 40])
async def test_task_that_does_not_exist_refused(api: Api, n: int) -> None:
    """A year that has not begun owes nothing yet."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    path = f"/v1/tasks/conversation.{placement_id}.{n}/waiver"
    refused(await api.case_officer.post(path, json=REASON), 404, "not-found")


@pytest.mark.parametrize("task_id", ["plan", "plan.1", "PLAN.-.1", "plan.01900000-0000-7000-8000-000000000000.x"])
async def test_malformed_task_id_refused(api: Api, task_id: str) -> None:
    problem = refused(await api.case_officer.post(f"/v1/tasks/{task_id}/waiver", json=REASON), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/path/task_id"


async def test_unknown_kind_refused(api: Api) -> None:
    refused(await api.case_officer.post("/v1/tasks/supper.-.1/waiver", json=REASON), 404, "not-found")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 501}, {"reason": None}])
async def test_waiver_without_reason_refused(api: Api, body: dict[str, Any]) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    problem = refused(
        await api.case_officer.post(f"/v1/tasks/plan.{placement_id}.1/waiver", json=body), 422, "validation"
    )
    assert problem["errors"][0]["pointer"] == "#/reason"
    assert await find_status(api.case_officer, "plan") == "overdue"


async def test_waiver_is_in_the_access_log_and_the_export(api: Api) -> None:
    await steps.law(api)
    _, person, placement_id = await placed(api)
    await waive(api, f"plan.{placement_id}.1")
    rows = ok(await api.auditor.get(f"/v1/access-log?participant_id={person}"), 200)["items"]
    assert "waive_task" in {row["action"] for row in rows}
    exported = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)
    assert [row["reason"] for row in exported["held"]["task_waivers"]] == [REASON["reason"]]


async def test_waived_duties_show_in_the_years_report(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await waive(api, f"plan.{placement_id}.1")
    report = ok(await api.case_officer.get("/v1/follow-up/2022", params={"on": "2022-12-31"}), 200)
    assert report["municipality"]["plan"] == {"due": 1, "done": 0, "overdue": 0, "waived": 1}
