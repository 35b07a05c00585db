"""Trips and their plans through HTTP: who goes, what each pays, who must accept (T8, T13, T15, T16, T20–T22)."""

from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.steps import ok, refused

TRIPS = course.TRIPS


async def patch(api: Api, trip: dict[str, Any], **body: Any) -> Any:
    path = f"{TRIPS}/{trip['id']}"
    etag = (await api.grants_officer.get(path)).headers["etag"]
    return await api.grants_officer.patch(path, json=body, headers={"If-Match": etag})


async def test_trip_from_application_to_grant(api: Api) -> None:
    """T20: each step in its turn, and each shows in the state."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    applied = await trips.apply(api, await course.participant(api))
    trip = await course.record(api, application_ids=[applied["id"]])
    assert (trip["status"], trip["nights"], trip["days"], trip["length"]) == ("applied", 6, 7, "long")
    assert (trip["service_area"], trip["last_notice_on"], trip["late"]) == ("habilitation", "2022-02-20", False)
    await trips.assess(api, applied["id"], 2, 2, 2, 2)
    assert (await course.read(api, trip["id"]))["status"] == "assessed"
    found = ok(await course.put_plan(api, trip["id"]), 200)
    assert (found["version"], found["trip_hours"], found["staff_cost"], found["fund_part"]) == (
        1, "12.00", "4800.00", "2400.00",
    )  # fmt: skip
    assert (found["each_in_all"], found["not_voluntary"]) == (["2400.00"], [])
    (one,) = (await course.read(api, trip["id"]))["participants"]
    assert (one["price"], one["must_accept"], one["accepted_on"]) == ("2400.00", True, None)
    trip = ok(await course.accept(api, trip["id"], one["participant_id"]))
    assert (trip["status"], trip["participants"][0]["accepted_by"]) == ("accepted", "guardian")
    decision = ok(await course.decide(api, trip["id"]))
    assert (decision["kind"], decision["reserved"]) == ("grant", "2400.00")
    assert decision["appeal_text"] == "Det er ikkje klagerett etter denne ordninga."
    trip = await course.read(api, trip["id"])
    assert (trip["status"], trip["decision"], trip["decided_on"]) == ("carried_out", "grant", "2022-04-10")
    fund = await course.position(api)
    assert (fund["balance"], fund["reserved"], fund["available"]) == ("100000.00", "2400.00", "97600.00")


async def test_each_step_in_any_other_order_is_refused(api: Api) -> None:
    """T20: any other step is a 409 that names the state."""
    await trips.record_scheme(api)
    trip = await course.record(api)
    assert refused(await course.decide(api, trip["id"]), 409, "trip-state")["trip_status"] == "applied"
    refused(await course.accept(api, trip["id"], trip["participants"][0]["participant_id"]), 409, "trip-state")
    refused(await course.settle(api, trip["id"]), 409, "trip-state")
    ok(await course.put_plan(api, trip["id"]), 200)
    problem = refused(await course.decide(api, trip["id"]), 409, "trip-state")
    assert (problem["trip_status"], "sagt ja til prisen" in problem["detail"]) == ("planned", True)
    rejected = {"kind": "reject", "decided_on": "2022-04-10", "reason": "lower_rank", "text": "Fleire enn plassane."}
    ok(await course.decide(api, trip["id"], **rejected))
    for answer in (
        await course.decide(api, trip["id"], **rejected),
        await course.put_plan(api, trip["id"]),
        await patch(api, trip, longer_reason="Langt"),
        await api.grants_officer.post(
            f"{TRIPS}/{trip['id']}/cancellation", json={"cancelled_on": "2022-05-01", "reason": "Sjuk"}
        ),
    ):
        assert refused(answer, 409, "trip-state")["trip_status"] == "rejected"
    found = ok(await api.grants_officer.get(f"{TRIPS}/{trip['id']}/decisions"), 200)
    assert (found["reason"], found["text"], found["reserved"]) == ("lower_rank", "Fleire enn plassane.", None)


async def test_paper_example_as_a_plan(api: Api) -> None:
    """T3, T13–T15: three people, six staff: 122 402 kr, and each pays half of a third, to the øre."""
    await trips.record_scheme(api)
    trip = await course.record(api, 3)
    staffing = {
        "staff": None, "staff_count": 6, "trip_hours": "320.00", "home_hours": "273.00", "ordinary_hours": "408.00",
        "allowance_per_day": "440.00", "diet_per_staff": "4987.00",
    }  # fmt: skip
    found = ok(await course.put_plan(api, trip["id"], **staffing), 200)
    assert (found["staff_cost"], found["participants_part"], found["fund_part"]) == (
        "122402.00", "61201.00", "61201.00",
    )  # fmt: skip
    assert found["each_in_all"] == ["20400.34", "20400.33", "20400.33"]
    assert ok(await api.grants_officer.get(f"{TRIPS}/{trip['id']}/staffing-plan"), 200) == found
    read = await course.read(api, trip["id"])
    assert [one["price"] for one in read["participants"]] == found["each_in_all"]


async def test_changed_plan_is_accepted_again_by_those_whose_price_rose(api: Api) -> None:
    """T16: 2 400.00 + 0.02: one øre each of the first two, and the third has accepted what it pays."""
    await trips.record_scheme(api)
    trip = await course.accepted(api, 3)
    cheaper = course.plan(hourly_rate="399.00")
    path = f"{TRIPS}/{trip['id']}/staffing-plan"
    ok(await api.grants_officer.put(path, json=cheaper), 200)
    assert (await course.read(api, trip["id"]))["status"] == "accepted"
    dearer = ok(await course.put_plan(api, trip["id"], diet_per_staff="0.04"), 200)
    assert (dearer["version"], dearer["each_in_all"]) == (3, ["800.01", "800.01", "800.00"])
    trip = await course.read(api, trip["id"])
    assert trip["status"] == "planned"
    assert [one["must_accept"] for one in trip["participants"]] == [True, True, False]
    refused(await course.decide(api, trip["id"]), 409, "trip-state")
    for one in trip["participants"][:2]:
        wrong = await course.accept(api, trip["id"], one["participant_id"], price="800.00")
        assert refused(wrong, 409, "price-changed")["price"] == "800.01"
        trip = ok(await course.accept(api, trip["id"], one["participant_id"], price="800.01"))
    assert trip["status"] == "accepted"


async def test_one_who_leaves_makes_the_others_pay_anew(api: Api) -> None:
    """T16: before departure, also of a granted trip; the fund's part is as it was."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.granted(api, 3)
    gone, *others = trip["participants"]
    left = ok(await patch(api, trip, application_ids=[one["application_id"] for one in others]), 200)
    assert [one["price"] for one in left["participants"]] == [None, "1200.00", "1200.00"]
    assert [one["must_accept"] for one in left["participants"]] == [False, True, True]
    assert left["participants"][0]["left_on"] == "2022-06-20"
    assert (await course.position(api))["reserved"] == "2400.00"
    both = [one["application_id"] for one in trip["participants"]]
    refused(await patch(api, left, application_ids=both), 409, "trip-state")
    refused(await patch(api, left, ends_on="2022-06-25"), 409, "trip-state")
    again = await course.record(api, application_ids=[gone["application_id"]])
    assert again["status"] == "applied"


async def test_plan_of_a_trip_that_is_moved(api: Api) -> None:
    """T16: prices are made again; shifts that no longer lie within its days are pointed out."""
    await trips.record_scheme(api)
    trip = await course.accepted(api, staffing={"allowance_per_day": "440.00"})
    shorter = ok(await patch(api, trip, ends_on="2022-06-24"), 200)
    assert (shorter["plan_version"], shorter["participants"][0]["price"]) == (2, "3500.00")
    answer = await patch(api, shorter, starts_on="2022-06-21")
    problem = refused(answer, 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/starts_on"
    assert (await course.read(api, trip["id"]))["starts_on"] == "2022-06-20"


async def test_service_plans_trips_of_its_own_area(api: Api) -> None:
    """X3: another area's trip is not there, and a service does nothing else to its own."""
    await trips.record_scheme(api)
    own, other = api.service("habilitation"), api.service("mental_health")
    trip = await course.record(api, 2)
    path = f"{TRIPS}/{trip['id']}"
    found = ok(await own.put(f"{path}/staffing-plan", json=course.plan()), 200)
    assert found["each_in_all"] == ["1200.00", "1200.00"]
    assert [one["price"] for one in ok(await own.get(path), 200)["participants"]] == found["each_in_all"]
    assert [one["id"] for one in ok(await own.get(TRIPS), 200)["items"]] == [trip["id"]]
    assert ok(await other.get(TRIPS), 200)["items"] == []
    for answer in (
        await other.get(path),
        await other.get(f"{path}/staffing-plan"),
        await other.put(f"{path}/staffing-plan", json=course.plan()),
    ):
        refused(answer, 404, "not-found")
    assert (await own.patch(path, json={})).status_code == 403
    assert (await own.post(f"{path}/decisions", json=course.grant())).status_code == 403
    for caller in (api.provider("310300403"), api.epj, api.finance):
        assert (await caller.get(path)).status_code == 403
    mixed = [(await trips.apply(api, await course.participant(api, area)))["id"] for area in ("habilitation", "other")]
    assert (await course.record(api, application_ids=mixed))["service_area"] is None


async def test_nobody_is_on_two_trips_on_one_day(api: Api) -> None:
    """T20: until the trip that keeps the person has ended; another application of the same person is no way round."""
    await trips.record_scheme(api)
    person = await course.participant(api)
    first, second = await trips.apply(api, person), await trips.apply(api, person)
    trip = await course.record(api, application_ids=[first["id"]])
    body = {"starts_on": "2022-06-26", "ends_on": "2022-06-28", "application_ids": [second["id"]]}
    problem = refused(await api.grants_officer.post(TRIPS, json=body), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/application_ids/0"
    later = await course.record(api, application_ids=[second["id"]], starts_on="2022-06-27", ends_on="2022-06-28")
    problem = refused(await patch(api, later, starts_on="2022-06-26"), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/starts_on"
    body = {"starts_on": "2022-08-01", "ends_on": "2022-08-03", "application_ids": [first["id"]]}
    refused(await api.grants_officer.post(TRIPS, json=body), 409, "trip-application-taken")
    ok(await course.decide(api, trip["id"], kind="withdraw", decided_on="2022-04-10"))
    assert ok(await patch(api, later, starts_on="2022-06-26"), 200)["nights"] == 2


@pytest.mark.parametrize(
    ("code", "pointer", "changes"),
    [
        ("validation", "#/ends_on", {"ends_on": "2022-06-19"}),
        ("no-night", "#/ends_on", {"ends_on": "2022-06-20"}),
        ("no-scheme-in-force", "#/starts_on", {"starts_on": "2023-06-20", "ends_on": "2023-06-22"}),
        ("longer-needs-reason", "#/longer_reason", {"ends_on": "2022-06-27"}),
        ("working-time-not-settled", "#/working_time_agreed_on", {"ends_on": "2022-06-27", "longer_reason": "Langt"}),
        ("validation", "#/application_ids", {"application_ids": []}),
        ("validation", "#/service_area", {"service_area": "other"}),
        ("validation", "#/income", {"income": "1.00"}),
    ],
)
async def test_trip_of_bad_input(api: Api, code: str, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    applied = await trips.apply(api)
    body = {"starts_on": "2022-06-20", "ends_on": "2022-06-26", "application_ids": [applied["id"]]}
    problem = refused(await api.grants_officer.post(TRIPS, json=body | changes), 422, code)
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert ok(await api.grants_officer.get(TRIPS), 200)["items"] == []


async def test_participant_who_is_named_twice_or_unknown(api: Api) -> None:
    await trips.record_scheme(api)
    person = await course.participant(api)
    first, second = await trips.apply(api, person), await trips.apply(api, person)
    body = {"starts_on": "2022-06-20", "ends_on": "2022-06-26"}
    for ids in ([first["id"], second["id"]], [first["id"], first["id"]]):
        problem = refused(await api.grants_officer.post(TRIPS, json=body | {"application_ids": ids}), 422, "validation")
        assert problem["errors"][0]["pointer"] == "#/application_ids/1"
    unknown = [first["id"], "016e0000-0002-7000-8000-0000000000ff"]
    problem = refused(await api.grants_officer.post(TRIPS, json=body | {"application_ids": unknown}), 404, "not-found")
    assert problem["errors"][0]["pointer"] == "#/application_ids/1"
    gone = f"{trips.APPLICATIONS}/{second['id']}/withdrawal"
    ok(await api.grants_officer.post(gone, json={"withdrawn_on": "2022-03-01"}))
    answer = await api.grants_officer.post(TRIPS, json=body | {"application_ids": [second["id"]]})
    refused(answer, 409, "trip-application-withdrawn")


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("#/staff/0/shifts/0/on", {"staff": [course.line(day="2022-06-27")]}),
        ("#/staff/0/shifts/0/on", {"staff": [course.line(shifts=[{"parts": [{"from": "08:00", "to": "09:00"}]}])]}),
        ("#/staff", {"staff": []}),
        ("#/staff/0/volunteered_on", {"staff": [course.line(volunteered_on="2199-01-01")]}),
        ("#/hourly_rate", {"hourly_rate": "-1.00"}),
        ("#/hourly_rate", {"hourly_rate": "99999999.99"}),
        ("#/home_shifts/0/days", {"home_shifts": [{"days": 8, "parts": [{"from": "08:00", "to": "09:00"}]}]}),
        ("#/participants", {"participants": 3}),
    ],
)
async def test_plan_of_bad_input(api: Api, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    trip = await course.record(api)
    problem = refused(await course.put_plan(api, trip["id"], **changes), 422, "validation")
    assert pointer in [error["pointer"] for error in problem["errors"]]
    refused(await api.grants_officer.get(f"{TRIPS}/{trip['id']}/staffing-plan"), 404, "not-found")


async def test_plan_is_not_overwritten_unseen(api: Api) -> None:
    """A condition is kept; without one the last plan stands."""
    await trips.record_scheme(api)
    trip = await course.planned(api)
    path = f"{TRIPS}/{trip['id']}/staffing-plan"
    tag = (await api.grants_officer.get(path)).headers["etag"]
    ok(await course.put_plan(api, trip["id"], hourly_rate="410.00"), 200)
    answer = await api.grants_officer.put(path, json=course.plan(), headers={"If-Match": tag})
    assert answer.status_code == 412


async def test_whoever_is_on_a_trip_leaves_it_before_the_application_is_withdrawn(api: Api) -> None:
    """T16, T20: the prices of the others follow from who goes."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.granted(api, 2)
    leaving, staying = trip["participants"]
    body = {"withdrawn_on": "2022-05-02"}

    async def withdraw(one: dict[str, Any]) -> httpx.Response:
        return await api.grants_officer.post(f"{trips.APPLICATIONS}/{one['application_id']}/withdrawal", json=body)

    problem = refused(await withdraw(leaving), 409, "trip-application-on-trip")
    assert problem["trip_id"] == trip["id"]
    path = f"{course.TRIPS}/{trip['id']}"
    tag = (await api.grants_officer.get(path)).headers["ETag"]
    left = await api.grants_officer.patch(
        path, json={"application_ids": [staying["application_id"]]}, headers={"If-Match": tag}
    )
    ok(left, 200)
    assert ok(await withdraw(leaving))["status"] == "withdrawn"
    refused(await withdraw(staying), 409, "trip-application-on-trip")
    cancelled = {"cancelled_on": "2022-05-03", "reason": "Sjukdom."}
    ok(await api.grants_officer.post(f"{path}/cancellation", json=cancelled))
    assert ok(await withdraw(staying))["status"] == "withdrawn"
