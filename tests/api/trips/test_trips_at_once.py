"""What is done to one trip at the same moment: each act sees the other whole, and the fund adds up (T16, T18, T20)."""

import asyncio
from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.steps import ok, refused

TRIPS = course.TRIPS


async def cancel(api: Api, trip: dict[str, Any]) -> httpx.Response:
    body = {"cancelled_on": "2022-05-01", "reason": "Sjukdom"}
    return await api.grants_officer.post(f"{TRIPS}/{trip['id']}/cancellation", json=body)


async def leave(api: Api, trip: dict[str, Any]) -> httpx.Response:
    """All but the first go on."""
    path = f"{TRIPS}/{trip['id']}"
    tag = (await api.grants_officer.get(path)).headers["ETag"]
    staying = {"application_ids": [one["application_id"] for one in trip["participants"][1:]]}
    return await api.grants_officer.patch(path, json=staying, headers={"If-Match": tag})


async def list_kinds(api: Api, trip: dict[str, Any]) -> list[str]:
    entries = ok(await api.finance.get(course.FUND, params={"limit": 200}), 200)["items"]
    return [one["kind"] for one in entries if one["trip_id"] == trip["id"]]


async def test_each_of_many_acceptances_at_once_is_kept(committed_api: Api) -> None:
    """T16: of five participants, and each of them twice."""
    api = committed_api
    await trips.record_scheme(api)
    trip = await course.planned(api, 5)
    people = [one["participant_id"] for one in trip["participants"]] * 2
    answers = await asyncio.gather(*(course.accept(api, trip["id"], person) for person in people))
    assert {answer.status_code for answer in answers} == {201}
    found = await course.read(api, trip["id"])
    assert found["status"] == "accepted"
    assert {one["accepted_price"] for one in found["participants"]} == {"480.00"}


async def test_nobody_accepts_a_price_that_is_changed_meanwhile(committed_api: Api) -> None:
    """T16: the old price is accepted before the new plan, or refused after it; never the new one unseen."""
    api = committed_api
    await trips.record_scheme(api)
    for _ in range(4):
        trip = await course.planned(api)
        person = trip["participants"][0]["participant_id"]
        accepted, planned = await asyncio.gather(
            course.accept(api, trip["id"], person, price="2400.00"),
            course.put_plan(api, trip["id"], hourly_rate="500.00"),
        )
        assert planned.status_code == 200
        (one,) = (await course.read(api, trip["id"]))["participants"]
        assert (one["price"], one["must_accept"]) == ("3000.00", True)
        if accepted.status_code == 201:
            assert one["accepted_price"] == "2400.00"
        else:
            assert refused(accepted, 409, "price-changed")["price"] == "3000.00"
            assert one["accepted_price"] is None


async def test_a_trip_is_cancelled_or_settled(committed_api: Api) -> None:
    """T18, T20: of both at once, each twice, one is made, and what was reserved is free once."""
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api, "10000.00")
    spent = 0
    for _ in range(3):
        trip = await course.granted(api)
        answers = await asyncio.gather(
            *(cancel(api, trip) for _ in range(2)), *(course.settle(api, trip["id"]) for _ in range(2))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        status = (await course.read(api, trip["id"]))["status"]
        assert await list_kinds(api, trip) == ["reserve", {"cancelled": "release", "settled": "settle"}[status]]
        spent += 2400 if status == "settled" else 0
    found = await course.position(api)
    assert (found["reserved"], found["available"]) == ("0.00", f"{10000 - spent}.00")


async def test_one_person_is_on_one_of_many_trips_at_once(committed_api: Api) -> None:
    """T20: by different applications, with others or alone, recorded or moved: the others are refused, and none is told
    to try again.
    """
    api = committed_api
    await trips.record_scheme(api)
    person = await course.participant(api)
    ids = [(await trips.apply(api, person))["id"] for _ in range(4)]
    others = [(await trips.apply(api, await course.participant(api)))["id"] for _ in range(2)]
    days = {"starts_on": "2022-06-20", "ends_on": "2022-06-26"}
    wanted = [[ids[0]], [ids[1], others[0]], [others[1], ids[2]], [ids[3]]]
    answers = await asyncio.gather(
        *(api.grants_officer.post(TRIPS, json=days | {"application_ids": one}) for one in wanted)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    apart = [
        await course.record(api, application_ids=[(await trips.apply(api, person))["id"]], starts_on=day, ends_on=end)
        for day, end in (("2022-07-04", "2022-07-06"), ("2022-08-01", "2022-08-03"))
    ]
    tags = [(await api.grants_officer.get(f"{TRIPS}/{one['id']}")).headers["ETag"] for one in apart]
    moves = ({"starts_on": "2022-09-01", "ends_on": "2022-09-03"}, {"starts_on": "2022-09-02", "ends_on": "2022-09-04"})
    answers = await asyncio.gather(
        *(
            api.grants_officer.patch(f"{TRIPS}/{one['id']}", json=move, headers={"If-Match": tag})
            for one, move, tag in zip(apart, moves, tags, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_what_is_reserved_is_what_the_granted_plan_costs(committed_api: Api) -> None:
    """T16, T18: a plan that is changed while it is granted is granted as it was, or not yet."""
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api)
    for rate in ("399.00", "401.00"):
        trip = await course.accepted(api)
        granted, planned = await asyncio.gather(
            course.decide(api, trip["id"]), course.put_plan(api, trip["id"], hourly_rate=rate)
        )
        found = await course.read(api, trip["id"])
        if granted.status_code == 201:
            assert granted.json()["reserved"] == found["fund_part"]
        else:
            refused(granted, 409, "trip-state")
            assert (planned.status_code, found["decision"], await list_kinds(api, trip)) == (200, None, [])


async def test_somebody_leaves_while_the_trip_is_granted_or_cancelled(committed_api: Api) -> None:
    """T16, T20: the fund has reserved its part once, and gives it back whole."""
    api = committed_api
    await trips.record_scheme(api)
    await course.fill_fund(api)
    trip = await course.accepted(api, 3)
    granted, left = await asyncio.gather(course.decide(api, trip["id"]), leave(api, trip))
    assert left.status_code in {200, 412}
    if granted.status_code == 201:
        assert (await course.position(api))["reserved"] == "2400.00"
    else:
        # The price of the others has risen first.
        refused(granted, 409, "trip-state")
        assert (await course.position(api))["reserved"] == "0.00"
    other = await course.granted(api, 3)
    cancelled, left = await asyncio.gather(cancel(api, other), leave(api, other))
    assert cancelled.status_code == 201
    assert left.status_code in {200, 409, 412}
    assert await list_kinds(api, other) == ["reserve", "release"]
    assert not any(
        one["must_accept"] and one["left_on"] for one in (await course.read(api, other["id"]))["participants"]
    )
