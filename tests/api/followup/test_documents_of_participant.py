"""What is filed about one participant's places, of all of them at once (M1–M7)."""

from uuid import uuid4

import httpx

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, create_meeting, evaluation, meeting, place_at, placed, plan
from tests.factories.steps import ok

PATHS = ("/v1/meetings", "/v1/plans", "/v1/evaluations")


async def file(client: httpx.AsyncClient, placement_id: str) -> list[str]:
    """The ids of minutes, a plan and a report of a place, which the client files."""
    filed = [
        await create_meeting(client, meeting(placement_id)),
        ok(await client.post("/v1/plans", json=plan(placement_id))),
        ok(await client.post("/v1/evaluations", json=evaluation(placement_id))),
    ]
    return [one["id"] for one in filed]


async def read(client: httpx.AsyncClient, participant_id: str) -> list[list[str]]:
    """The ids of each kind."""
    answers = [await client.get(path, params={"participant_id": participant_id}) for path in PATHS]
    return [[one["id"] for one in ok(answer, 200)["items"]] for answer in answers]


async def test_of_all_places_of_the_participant_as_far_as_the_caller_sees_them(api: Api) -> None:
    await steps.law(api)
    _, person, first = await placed(api, ends_on="2022-09-30")
    theirs = await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    granted = await steps.ready_to_grant(api, theirs, person) | {"starts_on": "2022-10-01"}
    second = ok(await api.case_officer.post("/v1/decisions", json=granted))["placement_id"]
    ours, others = api.provider(NUMBERS[0]), api.provider(NUMBERS[1])
    of_first, of_second = await file(ours, first), await file(others, second)
    other_person, others_place = await place_at(api, theirs)
    of_other = await file(others, others_place)

    both = [[*pair] for pair in zip(of_first, of_second, strict=True)]
    assert await read(api.case_officer, person) == both
    assert await read(api.service("habilitation"), person) == both
    assert await read(ours, person) == [[one] for one in of_first]
    assert await read(others, person) == [[one] for one in of_second]
    assert await read(api.service("mental_health"), person) == [[], [], []]
    assert await read(ours, other_person) == [[], [], []]
    assert await read(api.case_officer, other_person) == [[one] for one in of_other]
    assert await read(api.case_officer, str(uuid4())) == [[], [], []]


async def test_both_filters_hold_and_pages_go_on(api: Api) -> None:
    await steps.law(api)
    _, person, place = await placed(api)
    filed = [(await create_meeting(api.case_officer, meeting(place)))["id"] for _ in range(3)]
    query = {"participant_id": person, "placement_id": str(uuid4())}
    assert ok(await api.case_officer.get("/v1/meetings", params=query), 200)["items"] == []
    query = {"participant_id": person, "limit": "2"}
    page = ok(await api.case_officer.get("/v1/meetings", params=query), 200)
    rest = ok(await api.case_officer.get("/v1/meetings", params=query | {"after": page["next"]}), 200)
    assert [one["id"] for one in [*page["items"], *rest["items"]]] == filed
    assert rest["next"] is None


async def test_who_was_shown_is_in_the_access_log(api: Api) -> None:
    await steps.law(api)
    _, person, place = await placed(api)
    await file(api.case_officer, place)
    await read(api.provider(NUMBERS[0]), person)
    log = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person, "limit": "200"}), 200)["items"]
    actions = [line["action"] for line in log if line["actor"].startswith("org:")]
    assert {"list_meetings", "list_plans", "list_evaluations"} <= set(actions)


async def test_a_participant_that_is_no_id_is_refused(api: Api) -> None:
    for path in PATHS:
        answer = await api.case_officer.get(path, params={"participant_id": "kari"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "#/query/participant_id"
