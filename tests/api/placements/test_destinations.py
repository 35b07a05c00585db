"""L8: where a participant goes when a place ends, and what a death ends."""

from datetime import timedelta

import pytest

from app import clock
from tests.api.placements.helpers import decide, give_notice, read_placement
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok, refused


@pytest.fixture
async def provider_id(api: Api) -> str:
    await steps.law(api)
    return await steps.provider(api)


@pytest.mark.parametrize(
    "destination",
    ["vta", "municipal_offer", "ordinary_work", "education", "other_offer", "none", "moved", None],
)
async def test_an_end_has_a_destination_and_needs_no_notice(
    api: Api, provider_id: str, destination: str | None
) -> None:
    placement_id = await steps.placed(api, provider_id)
    made = await decide(api, steps.end(placement_id, "2022-09-30", destination=destination))
    assert made["destination"] == destination
    assert made["notice_id"] is None
    assert ok(await api.case_officer.get(f"/v1/decisions/{made['id']}"), 200)["destination"] == destination


async def test_an_unknown_destination_is_refused_with_those_allowed(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    body = steps.end(placement_id, "2022-09-30", destination="heaven")
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/destination"
    assert "ordinary_work" in error["detail"]
    assert (await read_placement(api, placement_id))["ends_on"] is None


async def test_only_an_end_has_a_destination(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    body = steps.change(placement_id, valid_from="2022-09-01", share=60, destination="moved")
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/destination"


async def test_a_death_ends_the_place_with_its_day(api: Api, provider_id: str) -> None:
    """Paid to and with the day (L3): 1 July to 14 August, 22 317 and 14/31 of it."""
    placement_id = await steps.placed(api, provider_id)
    made = await decide(api, steps.end(placement_id, "2022-08-14", destination="died"))
    placement = await read_placement(api, placement_id)
    assert (placement["ends_on"], placement["state"]) == ("2022-08-14", "ended")
    assert made["budget"]["forecast"] == "32395.65"


async def test_a_death_under_notice_leaves_no_notice_standing(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-15")
    made = await decide(api, steps.end(placement_id, "2022-08-14", destination="died"))
    assert made["notice_id"] == notice["id"]
    [read] = ok(await api.case_officer.get(f"/v1/placements/{placement_id}/notices"), 200)["items"]
    assert (read["status"], read["decision_id"]) == ("decided", made["id"])
    assert (await read_placement(api, placement_id))["ends_on"] == "2022-08-14"
    # The meeting that the notice called for is not held, and the notice no longer waits for its end.
    assert await follow_up.tasks(api.case_officer, "2022-12-31", placement_id=placement_id) == []


async def test_another_destination_under_notice_keeps_the_day_of_the_notice(api: Api, provider_id: str) -> None:
    """L3, L5."""
    placement_id = await steps.placed(api, provider_id)
    await give_notice(api, placement_id, "2022-07-15")
    body = steps.end(placement_id, "2022-08-14", destination="moved")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "end-differs-from-notice")


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_death_after_the_end_is_decided_and_before_its_day(api: Api, provider_id: str, noticed: bool) -> None:
    placement_id = await steps.placed(api, provider_id)
    last_day = "2022-12-31"
    if noticed:
        last_day = (await give_notice(api, placement_id, "2022-07-15"))["ends_on"]
    await decide(api, steps.end(placement_id, last_day, destination="vta"))
    made = await decide(api, steps.end(placement_id, "2022-09-14", decided_on="2022-09-20", destination="died"))
    assert (await read_placement(api, placement_id))["ends_on"] == "2022-09-14"
    assert made["notice_id"] is None


async def test_nothing_follows_a_death(api: Api, provider_id: str) -> None:
    """Not on its own day either: it is no notice to take back, and no place to prolong."""
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-15")
    await decide(api, steps.end(placement_id, "2022-08-15", destination="died"))
    for body in (
        steps.change(placement_id, withdraws_notice_id=notice["id"]),
        steps.change(placement_id, ends_on="2022-12-31"),
        steps.end(placement_id, "2022-08-15"),
        steps.end(placement_id, "2022-08-14", destination="died"),
    ):
        refused(await api.case_officer.post("/v1/decisions", json=body), 409, "place-ended")


async def test_a_death_after_the_last_day_is_refused(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id, ends_on="2022-08-31")
    body = steps.end(placement_id, "2022-09-01", decided_on="2022-09-02", destination="died")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "place-ended")


async def test_a_death_after_its_decision_is_refused(api: Api, provider_id: str) -> None:
    """D9: what has happened does not lie ahead; both days are named."""
    placement_id = await steps.placed(api, provider_id)
    body = steps.end(placement_id, "2022-08-16", destination="died")
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/ends_on"
    assert "2022-08-16" in error["detail"]
    assert "2022-08-15" in error["detail"]
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    body = steps.end(placement_id, tomorrow, decided_on=clock.today().isoformat(), destination="died")
    refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")
    assert (await read_placement(api, placement_id))["ends_on"] is None


async def test_nothing_is_owed_of_the_year_of_a_death(api: Api, provider_id: str) -> None:
    """Neither everything, in proportion, nor a last conversation; the year before owes what it owed."""
    placement_id = await steps.placed(api, provider_id)
    await decide(api, steps.end(placement_id, "2024-05-31", decided_on="2024-06-03", destination="died"))
    found = await follow_up.tasks(api.case_officer, "2024-12-31", placement_id=placement_id)
    assert {task["due_on"] for task in found} == {"2022-09-29", "2023-06-30"}
    other = await steps.placed(api, provider_id)
    await decide(api, steps.end(other, "2024-05-31", decided_on="2024-06-03", destination="moved"))
    found = await follow_up.tasks(api.case_officer, "2024-12-31", placement_id=other)
    assert {task["due_on"] for task in found} == {"2022-09-29", "2023-06-30", "2024-05-31"}


async def test_no_consent_is_asked_for_after_a_death(api: Api) -> None:
    """M6."""
    await steps.law(api)
    _, person, placement_id = await follow_up.placed(api)
    path = f"/v1/participants/{person}/consents"
    consent = follow_up.consent(["nav"], given_on="2022-07-01", valid_to="2022-08-01")
    ok(await api.case_officer.post(path, json=consent))
    assert len(await follow_up.tasks(api.case_officer, "2022-09-01", kind="consent")) == 1
    await decide(api, steps.end(placement_id, "2022-08-14", destination="died"))
    assert await follow_up.tasks(api.case_officer, "2022-09-01", kind="consent") == []


async def test_a_death_decided_by_mistake_is_taken_back(api: Api, provider_id: str) -> None:
    """D8: the placement goes on, owes what it owed, and may end again."""
    placement_id = await steps.placed(api, provider_id)
    died = await decide(api, steps.end(placement_id, "2022-08-14", destination="died"))
    await decide(api, steps.correct(placement_id, died["id"], ends_on=None))
    placement = await read_placement(api, placement_id)
    assert (placement["ends_on"], placement["state"]) == (None, "running")
    owed = {task["kind"] for task in await follow_up.tasks(api.case_officer, "2022-12-31", placement_id=placement_id)}
    assert owed == {"plan", "evaluation", "conversation", "cooperation_meeting"}
    await decide(api, steps.end(placement_id, "2022-12-31", decided_on="2022-09-16", destination="vta"))
