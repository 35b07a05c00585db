"""The trip fund through HTTP: what comes in, and what a year has (T18)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Api
from tests.factories import trip_course, trips
from tests.factories.steps import ok, refused

ENTRIES = "/v1/trip-fund/entries"
ALLOCATION = {"kind": "allocation", "amount": "200000.00", "on": "2022-01-20", "reason": "Budsjett 2022"}
TRIAL = {"valid_from": "2021-01-01", "valid_to": "2022-12-31", "source": "Prøveordning"}


async def enter(api: Api, **changes: Any) -> dict[str, Any]:
    return ok(await api.grants_officer.post(ENTRIES, json=ALLOCATION | changes))


async def position(api: Api, year: int = 2022) -> dict[str, Any]:
    return ok(await api.finance.get(f"/v1/trip-fund/{year}"), 200)


async def test_fund_takes_over_what_the_year_before_left(api: Api) -> None:
    """T6, T18: by the version in force; finance reads the sums."""
    ok(await api.case_officer.post("/v1/trip-schemes", json=TRIAL))
    made = await enter(api, on="2021-01-20")
    assert (made["year"], made["kind"], made["amount"], made["trip_id"], made["reserved"]) == (
        2021, "allocation", "200000.00", None, None,
    )  # fmt: skip
    await enter(api, kind="gift", amount="0.50", reason="Gåve frå Lions")
    found = await position(api)
    assert found == {
        "year": 2022, "carries_over": True, "carried": "200000.00", "allocated": "0.00", "gifts": "0.50",
        "settled": "0.00", "balance": "200000.50", "reserved": "0.00", "available": "200000.50",
    }  # fmt: skip
    listed = ok(await api.finance.get(ENTRIES, params={"year": 2022}), 200)["items"]
    assert [one["kind"] for one in listed] == ["gift"]
    assert len(ok(await api.case_officer.get(ENTRIES), 200)["items"]) == 2


async def test_fund_of_a_version_that_takes_over_nothing(api: Api) -> None:
    """The version of the year's first day decides; a year without one keeps what is left."""
    ok(await api.case_officer.post("/v1/trip-schemes", json=TRIAL | {"valid_to": "2021-12-31"}))
    version = TRIAL | {"valid_from": "2022-01-01", "fund_carries_over": False}
    assert ok(await api.case_officer.post("/v1/trip-schemes", json=version))["fund_carries_over"] is False
    await enter(api, on="2021-01-20")
    await enter(api, year=2022, on="2021-12-17", amount="1000.00")
    found = await position(api)
    assert (found["carries_over"], found["carried"], found["balance"]) == (False, "0.00", "1000.00")
    later = await position(api, 2023)
    assert (later["carries_over"], later["carried"]) == (True, "1000.00")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "reserve"}, "#/kind"),
        ({"kind": "settle"}, "#/kind"),
        ({"amount": "0.00"}, "#/amount"),
        ({"amount": "-1.00"}, "#/amount"),
        ({"on": "2199-01-01"}, "#/on"),
        ({"year": 1899}, "#/year"),
        ({"reason": " "}, "#/reason"),
        ({"trip_id": None}, "#/trip_id"),
    ],
)
async def test_entry_of_bad_input(api: Api, changes: dict[str, Any], pointer: str) -> None:
    """T18: what trips reserve, release and cost is entered by what is done to them alone."""
    problem = refused(await api.grants_officer.post(ENTRIES, json=ALLOCATION | changes), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert (await position(api))["balance"] == "0.00"


async def test_others_do_not_read_the_fund(api: Api) -> None:
    """X3: neither services, providers nor the EPJ; finance enters nothing."""
    for caller in (api.service("habilitation"), api.provider("310300403"), api.epj):
        assert (await caller.get("/v1/trip-fund/2022")).status_code == 403
    assert (await api.finance.post(ENTRIES, json=ALLOCATION)).status_code == 403


async def test_what_came_in_by_mistake_is_annulled(api: Api) -> None:
    """D10, T18: it stays in the list, counts for nothing, and only once."""
    wrong, right = await enter(api), await enter(api, amount="20000.00")
    path, body = f"{ENTRIES}/{wrong['id']}/annulment", {"reason": "Ein null for mykje."}
    assert (wrong["annulled_at"], wrong["annulled_reason"]) == (None, None)
    made = ok(await api.grants_officer.post(path, json=body), 200)
    assert (made["annulled_reason"], made["amount"]) == ("Ein null for mykje.", "200000.00")
    found = await position(api)
    assert (found["allocated"], found["available"]) == ("20000.00", "20000.00")
    listed = ok(await api.finance.get(ENTRIES), 200)["items"]
    assert {one["id"]: one["annulled_at"] is None for one in listed} == {wrong["id"]: False, right["id"]: True}
    refused(await api.grants_officer.post(path, json=body), 409, "annulled")
    refused(await api.grants_officer.post(f"{ENTRIES}/{uuid4()}/annulment", json=body), 404, "not-found")
    refused(await api.grants_officer.post(path, json={"reason": ""}), 422, "validation")
    assert (await api.finance.post(path, json=body)).status_code == 403


async def test_what_trips_have_reserved_is_not_annulled_away(api: Api) -> None:
    """T18: neither what came in and is promised, nor the entries of a trip."""
    await trips.record_scheme(api)
    first = await enter(api, amount="2000.00")
    await enter(api, amount="1000.00")
    await trip_course.granted(api)
    body = {"reason": "Ført på feil år."}
    problem = refused(
        await api.case_officer.post(f"{ENTRIES}/{first['id']}/annulment", json=body), 409, "fund-exhausted"
    )
    assert problem["missing"] == "1400.00"
    incoming, _, reserved = ok(await api.finance.get(ENTRIES), 200)["items"]
    days = ("trip_starts_on", "trip_ends_on")
    assert [incoming[name] for name in days] == [None, None]
    assert (reserved["kind"], *(reserved[name] for name in days)) == ("reserve", "2022-06-20", "2022-06-26")
    answer = await api.case_officer.post(f"{ENTRIES}/{reserved['id']}/annulment", json=body)
    refused(answer, 409, "trip-fund-entry-of-trip")
    assert (await position(api))["allocated"] == "3000.00"
