"""Figures of holiday trips (T24, S2, S6): granted, nights, cost and the fund's part."""

from typing import Any

from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.steps import ok

CODES = ["trips_granted", "trip_nights", "trip_cost", "trip_fund_part", "trip_price"]


async def read(client: Any, **query: Any) -> dict[str, tuple[Any, bool]]:
    asked = {"code": CODES, "from": "2022-01-01", "to": "2022-12-31", "period": "year"} | query
    items = ok(await client.get("/v1/figures", params=asked), 200)["items"]
    return {one["code"]: (one["value"], one["suppressed"]) for one in items}


async def test_granted_trips_are_counted_by_their_first_day(api: Api) -> None:
    """T24: a cancelled one is not, and what a settled one cost is what it did."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    ok(await course.settle(api, (await course.granted(api, 3))["id"], hourly_rate="500.00"))
    await course.granted(api, 2, service_area="mental_health")
    cancelled = await course.granted(api, 1)
    body = {"cancelled_on": "2022-05-01", "reason": "Sjukdom"}
    ok(await api.grants_officer.post(f"{course.TRIPS}/{cancelled['id']}/cancellation", json=body))
    found = await read(api.case_officer)
    assert found == {
        "trips_granted": (2, False), "trip_nights": (12, False), "trip_cost": ("10800.00", False),
        "trip_fund_part": ("5400.00", False), "trip_price": ("1080.00", False),
    }  # fmt: skip
    assert (await read(api.case_officer, on="2022-04-30"))["trips_granted"] == (3, False)
    assert (await read(api.case_officer, on="2022-04-09"))["trips_granted"] == (0, False)


async def test_figures_of_few_travellers_are_hidden(api: Api) -> None:
    """S6: five people in all are shown, three and two of an area are not."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    await course.granted(api, 3)
    assert set((await read(api.finance)).values()) == {(None, True)}
    await course.granted(api, 2, service_area="mental_health")
    assert (await read(api.finance))["trips_granted"] == (2, False)
    query = {"code": "trips_granted", "from": "2022-01-01", "to": "2022-12-31", "period": "year", "by": "service_area"}
    items = ok(await api.finance.get("/v1/figures", params=query), 200)["items"]
    assert [(one["by"]["service_area"], one["value"], one["suppressed"]) for one in items] == [
        ("habilitation", None, True), ("mental_health", None, True), ("other", 0, False),
    ]  # fmt: skip
