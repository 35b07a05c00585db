"""Screen 21, holiday trips: those of a year, one with its plan and prices, and the trip fund (T13–T16, T18–T20)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web.applicants import HANDLERS, name_applicants
from app.web.pages import Page, View, load_callers
from app.web.render import short_date, to_date
from app.web.staffing_grid import WEEKDAYS, describe_shift
from app.web.words import word

PLANNERS = (*HANDLERS, "service")
FUND_READERS = (*HANDLERS, "finance")
TONES: Mapping[str, str] = {
    "planned": "warning", "accepted": "warning", "granted": "success", "carried_out": "warning", "settled": "success",
    "rejected": "", "withdrawn": "", "cancelled": "",
}  # fmt: skip
ENDED = ("rejected", "withdrawn", "cancelled")


async def show_this_year(view: View) -> Response:
    """To the trips of the year of the page's day."""
    return RedirectResponse(f"/feriereiser/{view.on.year}/turar", 303)


async def show_this_years_fund(view: View) -> Response:
    """To the fund in the year of the page's day."""
    return RedirectResponse(f"/feriereiser/{view.on.year}/fond", 303)


async def show_trips(view: View) -> Response:
    """The trips of a year, and what the fund has for more."""
    year = int(view.request.path_params["year"])
    trips = await view.api.list("/v1/trips", year=year)
    fund = await view.api.find(f"/v1/trip-fund/{year}")
    names = await name_applicants(view, [one for trip in trips for one in trip["participants"]])
    return view.render(
        "ferieturar.html",
        year=year,
        fund=fund,
        may_handle=not view.roles.isdisjoint(HANDLERS),
        trips=[
            {
                **trip,
                "address": address_of(trip),
                "days_text": describe_days(trip),
                "standing": word(trip["status"], "trip_state"),
                "tone": TONES.get(trip["status"], ""),
                "names": ", ".join(names[one["participant_id"]] for one in trip["participants"] if not one["left_on"]),
            }
            for trip in sorted(trips, key=lambda trip: (trip["status"] in ENDED, trip["starts_on"], trip["id"]))
        ],
    )


async def show_trip(view: View) -> Response:
    """One trip: where it stands, its plan as a week, what it costs, and what each participant pays."""
    trip = await load_trip(view)
    plan = await view.api.find(f"/v1/trips/{trip['id']}/staffing-plan")
    may_handle = not view.roles.isdisjoint(HANDLERS)
    decision = await view.api.find(f"/v1/trips/{trip['id']}/decisions") if may_handle else None
    settlement = await view.api.find(f"/v1/trips/{trip['id']}/settlement") if may_handle else None
    names = await name_applicants(view, trip["participants"])
    callers = await load_callers(view, [one["recorded_by"] for one in (trip, plan, decision) if one])
    lines = {one["participant_id"]: one for one in settlement["lines"]} if settlement else {}
    return view.render(
        "ferietur.html",
        trip=trip,
        here=address_of(trip),
        days_text=describe_days(trip),
        standing=word(trip["status"], "trip_state"),
        tone=TONES.get(trip["status"], ""),
        may_handle=may_handle,
        may=trip["acts"],
        plan=plan,
        week=None if plan is None else draw_week(trip, plan["staff"]),
        people=[
            {
                **one,
                "name": names[one["participant_id"]],
                "by": word(one["accepted_by"], "accepted_by") if one["accepted_by"] else "",
                "line": lines.get(one["participant_id"]),
            }
            for one in trip["participants"]
        ],
        decision=decision,
        decided=word(decision["kind"], "trip_decision") if decision else "",
        why=word(decision["reason"], "trip_reason") if decision and decision["reason"] else "",
        settlement=settlement,
        callers=callers,
    )


async def show_fund(view: View) -> Response:
    """A year of the trip fund: what came in, what trips have reserved and cost, and what is available (T18)."""
    year = int(view.request.path_params["year"])
    entries = await view.api.list("/v1/trip-fund/entries", year=year)
    callers = await load_callers(view, (one["recorded_by"] for one in entries))
    return view.render(
        "feriefond.html",
        year=year,
        fund=await view.api.get(f"/v1/trip-fund/{year}"),
        may_handle=not view.roles.isdisjoint(HANDLERS),
        entries=[
            {
                **one,
                "what": word(one["kind"], "fund_entry"),
                "by": callers[one["recorded_by"]],
                "text": one["reason"] or f"Turen {describe_period(one['trip_starts_on'], one['trip_ends_on'])}",
            }
            for one in sorted(entries, key=lambda one: (one["on"], one["id"]))
        ],
    )


async def load_trip(view: View) -> dict[str, Any]:
    """The trip in the address. Raises `Refused` where the person who looks may not see it."""
    trip: dict[str, Any] = await view.api.get(f"/v1/trips/{view.request.path_params['trip_id']}")
    return trip


def address_of(trip: Mapping[str, Any]) -> str:
    """The page of a trip."""
    return f"/feriereiser/turar/{trip['id']}"


def describe_days(trip: Mapping[str, Any]) -> str:
    """`20. juni 2022 – 26. juni 2022, 6 netter`."""
    nights = "1 natt" if trip["nights"] == 1 else f"{trip['nights']} netter"
    return f"{describe_period(trip['starts_on'], trip['ends_on'])}, {nights}"


def describe_period(starts_on: str, ends_on: str) -> str:
    """`20. juni 2022 – 26. juni 2022`."""
    return f"{short_date(starts_on)} – {short_date(ends_on)}"


def draw_week(trip: Mapping[str, Any], staff: Sequence[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """The staff by the days of the trip; None where only hours are known."""
    if staff is None:
        return None
    first, last = to_date(trip["starts_on"]), to_date(trip["ends_on"])
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {
        "days": [(WEEKDAYS[day.weekday()], f"{day:%d.%m.}") for day in days],
        "reasons": sorted({one["reason"] for line in staff for one in line["shifts"] if one["reason"]}),
        "lines": [(line["reference"], line["volunteered_on"], _list_cells(line, days)) for line in staff],
    }


def _list_cells(line: Mapping[str, Any], days: Sequence[date]) -> list[list[str]]:
    return [[describe_shift(one) for one in line["shifts"] if one["on"] == day.isoformat()] for day in days]


PAGES = (
    Page("/feriereiser/turar", show_this_year, *PLANNERS),
    Page("/feriereiser/fond", show_this_years_fund, *FUND_READERS),
    Page("/feriereiser/{year:int}/turar", show_trips, *PLANNERS),
    Page("/feriereiser/{year:int}/fond", show_fund, *FUND_READERS),
    Page("/feriereiser/turar/{trip_id:uuid}", show_trip, *PLANNERS),
)
