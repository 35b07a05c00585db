"""Needs beyond one employee to five places that turn up, and what came of them (L6)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

NEED = {"noticed_on": "2022-03-01", "what": "Treng ein til to ved måltida.", "by": "provider"}


async def list_discussions(api: Api, on: str) -> list[dict[str, Any]]:
    query = {"kind": "staffing_discussion", "on": on}
    found: list[dict[str, Any]] = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    return found


@pytest.mark.parametrize("outcome", ["no_change", "supplement", "another_provider", "end"])
async def test_need_is_a_task_until_its_outcome(api: Api, outcome: str) -> None:
    """L6: also of an applicant, who has no place."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/need-changes"
    made = ok(await api.case_officer.post(path, json=NEED))
    assert made | NEED == made
    assert (made["outcome"], made["closed_on"]) == (None, None)
    assert await list_discussions(api, "2022-02-28") == []
    [task] = await list_discussions(api, "2022-03-02")
    assert (task["participant_id"], task["rule"], task["link"]) == (person, "L6", path)
    assert task["title"] == "Drøfting av bemanning: Sprek Hage"
    body = {"outcome": outcome, "closed_on": "2022-03-10"}
    closed = ok(await api.case_officer.post(f"{path}/{made['id']}/outcome", json=body), 200)
    assert closed | body == closed
    assert await list_discussions(api, "2022-03-10") == []
    assert ok(await api.case_officer.get(path), 200)["items"] == [closed]
    refused(await api.case_officer.post(f"{path}/{made['id']}/outcome", json=body), 409, "need-change-closed")


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"noticed_on": "2062-01-01"}, "validation", "#/noticed_on"),
        ({"what": ""}, "validation", "#/what"),
        ({"what": "Gjeld 23849150073."}, "identity-number-in-text", "#/what"),
        ({"by": "nav"}, "validation", "#/by"),
    ],
)
async def test_need_that_cannot_be_is_refused(api: Api, changes: dict[str, str], code: str, pointer: str) -> None:
    path = f"/v1/participants/{await steps.participant(api)}/need-changes"
    problem = refused(await api.case_officer.post(path, json=NEED | changes), 422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert ok(await api.case_officer.get(path), 200)["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "later"}, "#/outcome"),
        ({"outcome": "end", "closed_on": "2022-02-28"}, "#/closed_on"),
        ({"outcome": "end", "closed_on": "2062-01-01"}, "#/closed_on"),
    ],
)
async def test_outcome_that_cannot_be_is_refused(api: Api, body: dict[str, str], pointer: str) -> None:
    path = f"/v1/participants/{await steps.participant(api)}/need-changes"
    made = ok(await api.case_officer.post(path, json=NEED))
    problem = refused(await api.case_officer.post(f"{path}/{made['id']}/outcome", json=body), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer
    assert ok(await api.case_officer.get(path), 200)["items"] == [made]


async def test_need_of_another_participant_is_not_found(api: Api) -> None:
    path = f"/v1/participants/{await steps.participant(api)}/need-changes"
    made = ok(await api.case_officer.post(path, json=NEED))
    other = f"/v1/participants/{await steps.participant(api)}/need-changes/{made['id']}/outcome"
    assert (await api.case_officer.post(other, json={"outcome": "end"})).status_code == 404


async def test_needs_are_the_case_offices_alone(api: Api) -> None:
    path = f"/v1/participants/{await steps.participant(api)}/need-changes"
    for client in (api.epj, api.finance, api.service("habilitation")):
        refused(await client.post(path, json=NEED), 403, "role-required")
        refused(await client.get(path), 403, "role-required")
