"""What a trip waits for, in the work list (T16, T24)."""

from typing import Any

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.steps import ok


async def tasks(client: Any, kind: str, on: str, **query: Any) -> list[tuple[str, str, str]]:
    items = ok(await client.get("/v1/tasks", params={"kind": kind, "on": on, **query}), 200)["items"]
    return [(one["title"], one["due_on"], one["status"]) for one in items]


async def test_prices_are_accepted_30_days_before_departure(api: Api) -> None:
    """T16: of a trip with a plan; again when a price has risen."""
    await trips.record_scheme(api)
    trip = await course.record(api)
    assert await tasks(api.grants_officer, "trip_acceptance", "2022-05-21") == []
    ok(await course.put_plan(api, trip["id"]), 200)
    title = "Prisen på ein tur skal godtakast: turen 20. juni 2022"
    for client in (api.grants_officer, api.case_officer):
        assert await tasks(client, "trip_acceptance", "2022-05-21") == [(title, "2022-05-21", "open")]
    assert await tasks(api.grants_officer, "trip_acceptance", "2022-05-22") == [(title, "2022-05-21", "overdue")]
    assert await tasks(api.service("habilitation"), "trip_acceptance", "2022-05-22") == []
    ok(await course.accept(api, trip["id"], trip["participants"][0]["participant_id"]))
    assert await tasks(api.grants_officer, "trip_acceptance", "2022-05-22") == []
    ok(await course.put_plan(api, trip["id"], hourly_rate="410.00"), 200)
    assert len(await tasks(api.grants_officer, "trip_acceptance", "2022-05-22")) == 1
    ok(await course.decide(api, trip["id"], kind="withdraw", decided_on="2022-04-10"))
    assert await tasks(api.grants_officer, "trip_acceptance", "2022-05-22") == []


async def test_trip_is_settled_30_days_after_its_last_day(api: Api) -> None:
    """T16."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.granted(api)
    title = "Oppgjer etter ein tur: turen 20. juni 2022"
    assert await tasks(api.grants_officer, "trip_settlement", "2022-06-26") == []
    assert await tasks(api.grants_officer, "trip_settlement", "2022-07-26") == [(title, "2022-07-26", "open")]
    assert await tasks(api.grants_officer, "trip_settlement", "2022-07-27") == [(title, "2022-07-26", "overdue")]
    ok(await course.settle(api, trip["id"]))
    assert await tasks(api.grants_officer, "trip_settlement", "2022-07-27") == []
    done = await tasks(api.grants_officer, "trip_settlement", "2022-07-27", status="done")
    assert done == [(title, "2022-07-26", "done")]


async def test_scheme_that_ends_is_evaluated(api: Api) -> None:
    """T24: due on the trial's last day, and done when a later version says what came of it."""
    await trips.record_scheme(api)
    title = "Evaluering av ferieordninga 2022"
    assert await tasks(api.grants_officer, "trial_evaluation", "2022-12-31") == [(title, "2022-12-31", "open")]
    assert await tasks(api.grants_officer, "trial_evaluation", "2023-01-01") == [(title, "2022-12-31", "overdue")]
    await trips.record_scheme(api, valid_from="2023-01-01", valid_to=None)
    assert await tasks(api.grants_officer, "trial_evaluation", "2023-01-01") == []
