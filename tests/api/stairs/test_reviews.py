"""K2: the yearly review of what the stairs say, and its task."""

from datetime import timedelta
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import stairs
from tests.factories.steps import ok, refused

REVIEWS = "/v1/stair-reviews"


async def list_due(api: Api, on: str) -> list[tuple[str, str, str]]:
    query = {"kind": "stair_review", "on": on}
    items = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    return [(task["title"], task["due_on"], task["status"]) for task in items]


async def test_a_review_is_due_a_year_after_the_last(api: Api) -> None:
    """K2: the first a year after the first service was offered; none where nothing is."""
    assert await list_due(api, "2022-12-01") == []
    await stairs.service(api, await stairs.step(api))
    title = "Gjennomgang av trappene 2023"
    assert await list_due(api, "2022-12-01") == [(title, "2023-01-01", "open")]
    assert await list_due(api, "2023-01-02") == [(title, "2023-01-01", "overdue")]
    body = {"reviewed_on": "2023-01-10", "note": "Gått gjennom med leiarane."}
    created = await api.case_officer.post(REVIEWS, json=body)
    review = ok(created)
    assert created.headers["location"] == REVIEWS
    assert review | body == review
    # On a day before it was made it is still due.
    assert await list_due(api, "2023-01-02") == [(title, "2023-01-01", "overdue")]
    assert await list_due(api, "2023-12-01") == [("Gjennomgang av trappene 2024", "2024-01-10", "open")]
    assert [one["id"] for one in ok(await api.finance.get(REVIEWS), 200)["items"]] == [review["id"]]


async def test_a_review_is_the_case_offices_task_alone(api: Api) -> None:
    await stairs.service(api, await stairs.step(api))
    for client in (api.provider("310300403"), api.service("habilitation")):
        answer = ok(await client.get("/v1/tasks?kind=stair_review&on=2023-06-01"), 200)
        assert answer["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reviewed_on": (clock.today() + timedelta(days=1)).isoformat()}, "#/reviewed_on"),
        ({"reviewed_on": "2022-06-01", "note": " "}, "#/note"),
        ({}, "#/reviewed_on"),
    ],
)
async def test_a_review_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, body: dict[str, Any], pointer: str
) -> None:
    problem = refused(await api.case_officer.post(REVIEWS, json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.case_officer.get(REVIEWS), 200)["items"] == []
