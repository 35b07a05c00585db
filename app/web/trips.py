"""Screen 20, the holiday trips: a year's rounds and applications, one application, and a round's ranking (T)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web.applicants import HANDLERS, ApplicantPages, name_applicants
from app.web.pages import Page, View, load_callers
from app.web.task_links import TRIP_KINDS, find_form
from app.web.trip_pages import ENDED, address_of, describe_days
from app.web.trip_pages import TONES as STATE_TONES
from app.web.words import word

CRITERIA = ("benefit", "resource", "severity", "mastery")
TONES: Mapping[str, str] = {"applied": "warning", "assessed": "success", "withdrawn": ""}
LENGTHS = ("long", "short")
PLACES = 5
AHEAD = timedelta(days=90)
"""What is due later is not shown yet; the evaluation of a version is a task from then on (T24)."""
APPLICANTS = ApplicantPages("/feriereiser", "Feriereiser", "/feriereiser/soknader/ny?deltakar=")


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round of the year, and how far its applications have come."""

    address: str
    title: str
    opens_on: str
    deadline: str
    notice_text: str
    state: str
    applications: int
    unassessed: int


@dataclass(frozen=True, slots=True)
class Row:
    """An application in the list of a year."""

    address: str
    name: str
    received_on: str
    late: bool
    within_interval: bool
    length: str
    preferred_from: str
    preferred_to: str
    need_grade: str
    status: str
    tone: str
    total: int | None


@dataclass(frozen=True, slots=True)
class RankedRow:
    """An application in the ranking, and why it stands there."""

    rank: int | None
    address: str
    name: str
    scores: Sequence[int | None]
    total: int | None
    why: str
    decided: str


async def show_this_year(view: View) -> Response:
    """To the year of the page's day."""
    return RedirectResponse(f"/feriereiser/{view.on.year}", 303)


async def show_year(view: View) -> Response:
    """The rounds of a year, and who has applied."""
    year = int(view.request.path_params["year"])
    rounds = [one for one in await view.api.list("/v1/trip-rounds") if one["year"] == year]
    found = await view.api.list("/v1/trip-applications", year=year)
    names = await name_applicants(view, found)
    trips = _map_trips(await view.api.list("/v1/trips", year=year))
    due = await view.api.list(
        "/v1/tasks", kind=TRIP_KINDS, status=["open", "overdue"], due_before=view.on + AHEAD, on=view.on
    )
    return view.render(
        "feriereiser.html",
        year=year,
        due=[(one, find_form(one, view.roles)) for one in due],
        rounds=[_describe_round(view, one, found, rounds) for one in sorted(rounds, key=_order_round)],
        rows=[
            Row(
                address=f"/feriereiser/soknader/{one['id']}",
                name=names[one["participant_id"]],
                received_on=one["received_on"],
                late=one["late"],
                within_interval=one["within_interval"],
                length=word(one["length"], "trip_span"),
                preferred_from=one["preferred_from"],
                preferred_to=one["preferred_to"],
                need_grade=word(one["need_grade"], "need_grade"),
                **_describe_standing(one, trips.get(one["id"])),
                total=add_scores(one),
            )
            for one in sorted(
                found, key=lambda one: (one["status"] == "withdrawn", one["length"], one["received_on"], one["id"])
            )
        ],
    )


def _map_trips(trips: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The trip of each application: of several the one that is not over, else the last."""
    ordered = sorted(trips, key=lambda trip: (trip["status"] not in ENDED, trip["created_at"]))
    return {one["application_id"]: trip for trip in ordered for one in trip["participants"] if not one["left_on"]}


def _describe_standing(application: Mapping[str, Any], trip: Mapping[str, Any] | None) -> dict[str, str]:
    """How far the application has come: its own status, until it is on a trip and its assessment is not waited for."""
    waits = application["status"] == "applied" and trip is not None and trip["decision"] is None
    if trip is None or waits or application["status"] == "withdrawn":
        return {"status": word(application["status"], "trip_status"), "tone": TONES[application["status"]]}
    return {"status": word(trip["status"], "trip_state"), "tone": STATE_TONES.get(trip["status"], "")}


def add_scores(application: Mapping[str, Any]) -> int | None:
    """The sum of the four scores; None where one is missing (T11)."""
    criteria = [application[name] for name in CRITERIA]
    return None if None in criteria else sum(one["score"] for one in criteria)


def _order_round(one: Mapping[str, Any]) -> tuple[int, str]:
    return LENGTHS.index(one["length"]), one["deadline"]


def _describe_round(
    view: View, one: Mapping[str, Any], found: Sequence[Mapping[str, Any]], rounds: Sequence[Mapping[str, Any]]
) -> RoundCard:
    own = [each for each in found if each["round_id"] == one["id"] and each["status"] != "withdrawn"]
    today = view.on.isoformat()
    state = "Ikkje open enno" if today < one["opens_on"] else "Open" if today <= one["deadline"] else "Stengd"
    return RoundCard(
        address=f"/feriereiser/rundar/{one['id']}",
        title=word(one["length"], "trip_length"),
        opens_on=one["opens_on"],
        deadline=one["deadline"],
        notice_text=one["notice_text"],
        state=state,
        applications=len(own),
        unassessed=sum(each["status"] == "applied" for each in own),
    )


async def show_round(view: View) -> Response:
    """The ranking of a round: a proposal, with why each stands where it stands (T11)."""
    id_ = str(view.request.path_params["trip_round_id"])
    places = parse_places(view.query("plassar"))
    round_ = await view.api.get(f"/v1/trip-rounds/{id_}")
    ranking = await view.api.get(f"/v1/trip-rounds/{id_}/ranking", places=places)
    parts = ("proposed", "waiting", "not_assessed")
    names = await name_applicants(view, [one for part in parts for one in ranking[part]])
    scores = {one["id"]: one for one in await view.api.list("/v1/trip-applications", year=round_["year"])}

    def describe(one: Mapping[str, Any]) -> RankedRow:
        criteria = [scores[one["application_id"]][name] for name in CRITERIA]
        return RankedRow(
            rank=one["rank"],
            address=f"/feriereiser/soknader/{one['application_id']}",
            name=names[one["participant_id"]],
            scores=[None if criterion is None else criterion["score"] for criterion in criteria],
            total=one["total"],
            why=one["explanation"],
            decided=word(one["decision"], "trip_decision") if one["decision"] else "",
        )

    return view.render(
        "feriereiser-runde.html",
        round=round_,
        title=f"{word(round_['length'], 'trip_length')} {round_['year']}",
        places=places,
        criteria=[word(name, "trip_criterion") for name in CRITERIA],
        proposed=[describe(one) for one in ranking["proposed"]],
        waiting=[describe(one) for one in ranking["waiting"]],
        not_assessed=[describe(one) for one in ranking["not_assessed"]],
    )


def parse_places(typed: str) -> int:
    """How many there is room for, as far as it was typed."""
    return min(int(typed), 1000) if typed.isascii() and typed.isdigit() and len(typed) < 5 else PLACES


async def show_application(view: View) -> Response:
    """One application: what is wished for, what is known of the need, and the assessment."""
    id_ = str(view.request.path_params["trip_application_id"])
    application = await view.api.get(f"/v1/trip-applications/{id_}")
    names = await name_applicants(view, [application])
    # By the person: a trip may begin in another year than was asked for.
    trips = await view.api.list("/v1/trips", participant_id=application["participant_id"])
    trip = _map_trips(trips).get(application["id"])
    callers = await load_callers(
        view, [one for one in (application["recorded_by"], application["assessed_by"]) if one is not None]
    )
    return view.render(
        "feriereiser-soknad.html",
        application=application,
        here=f"/feriereiser/soknader/{id_}",
        year=application["preferred_from"][:4],
        name=names[application["participant_id"]],
        length=word(application["length"], "trip_length"),
        standing=_describe_standing(application, trip),
        trip=None if trip is None else (address_of(trip), describe_days(trip)),
        is_on_trip=trip is not None and trip["status"] not in ENDED,
        is_granted=trip is not None and trip["status"] not in ENDED and trip["decision"] == "grant",
        total=add_scores(application),
        criteria=[(word(name, "trip_criterion"), application[name]) for name in CRITERIA],
        recorded_by=callers[application["recorded_by"]],
        assessed_by=callers[application["assessed_by"]] if application["assessed_by"] else "",
    )


PAGES = (
    Page("/feriereiser", show_this_year, *HANDLERS),
    Page("/feriereiser/{year:int}", show_year, *HANDLERS),
    Page("/feriereiser/rundar/{trip_round_id:uuid}", show_round, *HANDLERS),
    Page("/feriereiser/soknader/{trip_application_id:uuid}", show_application, *HANDLERS),
    *APPLICANTS.routes,
)
