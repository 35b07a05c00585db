"""T23, T24: who has had trips and is free for one, and the evaluation of the trial, through HTTP."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import trip_course, trips
from tests.factories.participants import is_problem
from tests.factories.steps import ok

OVERVIEW, EVALUATION = "/v1/trips/overview", "/v1/trips/evaluation"
TRIAL = {"from": "2021-01-01", "to": "2022-12-31"}
REJECTION = {
    "kind": "reject",
    "decided_on": "2022-04-10",
    "reason": "lower_rank",
    "text": "Det var fleire enn plassar.",
}


async def begin(api: Api) -> None:
    await trips.record_scheme(api)
    await trip_course.fill_fund(api)


async def rotation(api: Api, year: int) -> dict[str, tuple[Any, Any, Any]]:
    people = ok(await api.grants_officer.get(OVERVIEW, params={"year": year}), 200)["people"]
    return {
        f"{one['participant_id']} {one['length']}": (
            one["last_granted_year"],
            one["last_rejected_year"],
            one["free_from"],
        )
        for one in people
    }


async def evaluate(api: Api, **query: str) -> dict[str, Any]:
    return ok(await api.grants_officer.get(EVALUATION, params=TRIAL | query), 200)


async def test_each_person_is_free_two_years_after_a_granted_trip(api: Api) -> None:
    """T10, T23: long and short apart; a rejected and a cancelled trip start no interval."""
    await begin(api)
    granted = (await trip_course.granted(api))["participants"][0]["participant_id"]
    rejected_trip = await trip_course.record(api)
    rejected = rejected_trip["participants"][0]["participant_id"]
    ok(await trip_course.decide(api, rejected_trip["id"], **REJECTION))
    cancelled_trip = await trip_course.granted(api)
    cancelled = cancelled_trip["participants"][0]["participant_id"]
    body = {"cancelled_on": "2022-06-01", "reason": "Sjukdom."}
    ok(await api.grants_officer.post(f"{trip_course.TRIPS}/{cancelled_trip['id']}/cancellation", json=body))
    stated = (await trips.apply(api, last_granted_year=2019))["participant_id"]
    await trips.apply(api, granted, length="short")
    assert await rotation(api, 2022) == {
        f"{granted} long": (2022, None, 2024),
        f"{granted} short": (None, None, None),
        f"{rejected} long": (None, 2022, None),
        f"{cancelled} long": (None, None, None),
        f"{stated} long": (2019, None, 2021),
    }
    assert await rotation(api, 2021) == {}
    [year] = ok(await api.case_officer.get(OVERVIEW, params={"year": 2022}), 200)["years"]
    assert year == {
        "year": 2022,
        "granted": 1,
        "rejected": 1,
        "rejected_by_reason": [{"reason": "lower_rank", "count": 1}],
    }


async def test_the_overview_is_in_the_access_log(api: Api) -> None:
    await begin(api)
    person = (await trips.apply(api))["participant_id"]
    await rotation(api, 2022)
    await evaluate(api)
    log = ok(await api.auditor.get(f"/v1/participants/{person}/access-log"), 200)["items"]
    actions = [row["action"] for row in log]
    assert "read_trip_overview" in actions
    assert "compute_trip_evaluation" not in actions


async def test_who_may_not_read_them(api: Api) -> None:
    """X3."""
    for client in (api.finance, api.epj, api.service("habilitation"), api.provider("310300403"), api.manager):
        assert (await client.get(OVERVIEW, params={"year": 2022})).status_code == 403
        assert (await client.get(EVALUATION, params=TRIAL)).status_code == 403


async def test_the_evaluation_counts_what_was_applied_for_and_came_of_it(api: Api) -> None:
    """T24: twelve applications, of which six went together at 800 kr each and six were rejected."""
    await begin(api)
    trip = await trip_course.granted(api, 6)
    rejected = await trip_course.record(api, 6, service_area="mental_health")
    ok(await trip_course.decide(api, rejected["id"], **REJECTION))
    found = await evaluate(api)
    names = ("applied", "granted", "rejected", "other", "late", "within_interval")
    assert [found[name] for name in names] == [12, 6, 6, 0, 0, 0]
    assert found["rejected_by_reason"] == [{"reason": "lower_rank", "count": 6}]
    groups = {
        group["by"]: {one["value"]: [one[name] for name in names[:4]] for one in group["items"]}
        for group in found["groups"]
    }
    assert groups["service_area"] == {
        "habilitation": [6, 6, 0, 0],
        "mental_health": [6, 0, 6, 0],
        "other": [0, 0, 0, 0],
    }
    assert groups["length"] == {"long": [12, 6, 6, 0], "short": [0, 0, 0, 0]}
    assert groups["year"] == {"2022": [12, 6, 6, 0]}
    assert (found["trips"], found["nights"], found["staff_hours"]) == (1, 6, "12.00")
    assert (found["staff_cost"], found["participants_part"], found["fund_part"]) == ("4800.00", "2400.00", "2400.00")
    assert found["mean_price"] == "400.00"
    plan = trip_course.plan(settled_on="2022-07-18", hourly_rate="500.00")
    ok(await api.grants_officer.post(f"{trip_course.TRIPS}/{trip['id']}/settlement", json=plan))
    assert (await evaluate(api))["mean_price"] == "500.00"
    nothing = await evaluate(api, **{"from": "2021-01-01", "to": "2021-12-31"})
    assert (nothing["applied"], nothing["trips"], nothing["mean_price"]) == (0, 0, None)


async def test_small_counts_are_hidden(api: Api) -> None:
    """S6: from everybody, with the money of few people; it goes on to a committee."""
    await begin(api)
    await trip_course.granted(api, 3)
    for _ in range(6):
        await trips.apply(api)
    for client in (api.grants_officer, api.case_officer):
        found = ok(await client.get(EVALUATION, params=TRIAL), 200)
        assert found["applied"] == 9
        assert (found["granted"], found["other"]) == (None, None)
        money = ("trips", "nights", "staff_hours", "staff_cost", "participants_part", "fund_part", "mean_price")
        assert {found[name] for name in money} == {None}
        assert all(count is None or count == 0 or count >= 5 for group in found["groups"] for one in group["items"]
                   for count in (one["applied"], one["granted"], one["rejected"], one["other"]))  # fmt: skip


async def test_a_hidden_count_is_not_told_by_the_mean(api: Api) -> None:
    """S6: the sum of the prices divided by their mean would be how many were granted, and the rest the few others."""
    await begin(api)
    await trip_course.granted(api, 6)
    for _ in range(2):
        await trips.apply(api)
    found = await evaluate(api)
    assert (found["applied"], found["granted"], found["other"]) == (8, None, None)
    assert found["participants_part"] == "2400.00"
    assert found["mean_price"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2022-12-31", "to": "2022-01-01"}, "#/query/to"),
        ({"from": "2022", "to": "2022-01-01"}, "#/query/from"),
        ({"from": "2022-01-01"}, "#/query/to"),
    ],
)
async def test_an_evaluation_of_bad_input(api: Api, query: dict[str, str], pointer: str) -> None:
    is_problem(await api.grants_officer.get(EVALUATION, params=query), 422, "validation", pointer)


@pytest.mark.parametrize("query", [{}, {"year": "1899"}, {"year": "x"}])
async def test_an_overview_of_bad_input(api: Api, query: dict[str, str]) -> None:
    is_problem(await api.grants_officer.get(OVERVIEW, params=query), 422, "validation", "#/query/year")
