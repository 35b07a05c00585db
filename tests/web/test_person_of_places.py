"""A person's page shows what is filed about every place that they have had, and asks for it once."""

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, create_meeting, evaluation, meeting, placed, plan
from tests.factories.steps import ok
from tests.web.html import find_faults, parse


async def test_what_is_filed_about_every_place_stands_on_the_timeline(api: Api) -> None:
    await steps.law(api)
    _, person, first = await placed(api, ends_on="2022-09-30")
    theirs = await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    granted = await steps.ready_to_grant(api, theirs, person) | {"starts_on": "2022-10-01"}
    second = ok(await api.case_officer.post("/v1/decisions", json=granted))["placement_id"]
    for place in (first, second):
        await create_meeting(api.case_officer, meeting(place, "conversation"))
        ok(await api.case_officer.post("/v1/plans", json=plan(place)))
        ok(await api.case_officer.post("/v1/evaluations", json=evaluation(place)))
    answer = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{person}")
    assert (answer.status_code, find_faults(answer)) == (200, [])
    titles = [one.text for one in parse(answer).all("h4")]
    assert [titles.count(one) for one in ("Samtale", "Oppfølgingsplan", "Evalueringsrapport")] == [2, 2, 2]
    query = {"participant_id": person, "limit": "200"}
    log = ok(await api.auditor.get("/v1/access-log", params=query), 200)["items"]
    actions = [line["action"] for line in log if line["request_id"] == answer.headers["x-request-id"]]
    assert [actions.count(f"list_{kind}") for kind in ("meetings", "plans", "evaluations")] == [1, 1, 1]
