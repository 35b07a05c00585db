"""The list of trips by status (T20)."""

from typing import Any

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.participants import is_problem
from tests.factories.steps import ok


async def test_trips_are_listed_by_status(api: Api) -> None:
    """T20: as each says of itself, several at once, over pages, and within the other filters."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    made = [
        await course.record(api),
        await course.planned(api),
        await course.accepted(api),
        await course.granted(api),
        await course.record(api, service_area="mental_health"),
    ]
    rejected = await course.record(api)
    ok(
        await course.decide(
            api, rejected["id"], kind="reject", decided_on="2022-05-02", reason="not_documented", text="-"
        )
    )
    listed = ok(await api.grants_officer.get(course.TRIPS), 200)["items"]
    statuses = {one["id"]: one["status"] for one in listed}
    assert set(statuses) == {trip["id"] for trip in [*made, rejected]}
    assert len(set(statuses.values())) >= 5
    for status in set(statuses.values()):
        found = ok(await api.grants_officer.get(course.TRIPS, params={"status": status}), 200)["items"]
        assert [one["id"] for one in found] == [id_ for id_, own in statuses.items() if own == status]
    first, second = statuses[made[0]["id"]], "rejected"
    expected = [id_ for id_, own in statuses.items() if own in {first, second}]
    ids: list[str] = []
    after: dict[str, str] = {}
    while True:
        asked: dict[str, Any] = {"status": [first, second], "limit": 1, "year": 2022} | after
        page = ok(await api.grants_officer.get(course.TRIPS, params=asked), 200)
        ids += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert (ids, len(ids)) == (expected, 3)
    assert ok(await api.grants_officer.get(course.TRIPS, params={"status": "cancelled"}), 200)["items"] == []
    asked = {"status": "rejected", "year": 2023}
    assert ok(await api.grants_officer.get(course.TRIPS, params=asked), 200)["items"] == []
    own = ok(await api.service("mental_health").get(course.TRIPS, params={"status": first}), 200)["items"]
    assert [one["id"] for one in own] == [made[4]["id"]]


async def test_a_status_that_trips_do_not_have(api: Api) -> None:
    answer = await api.grants_officer.get(course.TRIPS, params={"status": ["granted", "lost"]})
    is_problem(answer, 422, "validation", "#/query/status")
