"""The work list: what a caller has to do now, what it is called, and how it is narrowed."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, place_at, placed, plan, tasks
from tests.factories.steps import ok, refused

Row = tuple[str, str, str]


async def list_default(client: Any, on: str, **query: Any) -> list[Row]:
    """(kind, due day, status) of the first page without a named status or day."""
    found = ok(await client.get("/v1/tasks", params={"on": on, "limit": 200} | query), 200)["items"]
    return [(task["kind"], task["due_on"], task["status"]) for task in found]


async def test_default_list_is_own_tasks_and_what_is_near(api: Api) -> None:
    """The caller's own whatever their day; of the others' what is overdue, or due within 60 days."""
    await steps.law(api)
    await placed(api)
    assert await list_default(api.case_officer, "2022-08-01") == [
        ("guideline_evaluation", "2022-12-31", "open"),
        ("deviation", "2022-07-01", "overdue"),
        ("plan", "2022-09-29", "open"),
    ]


async def test_default_list_leaves_out_what_is_more_than_60_days_ahead(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    assert ("plan", "2022-09-29", "open") in await list_default(api.case_officer, "2022-07-31")
    assert ("plan", "2022-09-29", "open") not in await list_default(api.case_officer, "2022-07-30")


async def test_default_list_of_a_provider_has_all_that_waits_for_it(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    found = await list_default(api.provider(NUMBERS[0]), "2022-07-02")
    assert ("evaluation", "2023-06-30", "open") in found


async def test_default_list_leaves_out_what_is_done(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    assert await list_default(api.case_officer, "2022-09-01", kind="plan") == []
    assert await list_default(api.case_officer, "2022-09-01", kind="plan", status="done") == [
        ("plan", "2022-09-29", "done")
    ]


@pytest.mark.parametrize("named", [{"due_from": "2023-06-30"}, {"due_before": "2023-07-01"}, {"status": "open"}])
async def test_named_day_or_status_lifts_the_60_days(api: Api, named: dict[str, str]) -> None:
    await steps.law(api)
    await placed(api)
    found = await list_default(api.case_officer, "2022-07-02", kind="evaluation", **named)
    assert found == [("evaluation", "2023-06-30", "open")]


async def test_filters_may_be_named_several_times(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    query = {"kind": ["plan", "evaluation", "system_meeting"], "responsible": ["provider", "case_office"]}
    found = await list_default(api.case_officer, "2023-07-01", status=["done", "overdue"], **query)
    assert found == [("plan", "2022-09-29", "done"), ("evaluation", "2023-06-30", "overdue")]


async def test_next_page_keeps_every_repeated_filter(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    query: dict[str, Any] = {"on": "2023-07-01", "limit": 1, "status": ["open", "overdue"]}
    link = (await api.case_officer.get("/v1/tasks", params=query)).headers["link"]
    assert "status=open" in link
    assert "status=overdue" in link


async def test_other_parameters_may_not_be_named_twice(api: Api) -> None:
    problem = refused(await api.case_officer.get("/v1/tasks?on=2022-07-01&on=2022-07-02"), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/query/on"


async def test_one_unknown_status_among_several_refused(api: Api) -> None:
    problem = refused(await api.case_officer.get("/v1/tasks?status=open&status=late"), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/query/status"


async def test_pages_go_from_own_tasks_to_those_of_others(api: Api) -> None:
    """Each task once, in the order of the whole list."""
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    await place_at(api, provider_id)
    whole = await list_default(api.case_officer, "2022-09-01")
    one_by_one: list[Row] = []
    query: dict[str, Any] = {"on": "2022-09-01", "limit": 1}
    while True:
        page = ok(await api.case_officer.get("/v1/tasks", params=query), 200)
        one_by_one += [(task["kind"], task["due_on"], task["status"]) for task in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert one_by_one == whole
    assert [kind for kind, _, _ in whole] == ["guideline_evaluation", "deviation", "plan", "plan"]


async def test_protected_person_is_named_by_no_title(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0], name="Gløde AS")
    person = await steps.participant(api, address_protection=True)
    body = await steps.ready_to_grant(api, provider_id, person)
    ok(await api.case_officer.post("/v1/decisions", json=body))
    [task] = await tasks(api.case_officer, "2022-08-01", kind="plan")
    assert task["title"] == "Plan for oppfølging: Verna adresse, Gløde AS"
    assert (task["participant_id"], task["participant_name"]) == (person, "Verna adresse")


async def test_yearly_task_is_called_by_its_year(api: Api) -> None:
    await steps.law(api)
    [task] = await tasks(api.case_officer, "2022-08-01", kind="guideline_evaluation")
    assert task["title"] == "Evaluering av retningslinja 2022"
    assert (task["participant_id"], task["participant_name"]) == (None, None)


async def test_plan_that_is_made_and_not_sent_says_so(api: Api) -> None:
    """M1: `missing` names what the plan lacks, until it is sent."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = ok(await api.case_officer.post("/v1/plans", json=plan(placement_id, sent_on=None)))
    [task] = await tasks(api.case_officer, "2022-09-01", kind="plan")
    assert (task["status"], task["missing"]) == ("open", ["sent"])
    ok(await api.case_officer.post(f"/v1/plans/{made['id']}/sending", json={"sent_on": "2022-08-25"}), 200)
    [task] = await tasks(api.case_officer, "2022-09-01", kind="plan")
    assert (task["status"], task["missing"]) == ("done", [])
