"""Requests to providers and their answers (D4, P3)."""

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_provider_finds_and_answers_its_request(api: Api) -> None:
    """D4, P3: with what it must know of the application."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    client = api.provider("310300403")
    [waiting] = ok(await client.get("/v1/requests", params={"answer": "none"}), 200)["items"]
    assert (waiting["id"], waiting["need"], waiting["medication_tasks"]) == (request_id, "permanent", False)
    answered = ok(await client.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"}), 200)
    assert answered["answer"] == "accepted"
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "accepted"


async def test_request_to_another_provider_is_not_found(api: Api) -> None:
    await steps.provider(api)
    other = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, other, answer=None)
    client = api.provider("310300403")
    assert (await client.get(f"/v1/requests/{request_id}")).status_code == 404
    answer = await client.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"})
    assert answer.status_code == 404


async def test_one_request_is_open_at_a_time(api: Api) -> None:
    """D4, P3: the next provider is asked once the first has declined."""
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, first, answer=None)
    path = f"/v1/applications/{application_id}/requests"
    another = {"provider_id": second, "sent_on": "2022-01-05"}
    refused(await api.case_officer.post(path, json=another), 409, "request-already-open")
    declined = {"answer": "declined", "reason": "no_capacity"}
    ok(await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=declined), 200)
    ok(await api.case_officer.post(path, json=another))
    assert len(ok(await api.case_officer.get(path), 200)["items"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "declined"},
        {"answer": "declined", "reason": "other"},
        {"answer": "accepted", "reason": "no_capacity"},
    ],
)
async def test_incomplete_answer_is_refused(api: Api, body: dict[str, str]) -> None:
    """P3: a refusal has a reason, `other` also a text, and an acceptance neither."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    refused(await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=body), 422, "answer-incomplete")


async def test_answer_is_final_and_not_before_the_request(api: Api) -> None:
    """P3."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    path = f"/v1/requests/{request_id}/answer"
    body = {"answer": "declined", "reason": "other", "text": "Ombygging.", "answered_on": "2022-01-06"}
    early = await api.case_officer.post(path, json=body | {"answered_on": "2022-01-03"})
    assert refused(early, 422, "validation")["errors"][0]["pointer"] == "#/answered_on"
    answered = ok(await api.case_officer.post(path, json=body), 200)
    assert answered | body == answered
    assert ok(await api.case_officer.get(f"/v1/requests/{request_id}"), 200) == answered
    refused(await api.case_officer.post(path, json={"answer": "accepted"}), 409, "request-already-answered")


async def test_recalled_request_makes_room_for_another(api: Api) -> None:
    """D4: sent to the wrong provider, and called back while it is unanswered."""
    wrong, right = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, wrong, answer=None)
    path = f"/v1/requests/{request_id}"
    recalled = ok(await api.case_officer.post(f"{path}/recall", json={"reason": "Feil vekstbedrift."}), 200)
    assert (recalled["answer"], recalled["recall_reason"]) == (None, "Feil vekstbedrift.")
    assert recalled["recalled_on"] is not None
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "received"
    refused(await api.case_officer.post(f"{path}/recall", json={"reason": "Igjen."}), 409, "request-recalled")
    provider = api.provider("310300403")
    refused(await provider.post(f"{path}/answer", json={"answer": "accepted"}), 409, "request-recalled")
    await steps.request(api, application_id, right)
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "accepted"


async def test_answered_request_is_not_recalled(api: Api) -> None:
    """D4: only while it is unanswered, and by the case office alone."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api))
    path = f"/v1/requests/{request_id}/recall"
    refused(await api.case_officer.post(path, json={"reason": "Feil."}), 409, "request-already-answered")
    refused(await api.provider("310300403").post(path, json={"reason": "Feil."}), 403, "role-required")


async def test_requests_of_some_applications_alone(api: Api) -> None:
    """Those that are asked for, and nobody else is logged as seen."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    bodies = [await steps.ready_to_grant(api, provider_id) for _ in range(3)]
    wanted = sorted(body["application_id"] for body in bodies[:2])
    client = api.person("case_officer", "looking")
    found = ok(await client.get("/v1/requests", params={"application_id": wanted}), 200)["items"]
    assert sorted(one["application_id"] for one in found) == wanted
    log = (await api.auditor.get("/v1/access-log", params={"actor": "person:looking"})).json()["items"]
    applications = [ok(await api.case_officer.get(f"/v1/applications/{id_}"), 200) for id_ in wanted]
    assert {row["participant_id"] for row in log} == {one["participant_id"] for one in applications}
    declined = {"application_id": wanted, "answer": "declined"}
    assert ok(await client.get("/v1/requests", params=declined), 200)["items"] == []
    refused(await client.get("/v1/requests", params={"application_id": "tull"}), 422, "validation")


@pytest.mark.parametrize("caller", ["provider", "case_officer"])
async def test_no_grant_rests_on_a_retracted_acceptance(api: Api, caller: str) -> None:
    """D4: a provider takes its yes back until the decision, or the case office does so for it."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    client = api.provider("310300403") if caller == "provider" else api.case_officer
    path = f"/v1/requests/{body['request_id']}/retraction"
    retracted = ok(await client.post(path, json={"reason": "Rettleiaren har slutta."}), 200)
    assert (retracted["answer"], retracted["retraction_reason"]) == ("accepted", "Rettleiaren har slutta.")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "request-not-accepted")
    refused(await client.post(path, json={"reason": "Igjen."}), 409, "request-retracted")
    application = ok(await api.case_officer.get(f"/v1/applications/{body['application_id']}"), 200)
    assert application["status"] == "received"
    accepted = ok(await api.case_officer.get("/v1/requests", params={"answer": "accepted"}), 200)["items"]
    assert accepted == []


async def test_acceptance_is_not_retracted_after_the_grant(api: Api) -> None:
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    ok(await api.case_officer.post("/v1/decisions", json=body))
    path = f"/v1/requests/{body['request_id']}/retraction"
    answer = await api.provider("310300403").post(path, json={"reason": "Ombygging."})
    refused(answer, 409, "application-closed")


async def test_decline_is_not_retracted(api: Api) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer="declined")
    answer = await api.case_officer.post(f"/v1/requests/{request_id}/retraction", json={"reason": "Feil."})
    refused(answer, 409, "request-not-accepted")


@pytest.mark.parametrize("name", ["recall", "retraction"])
@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "Gjeld 23849150073."}])
async def test_taking_back_needs_a_reason_without_an_identity_number(api: Api, name: str, body: dict[str, str]) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    answer = None if name == "recall" else "accepted"
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=answer)
    problem = (await api.case_officer.post(f"/v1/requests/{request_id}/{name}", json=body)).json()
    assert (problem["status"], problem["errors"][0]["pointer"]) == (422, "#/reason")
    unchanged = ok(await api.case_officer.get(f"/v1/requests/{request_id}"), 200)
    assert unchanged["recalled_on"] is unchanged["retracted_on"] is None


async def test_newest_answer_counts(api: Api) -> None:
    """D4: after another provider's later decline, the first must be asked again."""
    await steps.law(api)
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    body = await steps.ready_to_grant(api, first)
    application_id = body["application_id"]
    asked = await steps.request(api, application_id, second, answer=None)
    status = f"/v1/applications/{application_id}"
    assert ok(await api.case_officer.get(status), 200)["status"] == "accepted"
    ok(
        await api.case_officer.post(
            f"/v1/requests/{asked}/answer", json={"answer": "declined", "reason": "no_capacity"}
        ),
        200,
    )
    assert ok(await api.case_officer.get(status), 200)["status"] == "received"
    assert ok(await api.case_officer.get("/v1/applications", params={"status": "received"}), 200)["items"]
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "request-not-accepted")
    again = await steps.request(api, application_id, first)
    ok(await api.case_officer.post("/v1/decisions", json=body | {"request_id": again}))


async def test_as_many_requests_are_open_as_the_guideline_says(api: Api) -> None:
    """D4: parameter `open_requests`. What was asked at the same time leaves an acceptance as it is."""
    version = steps.GUIDELINE | {"open_requests": 2}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    providers = [
        await steps.provider(api, organisation_number=number) for number in ("310300403", "310300411", "310300446")
    ]
    application_id = await steps.application(api, await steps.participant(api))
    first = await steps.request(api, application_id, providers[0], answer=None)
    second = await steps.request(api, application_id, providers[1], answer=None)
    path = f"/v1/applications/{application_id}/requests"
    third = {"provider_id": providers[2], "sent_on": "2022-01-04"}
    refused(await api.case_officer.post(path, json=third), 409, "request-already-open")
    ok(await api.case_officer.post(f"/v1/requests/{first}/answer", json={"answer": "accepted"}), 200)
    declined = {"answer": "declined", "reason": "no_capacity"}
    ok(await api.case_officer.post(f"/v1/requests/{second}/answer", json=declined), 200)
    ok(await api.case_officer.post("/v1/decisions", json=steps.grant(application_id, first)))


async def test_provider_sees_what_it_must_judge(api: Api) -> None:
    """P3: need, share, first day, wishes, ten years of age and medication tasks; the look is on the person."""
    provider_id = await steps.provider(api)
    person = await steps.participant(api, birth_date="1990-11-28")
    application_id = await steps.application(api, person, wishes="Ute.", medication_tasks=True)
    body = {"provider_id": provider_id, "sent_on": "2022-01-04", "share": 60, "starts_from": "2022-03-01"}
    sent = ok(await api.case_officer.post(f"/v1/applications/{application_id}/requests", json=body))
    [seen] = ok(await api.provider("310300403").get("/v1/requests"), 200)["items"]
    years = clock.today().year - 1990 - ((clock.today().month, clock.today().day) < (11, 28))
    band = f"{years // 10 * 10}-{years // 10 * 10 + 9}"
    assert seen == sent
    assert (seen["share"], seen["starts_from"], seen["need"]) == (60, "2022-03-01", "permanent")
    assert (seen["wishes"], seen["age_band"], seen["medication_tasks"]) == ("Ute.", band, True)
    assert not {"birth_date", "participant_id"} & set(seen)
    log = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person}), 200)["items"]
    assert ["list_requests"] == [row["action"] for row in log if "310300403" in row["actor"]]


@pytest.mark.parametrize("end", ["declined", "recalled", "retracted", "withdrawn", "rejected", "granted to another"])
async def test_wishes_and_age_are_gone_for_the_provider_when_it_is_over(api: Api, end: str) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    other = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    answer = {"declined": "declined", "retracted": "accepted", "granted to another": "declined"}.get(end)
    request_id = await steps.request(api, application_id, provider_id, answer=answer)
    officer = api.case_officer
    if end == "recalled":
        ok(await officer.post(f"/v1/requests/{request_id}/recall", json={"reason": "Feil."}), 200)
    elif end == "retracted":
        ok(await officer.post(f"/v1/requests/{request_id}/retraction", json={"reason": "Feil."}), 200)
    elif end == "withdrawn":
        ok(await officer.post(f"/v1/applications/{application_id}/withdrawal", json={}), 200)
    elif end == "rejected":
        ok(await officer.post("/v1/decisions", json=steps.reject(application_id)))
    elif end == "granted to another":
        accepted = await steps.request(api, application_id, other)
        ok(await officer.post("/v1/decisions", json=steps.grant(application_id, accepted)))
        [its_own] = ok(await api.provider("310300411").get("/v1/requests"), 200)["items"]
        assert its_own["wishes"] == "Ute."
    client = api.provider("310300403")
    [seen] = ok(await client.get("/v1/requests"), 200)["items"]
    assert (seen["wishes"], seen["age_band"]) == (None, None)
    assert ok(await client.get(f"/v1/requests/{request_id}"), 200) == seen
    assert ok(await client.get("/v1/requests", params={"answer": "none"}), 200)["items"] == []
    assert ok(await officer.get(f"/v1/requests/{request_id}"), 200)["wishes"] == "Ute."


async def test_acceptance_confirms_that_the_premises_suit(api: Api) -> None:
    """P6: who says that they do not, cannot say yes."""
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, await steps.provider(api), answer=None)
    client, path = api.provider("310300403"), f"/v1/requests/{request_id}/answer"
    body = {"answer": "accepted", "premises_suitable": False}
    problem = refused(await client.post(path, json=body), 422, "answer-incomplete")
    assert problem["errors"][0]["pointer"] == "#/premises_suitable"
    assert ok(await client.post(path, json=body | {"premises_suitable": True}), 200)["premises_suitable"] is True


@pytest.mark.parametrize(
    ("field", "value"),
    [("share", 0), ("share", 101), ("share", "50"), ("starts_from", "2022-01-02"), ("starts_from", "nei")],
)
async def test_request_with_an_impossible_field_is_refused(api: Api, field: str, value: object) -> None:
    application_id = await steps.application(api, await steps.participant(api))
    body = {"provider_id": await steps.provider(api), "sent_on": "2022-01-04", field: value}
    answer = await api.case_officer.post(f"/v1/applications/{application_id}/requests", json=body)
    assert refused(answer, 422, "validation")["errors"][0]["pointer"] == f"#/{field}"
    assert ok(await api.case_officer.get("/v1/requests"), 200)["items"] == []


async def test_promise_is_free_until_its_day_and_fills_its_share(api: Api) -> None:
    """P2: what is accepted is kept free from the day it was asked for; what is taken back is free again."""
    provider_id = await steps.provider(api, places=2)
    application_id = await steps.application(api, await steps.participant(api))
    body = {"provider_id": provider_id, "sent_on": "2022-01-04", "share": 50, "starts_from": "2022-03-01"}
    sent = ok(await api.case_officer.post(f"/v1/applications/{application_id}/requests", json=body))
    ok(await api.case_officer.post(f"/v1/requests/{sent['id']}/answer", json={"answer": "accepted"}), 200)

    async def promised(on: str) -> str:
        answer = await api.case_officer.get("/v1/providers/vacancies", params={"on": on})
        [row] = ok(answer, 200)["items"]
        found: str = row["promised"]
        return found

    assert (await promised("2022-02-28"), await promised("2022-03-01")) == ("0.00", "0.50")
    ok(await api.case_officer.post(f"/v1/requests/{sent['id']}/retraction", json={"reason": "Ombygging."}), 200)
    assert await promised("2022-03-01") == "0.00"
