"""The demo is one believable day: what the year comes to on 31 August 2022, and what two more places do to it."""

from collections.abc import Iterator

import pytest

from app import clock
from app.demo import example_year
from tests.conftest import Api
from tests.factories.follow_up import tasks
from tests.factories.steps import ok

GRANT = {"kind": "grant", "decided_on": "2022-08-31", "legal_basis": "Helse- og omsorgstenestelova § 3-3"}


@pytest.fixture
def example_day(committed_api: Api) -> Iterator[None]:
    """The demo's day, fixed after the application was made, which fixes its own."""
    clock.fix_today(example_year.DAY)
    yield
    clock.fix_today(None)


@pytest.mark.usefixtures("example_day")
async def test_c7_two_accepted_requests_bring_the_year_over_its_frame(committed_api: Api) -> None:
    state = committed_api.app.state
    assert await example_year.load(state.database, state.settings)
    api = committed_api.case_officer
    position = (await api.get("/v1/budgets/2022/position")).json()
    assert {name: position[name] for name in ("on", "frame", "forecast", "difference", "share_used_percent")} == {
        "on": "2022-08-31",
        "frame": "6934000.00",
        "forecast": "6829002.00",
        "difference": "104998.00",
        "share_used_percent": "98.49",
    }
    assert (position["flag"], position["places"]) == ("watch", 24)
    accepted = (await api.get("/v1/requests?answer=accepted")).json()["items"]
    forecasts = []
    for request in accepted:
        ids = {"application_id": request["application_id"], "request_id": request["id"]}
        granted = await api.post("/v1/decisions", json={**GRANT, **ids, "starts_on": "2022-10-01"})
        forecasts.append(granted.json()["budget"]["forecast"])
    assert forecasts == ["6895953.00", "6962904.00"]
    position = (await api.get("/v1/budgets/2022/position")).json()
    assert (position["flag"], position["overrun"]) == ("overrun", {"amount": "28904.00", "first_month": "2022-12"})


@pytest.mark.usefixtures("example_day")
async def test_c13_six_months_are_approved_and_july_waits(committed_api: Api) -> None:
    state = committed_api.app.state
    assert await example_year.load(state.database, state.settings)
    closed = (await committed_api.finance.get("/v1/budgets/2022/settlements")).json()["items"]
    assert sorted((row["month"], row["status"]) for row in closed) == [
        *((month, "approved") for month in range(1, 7)),
        (7, "closed"),
    ]


@pytest.mark.usefixtures("example_day")
async def test_work_list_says_what_to_do_this_morning(committed_api: Api) -> None:
    """The case officer's default list: what waits for her first, at most 40 rows, each with a title and a link."""
    state = committed_api.app.state
    assert await example_year.load(state.database, state.settings)
    page = (await committed_api.case_officer.get("/v1/tasks?limit=200")).json()
    listed = page["items"]
    assert page["next"] is None
    assert 10 <= len(listed) <= 40
    own = [task for task in listed if task["responsible"] == "case_office"]
    assert listed[: len(own)] == own
    assert {task["kind"] for task in own} >= {"decision_to_make", "request_to_send", "temporary_ending"}
    assert own[0]["title"] == "Gjer vedtak: Blid Lykt, Aufera AS"
    assert all(task["status"] in ("open", "overdue") and task["link"] for task in listed)
    assert [task["due_on"] for task in own] == sorted(task["due_on"] for task in own)
    summary = (await committed_api.case_officer.get("/v1/tasks/summary?by=kind")).json()
    assert summary["count"] == len(listed)


@pytest.mark.usefixtures("example_day")
async def test_tasks_of_a_placement_are_those_of_the_list_that_are_about_it(committed_api: Api) -> None:
    """Each source is asked about the one placement alone."""
    state = committed_api.app.state
    assert await example_year.load(state.database, state.settings)
    for client in (committed_api.case_officer, committed_api.provider(example_year.PROVIDERS[0].organisation_number)):
        for day in ("2022-08-31", "2022-12-31"):
            about: dict[str | None, list[str]] = {}
            for task in await tasks(client, day):
                about.setdefault(task["placement_id"], []).append(task["id"])
            placements = [place["id"] for place in ok(await client.get("/v1/placements?limit=200"), 200)["items"]]
            assert {id_: [task["id"] for task in await tasks(client, day, placement_id=id_)] for id_ in placements} == {
                id_: about.get(id_, []) for id_ in placements
            }
