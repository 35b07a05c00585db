"""Where every field of a body may be left out, the body may be too: nothing is sent, and nothing said of its type."""

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import consent, evaluation, placed, plan
from tests.factories.steps import ok, refused


async def test_an_action_without_a_body_is_one_with_nothing_in_it(api: Api) -> None:
    await steps.law(api)
    _, person, place = await placed(api)
    client = api.case_officer
    application = await steps.application(api, await steps.participant(api))
    given = ok(await client.post(f"/v1/participants/{person}/consents", json=consent(["nav"])))["id"]
    planned = ok(await client.post("/v1/plans", json=plan(place, sent_on=None)))["id"]
    evaluated = ok(await client.post("/v1/evaluations", json=evaluation(place, sent_on=None)))["id"]
    today = clock.today().isoformat()
    for path, name in (
        (f"/v1/applications/{application}/withdrawal", "withdrawn_on"),
        (f"/v1/participants/{person}/consents/{given}/withdrawal", "withdrawn_on"),
        (f"/v1/plans/{planned}/sending", "sent_on"),
        (f"/v1/evaluations/{evaluated}/sending", "sent_on"),
    ):
        refused(await client.post(path, content=b"{}"), 415, "unsupported-media-type")
        refused(await client.post(path, headers={"Content-Type": "text/plain"}), 415, "unsupported-media-type")
        for body in (b"", b"null", b"[]"):
            answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert refused(answer, 422, "validation")["errors"][0]["pointer"] == "#"
        refused(await client.post(path, params={"a": "b"}), 422, "validation")
        done = await client.post(path)
        assert (done.status_code, done.json()[name]) == (200, today), done.text
    # Elsewhere it may not.
    refused(await client.post("/v1/plans"), 415, "unsupported-media-type")
