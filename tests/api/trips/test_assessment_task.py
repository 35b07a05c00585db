"""The task of assessing a round's applications (T11, T12)."""

from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import trips
from tests.factories.steps import ok

TITLE = "Vurdering av søknader om feriereise 2022, lange turar"


async def tasks(client: httpx.AsyncClient, on: str, **query: Any) -> list[tuple[str, str, str]]:
    items = ok(await client.get("/v1/tasks", params={"kind": "trip_assessment", "on": on, **query}), 200)["items"]
    return [(one["title"], one["due_on"], one["status"]) for one in items]


async def test_the_assessment_is_due_14_days_after_the_deadline(api: Api) -> None:
    """For Fagutvikling first; done once every application has its four scores."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    assert await tasks(api.grants_officer, "2022-02-02") == []
    made, other = await trips.apply(api), await trips.apply(api)
    assert await tasks(api.grants_officer, "2022-02-01") == []
    for client in (api.grants_officer, api.case_officer):
        assert await tasks(client, "2022-02-02") == [(TITLE, "2022-02-15", "open")]
        assert await tasks(client, "2022-02-16") == [(TITLE, "2022-02-15", "overdue")]
    for client in (api.provider("310300403"), api.service("habilitation")):
        assert await tasks(client, "2022-02-16", due_from="2020-01-01") == []
    [task] = ok(await api.grants_officer.get("/v1/tasks?kind=trip_assessment&on=2022-02-02"), 200)["items"]
    assert (task["rule"], task["responsible"], task["n"]) == ("T11", "grants_office", 2022)
    assert task["link"] == f"/v1/trip-rounds/{round_['id']}"
    assert ok(await api.grants_officer.get(task["link"]), 200) == round_
    await trips.assess(api, made["id"], 1, 2, 3, 0)
    await trips.assess(api, other["id"], 1, 2, 3, None)
    assert await tasks(api.grants_officer, "2022-02-16") == [(TITLE, "2022-02-15", "overdue")]
    await trips.assess(api, other["id"], 1, 2, 3, 0)
    assert await tasks(api.grants_officer, "2022-02-16") == []
    assert await tasks(api.grants_officer, "2022-02-16", status="done") == [(TITLE, "2022-02-15", "done")]
    # As it was known on the day before they were assessed.
    assert await tasks(api.grants_officer, "2022-02-09") == [(TITLE, "2022-02-15", "open")]


async def test_what_comes_late_opens_it_again_and_what_is_withdrawn_does_not(api: Api) -> None:
    await trips.record_scheme(api)
    await trips.open_round(api)
    made = await trips.apply(api)
    await trips.assess(api, made["id"], 1, 2, 3, 0)
    late = await trips.apply(api, received_on="2022-03-01")
    assert await tasks(api.grants_officer, "2022-03-02") == [(TITLE, "2022-02-15", "overdue")]
    body = {"withdrawn_on": "2022-03-02"}
    ok(await api.grants_officer.post(f"{trips.APPLICATIONS}/{late['id']}/withdrawal", json=body))
    assert await tasks(api.grants_officer, "2022-03-02") == []


async def test_each_round_has_its_own(api: Api) -> None:
    """T12: what came between two rounds waits for the second."""
    await trips.record_scheme(api)
    await trips.open_round(api, deadline="2022-01-15")
    await trips.open_round(api, opens_on="2022-02-01", deadline="2022-02-20")
    await trips.apply(api, received_on="2022-01-16")
    assert await tasks(api.grants_officer, "2022-02-20") == []
    assert await tasks(api.grants_officer, "2022-02-21") == [(TITLE, "2022-03-06", "open")]
