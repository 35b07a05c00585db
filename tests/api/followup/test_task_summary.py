"""Counts of the work list: by status, kind and provider, of the same tasks as the list, without a name or a log row."""

from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, place_at, placed, plan
from tests.factories.steps import ok, refused


async def summarise(client: Any, by: str, **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/tasks/summary", params={"by": by, "on": "2022-10-01"} | query)
    found: dict[str, Any] = ok(answer, 200)
    return found


async def test_tasks_are_counted_by_status(api: Api) -> None:
    """The default list: what is overdue, and what is due within 60 days or waits for the caller."""
    await steps.law(api)
    await placed(api)
    assert await summarise(api.case_officer, "status", kind=["plan", "guideline_evaluation"]) == {
        "items": [{"status": "open", "count": 1}, {"status": "overdue", "count": 1}],
        "next": None,
        "count": 2,
    }


async def test_tasks_are_counted_by_kind(api: Api) -> None:
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    await place_at(api, provider_id)
    found = await summarise(api.provider(NUMBERS[0]), "kind", kind=["plan", "evaluation"])
    assert found["items"] == [{"kind": "evaluation", "count": 2}, {"kind": "plan", "count": 2}]
    assert found["count"] == 4


async def test_tasks_are_counted_by_provider_and_none(api: Api) -> None:
    await steps.law(api)
    first, _, placement_id = await placed(api)
    second, _, _ = await placed(api, NUMBERS[1], name="KIM AS")
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    found = await summarise(api.case_officer, "provider", kind=["plan", "guideline_evaluation"])
    assert {item["provider_id"]: item["count"] for item in found["items"]} == {second: 1, None: 1}
    done = await summarise(api.case_officer, "provider", kind="plan", status="done")
    assert done == {"items": [{"provider_id": first, "count": 1}], "next": None, "count": 1}


async def test_counts_agree_with_the_list(api: Api) -> None:
    await steps.law(api)
    await placed(api)
    filters: list[dict[str, Any]] = [{}, {"status": ["open", "overdue"]}, {"due_from": "2023-01-01"}]
    for named in filters:
        query: dict[str, Any] = {"on": "2022-10-01", "limit": 200} | named
        listed = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
        assert (await summarise(api.case_officer, "kind", **named))["count"] == len(listed)


async def test_each_page_counts_all_pages(api: Api) -> None:
    """What waits for the caller stands first, and for others after: a page of one has the counts of the other too."""
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    await place_at(api, provider_id)
    query: dict[str, Any] = {"on": "2022-10-01", "limit": 1, "counts": "true"}
    summary = await summarise(api.case_officer, "status")
    pages, after = 0, None
    while pages == 0 or after is not None:
        page = ok(await api.case_officer.get("/v1/tasks", params=query | ({"after": after} if after else {})), 200)
        assert page["counts"] == summary["items"]
        pages, after = pages + 1, page["next"]
    assert pages == summary["count"] > 3


async def test_counts_are_left_out_where_nobody_asked(api: Api) -> None:
    await steps.law(api)
    assert ok(await api.case_officer.get("/v1/tasks"), 200).keys() == {"items", "next"}


async def test_provider_counts_its_own_tasks_alone(api: Api) -> None:
    await steps.law(api)
    first, _, _ = await placed(api)
    await placed(api, NUMBERS[1], name="KIM AS")
    found = await summarise(api.provider(NUMBERS[0]), "provider")
    assert [item["provider_id"] for item in found["items"]] == [first]


async def test_counts_log_nobody(api: Api) -> None:
    await steps.law(api)
    _, person, _ = await placed(api)
    await summarise(api.case_officer, "kind")
    rows = ok(await api.auditor.get(f"/v1/access-log?participant_id={person}"), 200)["items"]
    assert "summarise_tasks" not in {row["action"] for row in rows}


async def test_counts_of_a_single_placement_refused(api: Api) -> None:
    """They would say about one person what the list says with a log row."""
    params = {"placement_id": "01900000-0000-7000-8000-000000000000"}
    problem = refused(await api.case_officer.get("/v1/tasks/summary", params=params), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/query/placement_id"
    problem = refused(await api.case_officer.get("/v1/tasks", params=params | {"counts": "true"}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/query/counts"


async def test_unknown_grouping_refused(api: Api) -> None:
    problem = refused(await api.case_officer.get("/v1/tasks/summary?by=name"), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/query/by"
