"""Trips from their applications to their settlement (T)."""

from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import trips
from tests.factories.steps import ok

TRIPS, FUND = "/v1/trips", "/v1/trip-fund/entries"
ACCEPTANCE = {"accepted_on": "2022-04-01", "accepted_by": "guardian"}


def line(reference: str = "A1", day: str = "2022-06-20", **changes: Any) -> dict[str, Any]:
    """A staff member who comes along of their own will, with a shift of twelve hours."""
    shift = {"on": day, "parts": [{"from": "08:00", "to": "20:00"}]}
    return {"reference": reference, "volunteered_on": "2022-03-01", "shifts": [shift]} | changes


def plan(**changes: Any) -> dict[str, Any]:
    """Twelve hours at 400 kr and no more: 4 800 kr, of which the fund pays half."""
    return {
        "staff": [line()],
        "hourly_rate": "400.00",
        "allowance_per_day": "0.00",
        "diet_per_staff": "0.00",
        "staff_travel_and_lodging": "0.00",
    } | changes


def grant(**changes: Any) -> dict[str, Any]:
    """A grant, as it can be sent."""
    return {"kind": "grant", "decided_on": "2022-04-10"} | changes


async def fill_fund(api: Api, amount: str = "100000.00", **changes: Any) -> None:
    """What is set aside for 2022."""
    body = {"kind": "allocation", "amount": amount, "on": "2022-01-20", "reason": "Budsjett 2022"}
    ok(await api.grants_officer.post(FUND, json=body | changes))


async def position(api: Api, year: int = 2022) -> dict[str, Any]:
    """A year of the fund."""
    return ok(await api.finance.get(f"/v1/trip-fund/{year}"), 200)


async def record(api: Api, people: int = 1, service_area: str = "habilitation", **changes: Any) -> dict[str, Any]:
    """A trip of so many people who have applied."""
    ids = changes.pop("application_ids", None) or [
        (await trips.apply(api, await participant(api, service_area)))["id"] for _ in range(people)
    ]
    body = {"starts_on": "2022-06-20", "ends_on": "2022-06-26", "application_ids": ids}
    return ok(await api.grants_officer.post(TRIPS, json=body | changes))


async def participant(api: Api, service_area: str = "habilitation") -> str:
    """The id of somebody new of an area."""
    body = {
        "given_name": "Sprek", "family_name": "Hage", "birth_date": "1990-01-01", "municipality_number": "4631",
        "service_area": service_area,
    }  # fmt: skip
    made: str = ok(await api.case_officer.post("/v1/participants", json=body))["id"]
    return made


async def planned(
    api: Api, people: int = 1, *, staffing: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """A trip with a staffing plan."""
    trip = await record(api, people, **changes)
    ok(await put_plan(api, trip["id"], **(staffing or {})), 200)
    return await read(api, trip["id"])


async def put_plan(api: Api, trip_id: str, **changes: Any) -> httpx.Response:
    """The answer to a plan."""
    return await api.grants_officer.put(f"{TRIPS}/{trip_id}/staffing-plan", json=plan(**changes))


async def read(api: Api, trip_id: str) -> dict[str, Any]:
    """A trip as it is."""
    return ok(await api.grants_officer.get(f"{TRIPS}/{trip_id}"), 200)


async def accept(api: Api, trip_id: str, participant_id: str, **changes: Any) -> httpx.Response:
    """The answer to an acceptance."""
    body = {"participant_id": participant_id} | ACCEPTANCE | changes
    return await api.grants_officer.post(f"{TRIPS}/{trip_id}/acceptances", json=body)


async def accepted(api: Api, people: int = 1, **changes: Any) -> dict[str, Any]:
    """A trip whose price all have accepted."""
    trip = await planned(api, people, **changes)
    for one in trip["participants"]:
        trip = ok(await accept(api, trip["id"], one["participant_id"]))
    return trip


async def decide(api: Api, trip_id: str, **body: Any) -> httpx.Response:
    """The answer to a decision; a grant unless the body says otherwise."""
    return await api.grants_officer.post(f"{TRIPS}/{trip_id}/decisions", json=body or grant())


async def granted(api: Api, people: int = 1, **changes: Any) -> dict[str, Any]:
    """A trip that was granted."""
    trip = await accepted(api, people, **changes)
    ok(await decide(api, trip["id"]))
    return await read(api, trip["id"])


async def settle(api: Api, trip_id: str, **changes: Any) -> httpx.Response:
    """The answer to a settlement."""
    body = plan(**{"settled_on": "2022-07-18"} | changes)
    return await api.grants_officer.post(f"{TRIPS}/{trip_id}/settlement", json=body)


async def settled(api: Api, application_id: str) -> dict[str, Any]:
    """A trip of one who applied, from its plan to its settlement."""
    trip = await granted(api, application_ids=[application_id])
    ok(await settle(api, trip["id"]))
    return trip
