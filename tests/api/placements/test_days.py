"""D4, D9: the days of a case run forward, what has happened does not lie ahead, and a place begins soon enough."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app import clock
from app.rules.calendar import add_months
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


def tomorrow() -> str:
    return (clock.today() + timedelta(days=1)).isoformat()


def assert_names_both_days(answer: httpx.Response, field: str, sent: str, other: str) -> None:
    """422 at the field, and the sentence has the day that was sent and the one it is held against."""
    [error] = refused(answer, 422, "validation")["errors"]
    assert error["pointer"] == f"#/{field}"
    assert sent in error["detail"]
    assert other in error["detail"]


@pytest.fixture
async def provider_id(api: Api) -> str:
    await steps.law(api)
    return await steps.provider(api)


async def test_an_application_received_tomorrow_is_refused(api: Api) -> None:
    body = {"participant_id": await steps.participant(api), "need": "permanent", "wishes": "Ute."}
    answer = await api.case_officer.post("/v1/applications", json=body | {"received_on": tomorrow()})
    assert_names_both_days(answer, "received_on", tomorrow(), clock.today().isoformat())


async def test_an_application_received_today_is_taken(api: Api) -> None:
    body = {"participant_id": await steps.participant(api), "need": "permanent", "wishes": "Ute."}
    ok(await api.case_officer.post("/v1/applications", json=body | {"received_on": clock.today().isoformat()}))


@pytest.mark.parametrize(("day", "other"), [(None, None), ("2022-01-02", "2022-01-03")], ids=["ahead", "too early"])
async def test_a_request_is_sent_between_receipt_and_today(
    api: Api, provider_id: str, day: str | None, other: str | None
) -> None:
    applied = await steps.application(api, await steps.participant(api), received_on="2022-01-03")
    sent_on = day or tomorrow()
    path = f"/v1/applications/{applied}/requests"
    answer = await api.case_officer.post(path, json={"provider_id": provider_id, "sent_on": sent_on})
    assert_names_both_days(answer, "sent_on", sent_on, other or clock.today().isoformat())
    assert ok(await api.case_officer.get(path), 200)["items"] == []


@pytest.mark.parametrize(("day", "other"), [(None, None), ("2022-01-03", "2022-01-04")], ids=["ahead", "too early"])
async def test_a_request_is_answered_between_its_sending_and_today(
    api: Api, provider_id: str, day: str | None, other: str | None
) -> None:
    applied = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, applied, provider_id, answer=None)
    answered_on = day or tomorrow()
    body = {"answer": "accepted", "answered_on": answered_on}
    answer = await api.case_officer.post(f"/v1/requests/{request_id}/answer", json=body)
    assert_names_both_days(answer, "answered_on", answered_on, other or clock.today().isoformat())


@pytest.mark.parametrize(("day", "other"), [(None, None), ("2022-01-03", "2022-01-04")], ids=["ahead", "too early"])
async def test_a_grant_is_decided_between_the_request_and_today(
    api: Api, provider_id: str, day: str | None, other: str | None
) -> None:
    body = await steps.ready_to_grant(api, provider_id)
    decided_on = day or tomorrow()
    answer = await api.case_officer.post("/v1/decisions", json=body | {"decided_on": decided_on})
    assert_names_both_days(answer, "decided_on", decided_on, other or clock.today().isoformat())


async def test_a_rejection_before_the_receipt_is_refused(api: Api) -> None:
    applied = await steps.application(api, await steps.participant(api), received_on="2022-01-03")
    body = steps.reject(applied, decided_on="2022-01-02")
    answer = await api.case_officer.post("/v1/decisions", json=body)
    assert_names_both_days(answer, "decided_on", "2022-01-02", "2022-01-03")


@pytest.mark.parametrize("kind", ["change", "end"])
async def test_a_later_decision_ahead_is_refused(api: Api, provider_id: str, kind: str) -> None:
    place = await steps.placed(api, provider_id)
    body: dict[str, Any] = steps.change(place, share=50) if kind == "change" else steps.end(place, "2022-12-31")
    answer = await api.case_officer.post("/v1/decisions", json=body | {"decided_on": tomorrow()})
    assert_names_both_days(answer, "decided_on", tomorrow(), clock.today().isoformat())


async def test_a_notice_ahead_is_refused(api: Api, provider_id: str) -> None:
    place = await steps.placed(api, provider_id)
    body = {"given_by": "participant", "given_on": tomorrow(), "reason": "other", "text": "Vil slutte."}
    answer = await api.case_officer.post(f"/v1/placements/{place}/notices", json=body)
    assert_names_both_days(answer, "given_on", tomorrow(), clock.today().isoformat())


@pytest.mark.parametrize(("starts_on", "taken"), [("2024-01-10", True), ("2024-01-11", False), ("2062-12-01", False)])
async def test_a_place_begins_within_24_months_of_its_decision(
    api: Api, provider_id: str, starts_on: str, taken: bool
) -> None:
    body = await steps.ready_to_grant(api, provider_id)
    answer = await api.case_officer.post(
        "/v1/decisions", json=body | {"decided_on": "2022-01-10", "starts_on": starts_on}
    )
    if taken:
        ok(answer)
    else:
        assert_names_both_days(answer, "starts_on", starts_on, add_months(date(2022, 1, 10), 24).isoformat())


async def test_the_guidelines_version_says_how_soon_a_place_begins(api: Api, provider_id: str) -> None:
    version = {"valid_from": "2022-01-05", "most_months_ahead": 1}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    body = await steps.ready_to_grant(api, provider_id)
    answer = await api.case_officer.post(
        "/v1/decisions", json=body | {"decided_on": "2022-01-10", "starts_on": "2022-02-11"}
    )
    assert_names_both_days(answer, "starts_on", "2022-02-11", "2022-02-10")


async def test_a_mistyped_year_no_longer_bars_the_person(api: Api, provider_id: str) -> None:
    """The first trap that users met: nothing is stored, and the right place is granted at once."""
    body = await steps.ready_to_grant(api, provider_id)
    refused(await api.case_officer.post("/v1/decisions", json=body | {"starts_on": "2062-12-01"}), 422, "validation")
    ok(await api.case_officer.post("/v1/decisions", json=body | {"starts_on": "2022-12-01"}))
