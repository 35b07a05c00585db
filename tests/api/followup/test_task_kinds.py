"""What waits for somebody besides chapter 7: applications (D4), endings (L5–L7) and the year's rate (C1)."""

from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, place_at, placed, tasks
from tests.factories.steps import ok

Row = tuple[str, str, str]


async def list_kinds(api: Api, on: str, *kinds: str) -> list[Row]:
    """(kind, due day, status) of the case office's tasks of these kinds."""
    query: dict[str, Any] = {"kind": list(kinds)}
    return [(task["kind"], task["due_on"], task["status"]) for task in await tasks(api.case_officer, on, **query)]


STEPS = ("request_to_send", "request_unanswered", "decision_to_make")


async def send(api: Api, applied: str, provider_id: str, sent_on: str) -> str:
    body = {"provider_id": provider_id, "sent_on": sent_on}
    made: str = ok(await api.case_officer.post(f"/v1/applications/{applied}/requests", json=body))["id"]
    return made


async def answer(api: Api, request_id: str, **body: Any) -> None:
    ok(await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=body), 200)


async def test_application_without_request_is_a_task(api: Api) -> None:
    person = await steps.participant(api)
    applied = await steps.application(api, person)
    [task] = await tasks(api.case_officer, "2022-01-04", kind="request_to_send")
    assert (task["due_on"], task["status"], task["rule"]) == ("2022-01-03", "overdue", "D4")
    assert (task["participant_id"], task["link"]) == (person, f"/v1/applications/{applied}")
    assert (task["title"], task["participant_name"]) == ("Send førespurnad: Sprek Hage", "Sprek Hage")


async def test_request_is_due_14_days_after_it_was_sent(api: Api) -> None:
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    applied = await steps.application(api, await steps.participant(api))
    await send(api, applied, provider_id, "2022-01-04")
    assert await list_kinds(api, "2022-01-18", *STEPS) == [("request_unanswered", "2022-01-18", "open")]
    assert await list_kinds(api, "2022-01-19", *STEPS) == [("request_unanswered", "2022-01-18", "overdue")]


async def test_days_to_answer_are_a_parameter(api: Api) -> None:
    version = steps.GUIDELINE | {"request_answer_days": 5}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    applied = await steps.application(api, await steps.participant(api))
    await send(api, applied, provider_id, "2022-01-04")
    assert await list_kinds(api, "2022-01-05", *STEPS) == [("request_unanswered", "2022-01-09", "open")]


async def test_unanswered_request_names_no_applicant_to_the_provider(api: Api) -> None:
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0], name="Gløde AS")
    applied = await steps.application(api, await steps.participant(api))
    sent = await send(api, applied, provider_id, "2022-01-04")
    [task] = await tasks(api.provider(NUMBERS[0]), "2022-01-05", kind="request_unanswered")
    assert task["title"] == "Svar på førespurnad: Gløde AS"
    assert (task["participant_id"], task["participant_name"]) == (None, None)
    assert (task["responsible"], task["link"]) == ("provider", f"/v1/requests/{sent}")


async def test_declined_application_waits_for_another_request(api: Api) -> None:
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    applied = await steps.application(api, await steps.participant(api))
    sent = await send(api, applied, provider_id, "2022-01-04")
    await answer(api, sent, answer="declined", reason="no_capacity", answered_on="2022-01-06")
    assert await list_kinds(api, "2022-01-06", *STEPS) == [("request_to_send", "2022-01-06", "open")]


async def test_accepted_application_waits_for_a_decision(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    applied = await steps.application(api, await steps.participant(api))
    sent = await send(api, applied, provider_id, "2022-01-04")
    await answer(api, sent, answer="accepted", answered_on="2022-01-06")
    assert await list_kinds(api, "2022-01-07", *STEPS) == [("decision_to_make", "2022-01-06", "overdue")]
    ok(await api.case_officer.post("/v1/decisions", json=steps.grant(applied, sent)))
    assert await list_kinds(api, "2022-01-10", *STEPS) == []


async def test_withdrawn_application_is_no_task(api: Api) -> None:
    applied = await steps.application(api, await steps.participant(api))
    body = {"withdrawn_on": "2022-01-05"}
    ok(await api.case_officer.post(f"/v1/applications/{applied}/withdrawal", json=body), 200)
    assert await list_kinds(api, "2022-01-06", *STEPS) == []


async def test_notice_that_has_run_out_waits_for_its_end(api: Api) -> None:
    """L5: from the last day of the place until the case office decides."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    ok(await api.case_officer.post(f"/v1/placements/{placement_id}/notices", json=steps.notice("2022-07-15")))
    assert await list_kinds(api, "2022-10-14", "end_decision") == []
    assert await list_kinds(api, "2022-10-15", "end_decision") == [("end_decision", "2022-10-15", "open")]
    assert await list_kinds(api, "2022-10-16", "end_decision") == [("end_decision", "2022-10-15", "overdue")]
    ended = steps.end(placement_id, "2022-10-15") | {"decided_on": "2022-10-16"}
    ok(await api.case_officer.post("/v1/decisions", json=ended))
    assert await list_kinds(api, "2022-10-16", "end_decision") == []


async def test_temporary_place_is_a_task_60_days_before_its_end(api: Api) -> None:
    """L7: not earlier, and no more when it has ended."""
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    await place_at(api, provider_id, ends_on="2022-12-31")
    assert await list_kinds(api, "2022-10-31", "temporary_ending") == []
    assert await list_kinds(api, "2022-11-01", "temporary_ending") == [("temporary_ending", "2022-12-31", "open")]
    assert await list_kinds(api, "2023-01-01", "temporary_ending") == []


async def test_decided_end_answers_what_comes_after_a_temporary_place(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=NUMBERS[0])
    _, placement_id = await place_at(api, provider_id, ends_on="2022-12-31")
    ended = steps.end(placement_id, "2022-12-31") | {"decided_on": "2022-11-20"}
    ok(await api.case_officer.post("/v1/decisions", json=ended))
    assert await list_kinds(api, "2022-11-19", "temporary_ending") == [("temporary_ending", "2022-12-31", "open")]
    assert await list_kinds(api, "2022-11-20", "temporary_ending") == []


async def test_supplement_is_a_task_30_days_before_its_end(api: Api) -> None:
    """L6: until another one follows."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    path = f"/v1/placements/{placement_id}/supplements"
    ok(await api.case_officer.post(path, json=steps.supplement("2022-08-01", valid_to="2022-12-31")))
    assert await list_kinds(api, "2022-11-30", "supplement_ending") == []
    assert await list_kinds(api, "2022-12-01", "supplement_ending") == [("supplement_ending", "2022-12-31", "open")]
    ok(await api.case_officer.post(path, json=steps.supplement("2023-01-01")))
    assert await list_kinds(api, "2022-12-01", "supplement_ending") == []


async def test_next_years_rate_is_missing_from_1_december(api: Api) -> None:
    """C1: until it is known."""
    await steps.law(api)
    assert await list_kinds(api, "2022-11-30", "rate_missing") == []
    [task] = await tasks(api.case_officer, "2022-12-01", kind="rate_missing")
    assert (task["title"], task["due_on"], task["status"]) == ("Ny sats 2023", "2022-12-31", "open")
    rate = {"valid_from": "2023-01-01", "known_from": "2022-12-05", "monthly_amount": "15324.00", "source": "NAV"}
    ok(await api.case_officer.post("/v1/rates", json=rate))
    assert await list_kinds(api, "2022-12-05", "rate_missing") == []
