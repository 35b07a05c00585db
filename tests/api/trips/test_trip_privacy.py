"""What is kept of a person who goes on a trip: the log, the export, erasure, retention, a merge (X1, X2)."""

from typing import Any

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.erasure import erase
from tests.factories.steps import ok

IN_2021 = {
    "preferred_from": "2021-06-21", "preferred_to": "2021-06-28", "received_on": "2020-12-01",
    "documented_on": "2020-11-01",
}  # fmt: skip


async def test_log_says_who_saw_whom(api: Api) -> None:
    """X1: each participant of a trip that is read or decided, whoever reads."""
    await trips.record_scheme(api)
    trip = await course.record(api, 2)
    people = {one["participant_id"] for one in trip["participants"]}
    path = f"{course.TRIPS}/{trip['id']}"
    service = api.service("habilitation")
    ok(await service.put(f"{path}/staffing-plan", json=course.plan()), 200)
    ok(await service.get(path), 200)
    ok(await service.get(f"{path}/staffing-plan"), 200)
    decision = {"kind": "reject", "decided_on": "2022-04-10", "reason": "no_staff", "text": "Ingen kan vere med."}
    ok(await course.decide(api, trip["id"], **decision))
    ok(await api.grants_officer.get(f"{path}/decisions"), 200)
    for action in (
        "set_staffing_plan",
        "read_trip",
        "read_staffing_plan",
        "record_trip_decision",
        "read_trip_decision",
    ):
        lines = ok(await api.auditor.get("/v1/access-log", params={"action": action}), 200)["items"]
        assert {line["participant_id"] for line in lines} == people, action


async def test_export_and_erasure_of_somebody_who_went(api: Api) -> None:
    """X1: texts go, amounts and days stay; the code of a reason stays too."""
    await trips.record_scheme(api)
    await course.fill_fund(api, on="2021-01-20")
    ids = [(await trips.apply(api, await course.participant(api), **IN_2021))["id"] for _ in range(2)]
    days: dict[str, Any] = {"starts_on": "2021-06-21", "ends_on": "2021-06-28", "longer_reason": "Lang veg"}
    trip = await course.record(api, application_ids=ids, working_time_agreed_on="2021-03-01", **days)
    staff = [course.line(day="2021-06-21", volunteered_on="2021-03-01")]
    ok(await course.put_plan(api, trip["id"], staff=staff), 200)
    people = [one["participant_id"] for one in trip["participants"]]
    for person in people:
        ok(await course.accept(api, trip["id"], person, accepted_on="2021-04-01"))
    ok(await course.decide(api, trip["id"], **course.grant(decided_on="2021-04-10", text="Gler oss med dei.")))
    minutes = {"counted_minutes": 60, "reason": 'Talt på \\ «nattevakt» hjå "Sprek" Hage'}
    shifts = [{"staff": 1, "days": 1, **minutes}]
    ok(await course.settle(api, trip["id"], staff=staff, home_shifts=shifts, settled_on="2021-07-18"))
    held = ok(await api.case_officer.get(f"/v1/participants/{people[0]}/export"), 200)["held"]
    names = ("trips", "trip_participants", "trip_decisions", "staffing_plans", "trip_settlement_lines")
    assert [len(held[name]) for name in names] == [1, 1, 1, 2, 1]
    await erase(api, people[0])
    read = await course.read(api, trip["id"])
    assert (read["longer_reason"], read["participants"][0]["price"]) == ("Sletta", "1200.00")
    decision = ok(await api.grants_officer.get(f"{course.TRIPS}/{trip['id']}/decisions"), 200)
    assert (decision["text"], decision["reserved"]) == ("Sletta", "2400.00")
    plans = ok(await api.case_officer.get(f"/v1/participants/{people[0]}/export"), 200)["held"]["staffing_plans"]
    before = sorted(held["staffing_plans"], key=lambda row: row["kind"])
    for row, stored in zip(sorted(plans, key=lambda row: row["kind"]), before, strict=True):
        assert row["kind"] == "estimate" or row["content"]["home_shifts"] == [
            shifts[0] | {"reason": "Sletta", "parts": None}
        ]
        same = {name: value for name, value in row.items() if name not in ("content", "updated_at")}
        assert same == {name: stored[name] for name in same}


async def test_retention_counts_from_the_trips_last_day(api: Api) -> None:
    """X1: of somebody who never had a place."""
    await trips.record_scheme(api)
    person = await course.participant(api, "other")
    applied = await trips.apply(api, person, **IN_2021)
    await course.record(api, application_ids=[applied["id"]], starts_on="2021-06-21", ends_on="2021-06-26")
    over = ok(await api.case_officer.get("/v1/retention-over"), 200)["items"]
    assert [(one["participant_id"], one["last_day"]) for one in over] == [(person, "2021-06-26")]


async def test_retention_counts_from_the_decision_that_ended_the_trip(api: Api) -> None:
    """X1: a rejection later than the application, also where the person has been on no trip."""
    await trips.record_scheme(api)
    person = await course.participant(api, "other")
    applied = await trips.apply(api, person, **IN_2021)
    days: dict[str, Any] = {"starts_on": "2021-06-21", "ends_on": "2021-06-26"}
    trip = await course.record(api, application_ids=[applied["id"]], **days)
    rejected = {"kind": "reject", "decided_on": "2021-03-05", "reason": "lower_rank", "text": "Fleire enn plassane."}
    ok(await course.decide(api, trip["id"], **rejected))
    over = ok(await api.case_officer.get("/v1/retention-over"), 200)["items"]
    assert [(one["participant_id"], one["last_day"]) for one in over] == [(person, "2021-03-05")]
    await erase(api, person)


async def test_trip_follows_a_merge(api: Api) -> None:
    """X2: to the registration that is kept."""
    await trips.record_scheme(api)
    trip = await course.planned(api)
    gone, kept = trip["participants"][0]["participant_id"], await course.participant(api)
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    (one,) = (await course.read(api, trip["id"]))["participants"]
    assert (one["participant_id"], one["price"]) == (kept, "2400.00")


async def test_a_service_sees_nobody_on_a_trip_who_is_protected_or_of_another_area(api: Api) -> None:
    """X3: a trip tells where somebody will be. Its state and prices are those of everybody."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.record(api, 3, working_time_agreed_on="2022-03-01")
    protected, elsewhere, plain = (one["participant_id"] for one in trip["participants"])
    for person, change in ((protected, {"address_protection": True}), (elsewhere, {"service_area": "mental_health"})):
        path = f"/v1/participants/{person}"
        tag = (await api.case_officer.get(path)).headers["ETag"]
        ok(await api.case_officer.patch(path, json=change, headers={"If-Match": tag}), 200)
    service, path = api.service("habilitation"), f"{course.TRIPS}/{trip['id']}"
    ok(await service.put(f"{path}/staffing-plan", json=course.plan()), 200)
    ok(await course.accept(api, trip["id"], plain))
    seen, whole = ok(await service.get(path), 200), await course.read(api, trip["id"])
    assert [one["participant_id"] for one in seen["participants"]] == [plain]
    assert len(whole["participants"]) == 3
    assert {name: seen[name] for name in ("status", "acts", "participants_part")} == {
        name: whole[name] for name in ("status", "acts", "participants_part")
    }
    for person, found in ((protected, []), (elsewhere, []), (plain, [trip["id"]])):
        listed = ok(await service.get(course.TRIPS, params={"participant_id": person}), 200)["items"]
        assert [one["id"] for one in listed] == found
    lines = ok(await api.auditor.get("/v1/access-log", params={"action": "read_trip", "limit": 200}), 200)["items"]
    assert {one["participant_id"] for one in lines if one["purpose"] == "follow_up"} == {plain}
