"""D7: a grant names health and social tasks, and a provider that does not cover that area shows a deviation."""

from typing import Any

import pytest

from tests.api.placements.helpers import decide
from tests.api.providers.test_competence import AREAS, statement
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok, refused

TASKS = ["Hjelp til måltid", "Hjelp på toalettet"]
AREA = "health_and_social_tasks"


async def deviations(api: Api, provider_id: str, **query: str) -> list[tuple[str, str | None, str, str | None]]:
    path = f"/v1/providers/{provider_id}/deviations"
    found = ok(await api.provider("310300403").get(path, params=query), 200)["items"]
    return [(row["kind"], row["area"], row["since"], row["mended_on"]) for row in found]


async def grant_with_tasks(api: Api, provider_id: str, **changes: Any) -> dict[str, Any]:
    need = "permanent" if changes.get("ends_on") is None else "temporary"
    body = await steps.ready_to_grant(api, provider_id, need=need)
    return await decide(api, body | {"health_and_social_tasks": TASKS} | changes)


async def test_a_grant_names_its_tasks(api: Api) -> None:
    await steps.law(api)
    made = await grant_with_tasks(api, await steps.provider(api))
    read = ok(await api.epj.get(f"/v1/decisions/{made['id']}"), 200)
    assert made["health_and_social_tasks"] == read["health_and_social_tasks"] == TASKS
    changed = await decide(api, steps.change(made["placement_id"], valid_from="2022-09-01", share=50))
    assert changed["health_and_social_tasks"] is None


async def test_a_provider_without_a_statement_shows_the_area_from_the_first_day_of_the_place(api: Api) -> None:
    """P4 holds nothing else against it before there is a statement."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.placed(api, provider_id, starts_on="2022-06-01")
    assert await deviations(api, provider_id) == [("statement", None, "2022-06-01", None)]
    await grant_with_tasks(api, provider_id)
    assert await deviations(api, provider_id) == [
        ("statement", None, "2022-06-01", None),
        ("area", AREA, "2022-07-01", None),
    ]
    [task] = await follow_up.tasks(api.case_officer, "2022-07-02", kind="deviation", due_from="2022-07-01")
    assert (task["missing"], task["status"], task["rule"]) == ([AREA], "overdue", "P4")


async def test_the_deviation_shows_until_it_is_mended(api: Api) -> None:
    """By a statement that covers the area; one that does not keeps it."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await grant_with_tasks(api, provider_id)
    path = f"/v1/providers/{provider_id}/competence-statements"
    ok(await api.case_officer.post(path, json=statement(stated_on="2022-08-01", areas=AREAS[:3])))
    assert ("area", AREA, "2022-07-01", None) in await deviations(api, provider_id)
    ok(await api.case_officer.post(path, json=statement(stated_on="2022-09-01")))
    assert ("area", AREA, "2022-07-01", "2022-09-01") in await deviations(api, provider_id)


async def test_the_deviation_ends_with_the_place(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    await grant_with_tasks(api, provider_id, ends_on="2022-08-31")
    assert ("area", AREA, "2022-07-01", "2022-09-01") in await deviations(api, provider_id)


@pytest.mark.parametrize("tasks", ["måltid", [""], [" "], ["x" * 501], [f"Oppgåve {n}" for n in range(21)], None])
async def test_tasks_are_at_most_twenty_lines_of_text(api: Api, tasks: object) -> None:
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api)) | {"health_and_social_tasks": tasks}
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"].startswith("#/health_and_social_tasks")


async def test_only_a_grant_names_tasks(api: Api) -> None:
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.end(placement_id, "2022-12-31", health_and_social_tasks=TASKS)
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/health_and_social_tasks"
