"""Decisions, the fund they draw on, cancellations and settlements of trips (T7, T9, T10, T16, T18–T21)."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused

TRIPS = course.TRIPS


async def list_events(connection: AsyncConnection) -> list[str]:
    """By their names: those of one transaction come in no order."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    found = await connection.scalars(text("select type from event where starts_with(type, 'trip') order by id"))
    return sorted(one for one in found if one != "trip.applied")


async def test_grant_that_the_fund_has_not_enough_for(api: Api) -> None:
    """T18: 2 400.00 of 2 399.99; the missing øre is named, and a gift of it is enough."""
    await trips.record_scheme(api)
    await course.fill_fund(api, "2399.99")
    trip = await course.accepted(api)
    problem = refused(await course.decide(api, trip["id"]), 409, "fund-exhausted")
    assert (problem["missing"], problem["available"]) == ("0.01", "2399.99")
    assert (await course.position(api))["reserved"] == "0.00"
    await course.fill_fund(api, "0.01", kind="gift", reason="Gåve")
    ok(await course.decide(api, trip["id"]))
    assert (await course.position(api))["available"] == "0.00"


async def test_20_grants_at_once_of_the_last_money(committed_api: Api) -> None:
    """T18: the fund is locked, so that three of them fit in three times the sum, and it is never below zero."""
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api, "7200.00")
    ids = [(await course.accepted(api))["id"] for _ in range(20)]
    answers = await asyncio.gather(*(course.decide(api, id_) for id_ in ids))
    made = [answer for answer in answers if answer.status_code == 201]
    assert len(made) == 3
    assert all(is_problem(answer, 409, "fund-exhausted") for answer in answers if answer not in made)
    found = await course.position(api)
    assert (found["reserved"], found["available"]) == ("7200.00", "0.00")


async def test_one_trip_decided_twice_at_once(committed_api: Api) -> None:
    """T20: one of them is the decision, and the fund reserves once."""
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.accepted(api)
    answers = await asyncio.gather(*(course.decide(api, trip["id"]) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert (await course.position(api))["reserved"] == "2400.00"


async def test_staff_come_along_of_their_own_will(api: Api) -> None:
    """T21: the plan is saved, and not granted; nor is one that lists nobody."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.accepted(api, staffing={"staff": [course.line("A1", volunteered_on=None), course.line("B2")]})
    problem = refused(await course.decide(api, trip["id"]), 409, "staff-not-voluntary")
    assert problem["staff"] == ["A1"]
    found = ok(await api.grants_officer.get(f"{TRIPS}/{trip['id']}/staffing-plan"), 200)
    assert found["not_voluntary"] == ["A1"]
    ok(await course.put_plan(api, trip["id"], staff=None, staff_count=2, trip_hours="24.00"), 200)
    assert refused(await course.decide(api, trip["id"]), 409, "staff-not-voluntary")["staff"] == ["1", "2"]


async def test_late_application_is_granted_with_a_reason(api: Api) -> None:
    """T9: after the last day of notice of these days."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    late = await trips.apply(api, await course.participant(api), received_on="2022-02-21")
    trip = await course.accepted(api, application_ids=[late["id"]])
    assert trip["late"] is True
    problem = refused(await course.decide(api, trip["id"]), 422, "late-needs-reason")
    assert problem["errors"][0]["pointer"] == "#/late_reason"
    decision = ok(await course.decide(api, trip["id"], **course.grant(late_reason="Fekk vite det seint")))
    assert decision["late_reason"] == "Fekk vite det seint"


async def test_need_is_documented_by_the_day_of_the_decision(api: Api) -> None:
    """T7."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    person = await course.participant(api)
    applied = await trips.apply(api, person, documented_on=None, documented_by=None)
    trip = await course.accepted(api, application_ids=[applied["id"]])
    refused(await course.decide(api, trip["id"]), 409, "need-not-documented")
    ok(await course.decide(api, trip["id"], kind="reject", decided_on="2022-04-10", reason="not_documented", text="-"))


async def test_what_a_granted_trip_rests_on_stands(api: Api) -> None:
    """T11, T19: neither the assessment nor the application is written over, until the trip is cancelled."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    applied = await trips.apply(api, await course.participant(api))
    await trips.assess(api, applied["id"], 3, 3, 3, 3)
    trip = await course.granted(api, application_ids=[applied["id"]])
    path = f"{trips.APPLICATIONS}/{applied['id']}"
    before = await api.grants_officer.get(path)

    async def assess() -> httpx.Response:
        return await api.grants_officer.post(f"{path}/assessment", json=trips.assessment(0, 0, 0, 0))

    refused(await assess(), 409, "trip-application-granted")
    body, tag = {"need_grade": "limited"}, {"If-Match": before.headers["ETag"]}
    refused(await api.grants_officer.patch(path, json=body, headers=tag), 409, "trip-application-granted")
    assert ok(await api.grants_officer.get(path), 200) == before.json()
    cancelled = {"cancelled_on": "2022-05-01", "reason": "Sjukdom"}
    ok(await api.grants_officer.post(f"{TRIPS}/{trip['id']}/cancellation", json=cancelled))
    ok(await assess())


async def test_those_who_go_are_resident_on_the_day_of_the_decision(api: Api) -> None:
    """T7, as D1: one of them has moved away since the application; without that one the trip is granted."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.accepted(api, 2, staffing={"hourly_rate": "0.00"})
    moved, staying = trip["participants"]
    path = f"/v1/participants/{moved['participant_id']}"
    tag = (await api.case_officer.get(path)).headers["ETag"]
    elsewhere = {"municipality_number": "4601"}
    ok(await api.case_officer.patch(path, json=elsewhere, headers={"If-Match": tag}), 200)
    problem = refused(await course.decide(api, trip["id"]), 409, "not-resident")
    assert "Reise" in problem["detail"]
    assert (await course.read(api, trip["id"]))["decision"] is None
    tag = (await api.grants_officer.get(f"{TRIPS}/{trip['id']}")).headers["ETag"]
    without = {"application_ids": [staying["application_id"]]}
    ok(await api.grants_officer.patch(f"{TRIPS}/{trip['id']}", json=without, headers={"If-Match": tag}), 200)
    ok(await course.decide(api, trip["id"]))


async def test_granted_trip_starts_an_interval(api: Api) -> None:
    """T10: of the same length alone; a cancelled trip starts none."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    person = await course.participant(api)
    first = await trips.apply(api, person)
    trip = await course.granted(api, application_ids=[first["id"]])
    autumn = {"preferred_from": "2022-09-05", "preferred_to": "2022-09-10"}
    second = await trips.apply(api, person, **autumn)
    weekend = {"preferred_from": "2022-09-16", "preferred_to": "2022-09-18", "length": "short"}
    assert (second["within_interval"], (await trips.apply(api, person, **weekend))["within_interval"]) == (True, False)
    own = ok(await api.grants_officer.get(f"{trips.APPLICATIONS}/{first['id']}"), 200)
    assert own["within_interval"] is False
    cancelled = {"cancelled_on": "2022-05-01", "reason": "Sjukdom"}
    ok(await api.grants_officer.post(f"{TRIPS}/{trip['id']}/cancellation", json=cancelled))
    again = ok(await api.grants_officer.get(f"{trips.APPLICATIONS}/{second['id']}"), 200)
    assert again["within_interval"] is False


async def test_a_trip_within_the_interval_is_refused_where_the_version_says_so(api: Api) -> None:
    """T2, T10: also where the other trip was granted after the application; how long it is, is a parameter."""
    await trips.record_scheme(api, interval_mode="refuse", interval_years=1)
    await course.fill_fund(api)
    person = await course.participant(api)
    autumn = {"preferred_from": "2022-09-05", "preferred_to": "2022-09-10"}
    summer, later = await trips.apply(api, person, last_granted_year=2021), await trips.apply(api, person, **autumn)
    days: dict[str, Any] = {"starts_on": "2022-09-05", "ends_on": "2022-09-10"}
    staffing = {"staff": [course.line(day="2022-09-05")]}
    second = await course.accepted(api, application_ids=[later["id"]], staffing=staffing, **days)
    first = await course.granted(api, application_ids=[summer["id"]])
    problem = refused(await course.decide(api, second["id"]), 422, "within-interval")
    assert problem["errors"][0]["pointer"] == "#/kind"
    assert (await course.read(api, second["id"]))["decision"] is None
    cancelled = {"cancelled_on": "2022-05-01", "reason": "Sjukdom"}
    ok(await api.grants_officer.post(f"{TRIPS}/{first['id']}/cancellation", json=cancelled))
    ok(await course.decide(api, second["id"]))


async def test_cancelled_trip_gives_the_fund_back(api: Api, connection: AsyncConnection) -> None:
    """T18, T20: and keeps nobody from another trip."""
    await trips.record_scheme(api)
    await course.fill_fund(api, "2400.00")
    trip = await course.granted(api)
    path = f"{TRIPS}/{trip['id']}/cancellation"
    body = {"cancelled_on": "2022-05-01", "reason": "Sjukdom blant dei tilsette"}
    refused(await api.grants_officer.post(path, json=body | {"cancelled_on": "2022-06-27"}), 409, "trip-state")
    early = refused(await api.grants_officer.post(path, json=body | {"cancelled_on": "2022-04-09"}), 422, "validation")
    assert early["errors"][0]["pointer"] == "#/cancelled_on"
    out = ok(await api.grants_officer.post(path, json=body))
    assert (out["status"], out["cancelled_reason"]) == ("cancelled", "Sjukdom blant dei tilsette")
    fund = await course.position(api)
    assert (fund["balance"], fund["reserved"], fund["available"]) == ("2400.00", "0.00", "2400.00")
    kinds = [one["kind"] for one in ok(await api.finance.get(course.FUND), 200)["items"]]
    assert kinds == ["allocation", "reserve", "release"]
    application_ids = [one["application_id"] for one in trip["participants"]]
    assert (await course.record(api, application_ids=application_ids))["status"] == "applied"
    assert await list_events(connection) == ["trip.cancelled", "trip.granted"]


async def test_settlement_by_actual_hours(api: Api, connection: AsyncConnection) -> None:
    """T16, T18: an hour more is 400 kr: 200 kr for the fund, and 66.67, 66.67 and 66.66 for each."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.granted(api, 3)
    path = f"{TRIPS}/{trip['id']}/settlement"
    refused(await api.grants_officer.get(path), 404, "not-found")
    refused(await course.settle(api, trip["id"], settled_on="2022-06-26"), 409, "trip-state")
    shift = {"on": "2022-06-20", "parts": [{"from": "08:00", "to": "21:00"}]}
    staff = [course.line(shifts=[shift])]
    out = ok(await course.settle(api, trip["id"], staff=staff, staff_travel_and_lodging="0.02"))
    assert [(one["estimated"], one["actual"], one["difference"]) for one in out["lines"]] == [
        ("800.00", "866.68", "66.68"), ("800.00", "866.68", "66.68"), ("800.00", "866.66", "66.66"),
    ]  # fmt: skip
    assert (out["reserved"], out["fund_part"], out["fund_difference"], out["fund_short"]) == (
        "2400.00", "2600.00", "200.00", "0.00",
    )  # fmt: skip
    assert [out[name] for name in ("extra_hours", "hourly_rate", "allowance_per_day", "diet_per_staff")] == [
        "13.00", "400.00", "0.00", "0.00",
    ]  # fmt: skip
    assert ok(await api.grants_officer.get(path), 200) == out
    fund = await course.position(api)
    assert (fund["balance"], fund["reserved"], fund["settled"], fund["available"]) == (
        "97400.00", "0.00", "2600.00", "97400.00",
    )  # fmt: skip
    assert refused(await course.settle(api, trip["id"]), 409, "trip-state")["trip_status"] == "settled"
    assert await list_events(connection) == ["trip.granted", "trip.settled"]


async def test_settlement_that_the_fund_is_short_of(api: Api, connection: AsyncConnection) -> None:
    """T18: the trip has been made: a warning and an event, and the next grant waits for the money."""
    await trips.record_scheme(api)
    await course.fill_fund(api, "2450.00")
    trip = await course.granted(api)
    staff = [course.line(shifts=[{"on": "2022-06-20", "parts": [{"from": "08:00", "to": "21:00"}]}])]
    out = ok(await course.settle(api, trip["id"], staff=staff))
    assert (out["fund_difference"], out["fund_short"]) == ("200.00", "150.00")
    assert (await course.position(api))["available"] == "-150.00"
    assert await list_events(connection) == ["trip.granted", "trip.settled", "trip_fund.short"]
    other = await course.accepted(api)
    assert refused(await course.decide(api, other["id"]), 409, "fund-exhausted")["missing"] == "2550.00"


async def test_settlement_of_fewer_hours_gives_back(api: Api) -> None:
    """T16: what is left of the reservation is free again."""
    await trips.record_scheme(api)
    await course.fill_fund(api, "2400.00")
    trip = await course.granted(api)
    out = ok(await course.settle(api, trip["id"], hourly_rate="300.00"))
    assert (out["lines"][0]["difference"], out["fund_difference"]) == ("-600.00", "-600.00")
    fund = await course.position(api)
    assert (fund["balance"], fund["available"]) == ("600.00", "600.00")


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("#/decided_on", course.grant(decided_on="2199-01-01")),
        ("#/decided_on", course.grant(decided_on="2022-01-09")),
        ("#/reason", {"kind": "reject", "decided_on": "2022-04-10", "reason": "because", "text": "-"}),
        ("#/text", {"kind": "reject", "decided_on": "2022-04-10", "reason": "other"}),
        ("#/late_reason", course.grant(late_reason=" ")),
        ("#/kind", {"kind": "maybe", "decided_on": "2022-04-10"}),
    ],
)
async def test_decision_of_bad_input(api: Api, pointer: str, body: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.accepted(api)
    problem = refused(await course.decide(api, trip["id"], **body), 422, "validation")
    pointers = [error["pointer"].replace("/grant", "").replace("/reject", "") for error in problem["errors"]]
    assert pointers == [pointer]
    assert (await course.read(api, trip["id"]))["decision"] is None


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("#/accepted_on", {"accepted_on": "2199-01-01"}),
        ("#/accepted_on", {"accepted_on": "2022-01-09"}),
        ("#/accepted_by", {"accepted_by": "provider"}),
        ("#/participant_id", {"participant_id": "016e0000-0002-7000-8000-0000000000ff"}),
    ],
)
async def test_acceptance_of_bad_input(api: Api, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    trip = await course.planned(api)
    person = trip["participants"][0]["participant_id"]
    problem = refused(await course.accept(api, trip["id"], **{"participant_id": person} | changes), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert (await course.read(api, trip["id"]))["status"] == "planned"


async def test_a_decided_trip_keeps_the_version_it_was_decided_by(committed_api: Api) -> None:
    """T6, T16, T19: a later version changes nothing of it: neither its settlement, the text of its decision nor its
    length, whether that version has other parameters or ends before the trip.
    """
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip, open_one = await course.granted(api, 3), await course.accepted(api)
    path = f"{TRIPS}/{trip['id']}"
    decision = ok(await api.grants_officer.get(f"{path}/decisions"), 200)
    changes = {
        "participant_percent": 0,
        "long_from_nights": 7,
        "travel_weight": "1/1",
        "appeal_text": "Klag innan tre veker.",
    }
    for number, later in enumerate(({"valid_to": "2022-12-31"}, {"valid_to": "2022-05-03"}), start=1):
        await trips.record_scheme(api, valid_from=f"2022-05-0{number}", **changes, **later)
        assert await course.read(api, trip["id"]) == trip
        assert ok(await api.grants_officer.get(f"{path}/decisions"), 200) == decision
    person = trip["participants"][0]["participant_id"]
    [own] = [
        one
        for one in ok(await api.grants_officer.get(f"{TRIPS}/overview", params={"year": 2022}), 200)["people"]
        if one["participant_id"] == person and one["last_granted_year"]
    ]
    assert (own["length"], own["free_from"]) == ("long", 2024)
    first, *others = trip["participants"]
    tag = (await api.grants_officer.get(path)).headers["ETag"]
    staying = {"application_ids": [one["application_id"] for one in others]}
    left = ok(await api.grants_officer.patch(path, json=staying, headers={"If-Match": tag}), 200)
    assert [one["price"] for one in left["participants"]] == [None, "1200.00", "1200.00"]
    out = ok(await course.settle(api, trip["id"]))
    assert (out["participants_part"], out["fund_difference"]) == ("2400.00", "0.00")
    # One that is not decided has no version any more: it is not granted, and can be rejected.
    assert (await course.read(api, open_one["id"]))["scheme_valid_from"] is None
    refused(await course.decide(api, open_one["id"]), 422, "no-scheme-in-force")
    rejected = {"kind": "reject", "decided_on": "2022-06-01", "reason": "other", "text": "Ordninga er slutt."}
    assert ok(await course.decide(api, open_one["id"], **rejected))["appeal_text"] == "Klag innan tre veker."
