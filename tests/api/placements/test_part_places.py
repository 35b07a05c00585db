"""Part places at two providers (L1, P2), through HTTP."""

import asyncio

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import change, grant, ok, refused

KIM = "310300411"
ORGANISATIONS = (
    "310310018",
    "310310026",
    "310310034",
    "310310042",
    "310310050",
    "310310069",
    "310310077",
    "310310085",
    "310310093",
    "310310107",
    "310310115",
    "310310123",
    "310310131",
    "310310158",
    "310310166",
    "310310174",
    "310310182",
    "310310190",
    "310310204",
    "310310212",
)


async def two_providers(api: Api, places: int = 10) -> tuple[str, str]:
    return await steps.provider(api, places), await steps.provider(api, places, KIM, "KIM AS")


async def test_participant_may_have_part_places_at_two_providers(api: Api) -> None:
    """L1: 60 and 40 percent are the whole day."""
    await steps.law(api)
    first, second = await two_providers(api)
    person = await steps.participant(api)
    for provider_id, share in ((first, 60), (second, 40)):
        body = await steps.ready_to_grant(api, provider_id, person)
        ok(await api.case_officer.post("/v1/decisions", json=body | {"share": share}))
    rows = ok(await api.case_officer.get("/v1/placements", params={"participant_id": person}), 200)["items"]
    assert sorted(row["share"] for row in rows) == [40, 60]


async def test_shares_over_whole_day_are_refused_with_the_day(api: Api) -> None:
    """L1: 60 and 41 percent from 1 August."""
    await steps.law(api)
    first, second = await two_providers(api)
    person = await steps.participant(api)
    body = await steps.ready_to_grant(api, first, person)
    ok(await api.case_officer.post("/v1/decisions", json=body | {"share": 60}))
    body = await steps.ready_to_grant(api, second, person)
    later = body | {"share": 41, "starts_on": "2022-08-01"}
    problem = refused(await api.case_officer.post("/v1/decisions", json=later), 409, "placement-overlap")
    assert problem["day"] == "2022-08-01"
    assert "101 prosent" in problem["detail"]
    ok(await api.case_officer.post("/v1/decisions", json=later | {"share": 40}))


async def test_two_part_places_at_one_provider_are_refused(api: Api) -> None:
    """L1: one participant has one place at a provider on a day."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api)
    body = await steps.ready_to_grant(api, provider_id, person)
    ok(await api.case_officer.post("/v1/decisions", json=body | {"share": 50}))
    body = await steps.ready_to_grant(api, provider_id, person)
    answer = await api.case_officer.post("/v1/decisions", json=body | {"share": 50})
    refused(answer, 409, "placement-overlap")


async def test_raised_share_is_held_to_the_day_and_the_capacity(api: Api) -> None:
    """L1, P2: a change of the share is checked as a grant is."""
    await steps.law(api)
    first, second = await two_providers(api, places=1)
    person = await steps.participant(api)
    places = []
    for provider_id, share in ((first, 60), (second, 40)):
        body = await steps.ready_to_grant(api, provider_id, person)
        places.append(ok(await api.case_officer.post("/v1/decisions", json=body | {"share": share}))["placement_id"])
    raised = change(places[0], valid_from="2022-09-01", share=61)
    problem = refused(await api.case_officer.post("/v1/decisions", json=raised), 409, "placement-overlap")
    assert problem["day"] == "2022-09-01"
    await steps.placed(api, second, share=60)
    lowered = change(places[0], valid_from="2022-09-01", share=10)
    ok(await api.case_officer.post("/v1/decisions", json=lowered))
    raised = change(places[1], valid_from="2022-10-01", share=41)
    problem = refused(await api.case_officer.post("/v1/decisions", json=raised), 409, "capacity-exceeded")
    assert problem["day"] == "2022-10-01"


async def test_two_half_places_fill_one_place(api: Api) -> None:
    """P2: by shares, the default; a third half place is refused."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    for _ in range(2):
        await steps.placed(api, provider_id, share=50)
    body = await steps.ready_to_grant(api, provider_id)
    answer = await api.case_officer.post("/v1/decisions", json=body | {"share": 1})
    refused(answer, 409, "capacity-exceeded")


async def test_half_places_count_as_people_by_a_version_that_says_so(api: Api) -> None:
    """P2: `share_counts` of the version in force on the day."""
    version = {"valid_from": "2022-08-01", "share_counts": "people"}
    await steps.law(api)
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    provider_id = await steps.provider(api, places=1)
    await steps.placed(api, provider_id, share=50)
    body = await steps.ready_to_grant(api, provider_id)
    answer = await api.case_officer.post("/v1/decisions", json=body | {"share": 50})
    assert refused(answer, 409, "capacity-exceeded")["day"] == "2022-08-01"


async def test_another_value_of_share_counts_is_refused(api: Api) -> None:
    """P2: the field is pointed at."""
    version = {"valid_from": "2022-08-01", "share_counts": "heads"}
    answer = await api.case_officer.post("/v1/guideline-versions", json=version)
    assert refused(answer, 422, "validation")["errors"][0]["pointer"] == "#/share_counts"


async def test_database_holds_the_whole_day_for_20_grants_at_once(committed_api: Api) -> None:
    """L1: twenty providers grant 30 percent of one day at once; three of them fit."""
    api = committed_api
    await steps.law(api)
    person = await steps.participant(api)
    bodies = []
    for number in ORGANISATIONS:
        provider_id = await steps.provider(api, 5, number, number)
        applied = await steps.application(api, person)
        bodies.append(grant(applied, await steps.request(api, applied, provider_id), share=30))
    answers = await asyncio.gather(*(api.case_officer.post("/v1/decisions", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 17
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"/problems/placement-overlap"}
    rows = ok(await api.case_officer.get("/v1/placements", params={"participant_id": person}), 200)["items"]
    assert [row["share"] for row in rows] == [30] * 3


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"notice_months": 25}, "#/notice_months"), ({"places_per_employee": 0}, "#/places_per_employee")],
)
async def test_legacy_terms_outside_their_limits_are_refused(api: Api, changes: dict[str, int], pointer: str) -> None:
    """L3, P5."""
    provider_id = await steps.provider(api)
    body = steps.legacy(await steps.participant(api), provider_id, **changes)
    problem = refused(await api.case_officer.post("/v1/placements", json=body), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer


async def test_legacy_place_ends_by_its_own_notice_period(api: Api) -> None:
    """L3: one month instead of the guideline's three."""
    await steps.law(api)
    placement_id = await steps.recorded(api, await steps.provider(api), notice_months=1)
    placement = ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)
    assert (placement["notice_months"], placement["places_per_employee"]) == (1, None)
    path = f"/v1/placements/{placement_id}/notices"
    assert ok(await api.case_officer.post(path, json=steps.notice("2022-03-15")))["ends_on"] == "2022-04-15"


async def test_legacy_place_carries_its_own_staffing(api: Api) -> None:
    """P5: one place that one employee is for needs a whole full-time equivalent."""
    provider_id = await steps.provider(api)
    placement_id = await steps.recorded(api, provider_id, places_per_employee=1)
    listed = ok(await api.case_officer.get("/v1/placements", params={"provider_id": provider_id}), 200)["items"]
    assert [(row["id"], row["places_per_employee"]) for row in listed] == [(placement_id, 1)]
    statement = {
        "stated_on": "2022-01-01",
        "employees": 1,
        "police_certificates": 1,
        "full_time_equivalents": "0.99",
        "areas": ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"],
    }
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    found = ok(await api.case_officer.get(f"/v1/providers/{provider_id}/deviations", params={"status": "open"}), 200)
    assert [(row["kind"], row["required"], row["stated"]) for row in found["items"]] == [("staffing", "1.00", "0.99")]
