"""What is offered on which step, for everybody (K8): both stairs as the open data have them, without a log-in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.web import sessions
from app.web.calls import Api
from app.web.render import render

PAGE = "/trapp"
TITLES = {"activity": "Aktivitets- og meistringstrappa", "housing": "Bustadtrappa"}
LEADS = {
    "activity": "Tilbod som skal hjelpe deg å halde deg frisk, ha noko å gjere og meistre kvardagen.",
    "housing": "Stader å bu når du treng meir hjelp enn du kan få heime.",
}
CATEGORIES = {
    1: "Tidleg innsats, helsefremmande og førebyggande arbeid",
    2: "Meistring – arbeid, bustad og aktivitet",
    3: "Helsehjelp til heimebuande",
    4: "Omsorg og behandling ved alvorleg sjukdom og funksjonssvikt",
}
"""004 § 4.1.1–4.1.4."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A line of the table of places: a service, else a step; None where nobody has counted."""

    step: int
    name: str
    numbers: Sequence[int | None]

    @property
    def total(self) -> int:
        return sum(number for number in self.numbers if number is not None)


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """How many places there are where, and when and by whom they were counted."""

    places: Sequence[str]
    rows: Sequence[PlaceRow]
    counts: Sequence[tuple[str, str]]

    @property
    def totals(self) -> Sequence[int]:
        return [sum(row.numbers[index] or 0 for row in self.rows) for index in range(len(self.places))]


async def show_stairs(request: Request) -> Response:
    """Both stairs: what each step is, what is offered where, and how to ask for it."""
    api = Api(request.app, None, request.scope["state"]["request_id"])
    found = await api.get("/v1/open/stairs")
    stairs = [
        {
            "key": stair["stair"],
            "title": TITLES[stair["stair"]],
            "lead": LEADS[stair["stair"]],
            "steps": [_complete_step(step) for step in stair["steps"]],
            "table": _tabulate(stair["steps"]),
            "differences": list(_describe_differences(stair["printed_totals"])),
        }
        for stair in found["stairs"]
    ]
    session = await sessions.resume_session(request)
    return HTMLResponse(render(request, "trapp.html", session, found=found, stairs=stairs))


def _complete_step(step: Mapping[str, Any]) -> dict[str, Any]:
    services = [{**service, "where": _describe_places(service, step["capacities"])} for service in step["services"]]
    return {**step, "services": services, "group": _name_category(step)}


def _describe_places(service: Mapping[str, Any], capacities: Sequence[Mapping[str, Any]]) -> str:
    """Where a service is: in its own place, else where it has places, else everywhere."""
    if service["place"] is not None:
        return str(service["place"])
    counted = [one for one in capacities if one["service"] == service["name"]]
    if not counted:
        return "Heile kommunen"
    return ", ".join(one["place"] for one in counted if one["number"]) or "Ingen stad enno"


def _name_category(step: Mapping[str, Any]) -> str | None:
    """The step's category, unless the step has its name."""
    name = CATEGORIES.get(step["category"])
    return None if name is None or name.casefold() == step["name"].casefold() else name


def _tabulate(steps: Sequence[Mapping[str, Any]]) -> PlaceTable | None:
    """The last counts of a stair; None where nothing is counted."""
    counted = [(step, one) for step in steps for one in step["capacities"]]
    if not counted:
        return None
    places = list(dict.fromkeys(one["place"] for _, one in counted))
    numbers: dict[tuple[int, str], dict[str, int]] = {}
    for step, one in counted:
        numbers.setdefault((step["number"], one["service"] or step["name"]), {})[one["place"]] = one["number"]
    rows = [PlaceRow(step, name, [cells.get(place) for place in places]) for (step, name), cells in numbers.items()]
    return PlaceTable(places, rows, list(dict.fromkeys((one["as_of"], one["source"]) for _, one in counted)))


def _describe_differences(totals: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """K6: where a printed total is another number than its cells add up to."""
    for total in totals:
        if total["difference"]:
            name = total["row"] or total["place"] or "Alle plassane"
            yield f"{name}: {total['printed']} er trykt, {total['sum']} er summen."
