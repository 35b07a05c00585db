"""Notice of a placement, and its withdrawal (L3, L4, L7)."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.identity import DatabaseIdentity
from app.placements.notices import find_notices_requiring_meeting
from tests.api.placements.helpers import count_rows, decide, give_notice, list_events, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


@pytest.mark.parametrize(
    ("given_on", "ends_on"),
    [
        ("2022-07-15", "2022-10-15"),
        ("2022-11-30", "2023-02-28"),
        ("2023-11-30", "2024-02-29"),
        ("2022-12-31", "2023-03-31"),
        ("2022-10-01", "2023-01-01"),
    ],
)
async def test_placement_ends_three_months_later(api: Api, given_on: str, ends_on: str) -> None:
    """L3: the answer, the placement, and who reads it say the same last day."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    notice = await give_notice(api, placement_id, given_on)
    assert (notice["ends_on"], notice["status"], notice["meeting_required"]) == (ends_on, "open", True)
    assert (await read_placement(api, placement_id))["ends_on"] == ends_on
    path = f"/v1/placements/{placement_id}/notices"
    assert ok(await api.case_officer.get(f"{path}/{notice['id']}"), 200) == notice
    assert ok(await api.case_officer.get(path), 200)["items"] == [notice]


async def test_notice_period_follows_guideline_version(api: Api) -> None:
    """L3: the version in force on the day it is given."""
    await steps.law(api)
    ok(await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2022-09-01", "notice_months": 1}))
    provider_id = await steps.provider(api)
    first, second = await steps.placed(api, provider_id), await steps.placed(api, provider_id)
    assert (await give_notice(api, first, "2022-08-31"))["ends_on"] == "2022-11-30"
    assert (await give_notice(api, second, "2022-09-01"))["ends_on"] == "2022-10-01"


async def test_forecast_ends_from_the_day_of_notice(api: Api) -> None:
    """L3, C6: the end counts when it is known, the room at the provider too; the decision confirms it (L5)."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-31")
    assert notice["ends_on"] == "2022-10-31"
    assert await steps.forecast(api, on="2022-07-30") == "133902.00"
    assert await steps.forecast(api, on="2022-07-31") == "89268.00"
    body = steps.end(placement_id, "2022-10-30", decided_on="2022-08-20")
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "end-differs-from-notice")
    assert problem["ends_on"] == "2022-10-31"
    ended = await decide(api, body | {"ends_on": "2022-10-31"})
    assert ended["notice_id"] == notice["id"]
    assert await steps.forecast(api) == "89268.00"
    [notice] = ok(await api.case_officer.get(f"/v1/placements/{placement_id}/notices"), 200)["items"]
    assert (notice["status"], notice["decision_id"]) == ("decided", ended["id"])
    await steps.placed(api, provider_id, starts_on="2022-11-01")


async def test_decision_withdraws_notice(api: Api) -> None:
    """L3, L5: the last day before it comes back, with the terms that were decided meanwhile."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    notice = await give_notice(api, placement_id, "2022-07-31")
    await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=50))
    await decide(api, steps.change(placement_id, withdraws_notice_id=notice["id"]))
    place = await read_placement(api, placement_id)
    assert (place["ends_on"], place["state"]) == (None, "running")
    # July and August whole, then four months at half.
    assert await steps.forecast(api) == "89268.00"
    [notice] = ok(await api.case_officer.get(f"/v1/placements/{placement_id}/notices"), 200)["items"]
    assert notice["status"] == "withdrawn"
    again = steps.change(placement_id, withdraws_notice_id=notice["id"])
    refused(await api.case_officer.post("/v1/decisions", json=again), 409, "notice-not-open")
    second = await give_notice(api, placement_id, "2022-08-31")
    late = steps.change(placement_id, withdraws_notice_id=second["id"], decided_on="2022-12-01")
    refused(await api.case_officer.post("/v1/decisions", json=late), 409, "notice-has-run-out")
    await decide(api, steps.end(placement_id, "2022-11-30", decided_on="2022-12-01"))


async def test_decided_end_is_withdrawn_with_its_notice(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-31")
    await decide(api, steps.end(placement_id, "2022-10-31"))
    other = await steps.placed(api, provider_id, starts_on="2022-11-01")
    withdrawal = steps.change(placement_id, withdraws_notice_id=notice["id"], decided_on="2022-10-31")
    problem = refused(await api.case_officer.post("/v1/decisions", json=withdrawal), 409, "capacity-exceeded")
    assert problem["day"] == "2022-11-01"
    capacity = {"valid_from": "2022-11-01", "places": 2}
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/capacities", json=capacity))
    await decide(api, withdrawal)
    assert [(await read_placement(api, id_))["state"] for id_ in (placement_id, other)] == ["running", "running"]


async def test_agreed_end_is_earlier_and_by_both_parties(api: Api) -> None:
    """L3: both parties named, from the day of notice to the notice's own end."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/notices"
    for changes, code in (
        ({"agreed_end_on": "2022-08-31", "agreed_by": ["provider"]}, "agreed-end-incomplete"),
        ({"agreed_end_on": "2022-07-30"}, "agreed-end-outside-notice"),
        ({"agreed_end_on": "2022-11-01"}, "agreed-end-outside-notice"),
        ({"reason": "other"}, "notice-incomplete"),
    ):
        refused(await api.case_officer.post(path, json=steps.notice("2022-07-31", **changes)), 422, code)
    notice = await give_notice(api, placement_id, "2022-07-31", agreed_end_on="2022-08-15", reason="extensive_absence")
    assert (notice["ends_on"], notice["meeting_required"]) == ("2022-08-15", False)
    assert await steps.forecast(api) == "33115.55"
    refused(await api.case_officer.post(path, json=steps.notice("2022-08-01")), 409, "notice-already-open")


async def test_notice_never_extends_temporary_placement(api: Api) -> None:
    """L7; and a place does not end before it begins (L1)."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    placement_id = await steps.placed(api, provider_id, ends_on="2022-09-30")
    assert (await give_notice(api, placement_id, "2022-07-31"))["ends_on"] == "2022-09-30"
    later = await steps.placed(api, provider_id)
    path = f"/v1/placements/{later}/notices"
    refused(await api.case_officer.post(path, json=steps.notice("2022-03-31")), 409, "end-before-start")
    assert (await give_notice(api, later, "2022-04-01"))["ends_on"] == "2022-07-01"


async def test_provider_gives_notice_of_own_placements_only(api: Api, connection: AsyncConnection) -> None:
    """L3, D3: and the forecast knows it; an earlier end, or another's notice, is the case office's to record."""
    await steps.law(api)
    mine, others = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    placement_id, theirs = await steps.placed(api, mine), await steps.placed(api, others)
    glode = api.provider("310300403")
    path = f"/v1/placements/{placement_id}/notices"
    before = await count_rows(connection)
    for changes in ({"given_by": "guardian"}, {"given_by": "provider", "agreed_end_on": "2022-08-15"}):
        refused(await glode.post(path, json=steps.notice("2022-07-31", **changes)), 403, "role-required")
    own = steps.notice("2022-07-31", given_by="provider", reason="cannot_accommodate")
    assert (await glode.post(f"/v1/placements/{theirs}/notices", json=own)).status_code == 404
    assert (await glode.get(f"/v1/placements/{theirs}/notices")).status_code == 404
    assert await count_rows(connection) == before
    notice = ok(await glode.post(path, json=own))
    assert notice["ends_on"] == "2022-10-31"
    assert ok(await glode.get(path), 200)["items"] == [notice]
    assert await steps.forecast(api) == "223170.00"
    assert (await api.finance.get(path)).status_code == 403
    assert ("placement.noticed", f"/v1/placements/{placement_id}") in await list_events(connection)


async def test_notices_requiring_a_meeting(api: Api, connection: AsyncConnection) -> None:
    """L4: changed needs, or a provider that can no longer adapt; until it is withdrawn."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    places = [await steps.placed(api, provider_id) for _ in range(4)]
    reasons = ("changed_needs", "cannot_accommodate", "extensive_absence", "changed_needs")
    made = [
        (await give_notice(api, place, "2022-07-31", reason=reason))["id"]
        for place, reason in zip(places, reasons, strict=True)
    ]
    await decide(api, steps.change(places[3], withdraws_notice_id=made[3]))
    identity = DatabaseIdentity(actor="test", roles=frozenset({"case_officer"}))
    async with api.app.state.database.unit_of_work(identity) as unit:
        found = [str(notice.id) for notice in await find_notices_requiring_meeting(unit)]
    assert found == made[:2]


async def test_flag_rises_again_after_providers_notice(api: Api, connection: AsyncConnection) -> None:
    """C7: the notice lowers the flag though its giver sees no budget, so that the next rise is a rise."""
    await steps.law(api, frame="350000.00")
    provider_id = await steps.provider(api)
    _, second = [await steps.placed(api, provider_id) for _ in range(2)]
    third = await steps.ready_to_grant(api, provider_id)
    assert ok(await api.case_officer.post("/v1/decisions", json=third))["budget"]["flag"] == "overrun"
    risen = ("budget.overrun", "/v1/budgets/2022/position")
    assert (await list_events(connection)).count(risen) == 1
    client = api.provider("310300403")
    body = steps.notice("2022-07-01", given_by="provider", reason="cannot_accommodate", agreed_by=[])
    notice = ok(await client.post(f"/v1/placements/{second}/notices", json=body))
    assert notice["ends_on"] == "2022-10-01"
    # Nothing of it reaches the provider.
    assert not {"budget", "flag", "forecast", "difference"} & notice.keys()
    for path in ("/v1/events", "/v1/budgets/2022/position"):
        refused(await client.get(path), 403, "role-required")
    fourth = await steps.ready_to_grant(api, provider_id)
    assert ok(await api.case_officer.post("/v1/decisions", json=fourth))["budget"]["flag"] == "overrun"
    assert (await list_events(connection)).count(risen) == 2
