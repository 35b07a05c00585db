"""What a decision does to the year's budget, beside its form: asked of the API's what-if (C9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import Response

from app.web.fields import Invalid, Whole, parse_date
from app.web.pages import View
from app.web.render import long_date, to_date

SHARE = Whole(name="del", label="Del av full plass", to="share", unit="%", required=False, depends=True)

Typed = Callable[[str], str]
"""What stands in a field."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does to the year's budget: the position without it, and with it where that can be computed."""

    year: int
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """A decision as the changes of a what-if, the year that it is asked of, and how it was computed."""

    changes: Sequence[Mapping[str, Any]]
    year: int
    sentence: str


async def show_effect(view: View) -> Response:
    """The box beside the form, computed again while somebody types."""
    place_id = view.query("plass") or None
    return view.render("_verknad.html", effect=await load_effect(view, view.query, view.query("utfall"), place_id))


async def load_effect(view: View, typed: Typed, kind: str, place_id: str | None) -> Effect:
    """What a decision would do. What nothing can be computed from leaves the position of the year alone."""
    try:
        assumed = await _assume(view, typed, kind, place_id)
    except Invalid:
        assumed = None
    if assumed is not None:
        on = view.on if view.on.year == assumed.year else None
        body = {"changes": assumed.changes}
        found = await view.api.try_post(f"/v1/budgets/{assumed.year}/what-if", body, on=on)
        if found:
            return Effect(assumed.year, found["before"], found["after"], assumed.sentence)
    on = view.on
    return Effect(on.year, await view.api.get(f"/v1/budgets/{on.year}/position", on=on), None, "")


async def _assume(view: View, typed: Typed, kind: str, place_id: str | None) -> Assumption:
    """Raises `Invalid` where a day is missing, or a kind of decision cannot be computed before it is made."""
    share = SHARE.read([typed("del")])
    if kind == "grant":
        day = parse_date(typed("forste_dag"))
        until = parse_date(typed("siste_dag")) if typed("siste_dag") else None
        return _from_day(_add_place(day, until, share or 100), day)
    if place_id and kind == "end":
        day = parse_date(typed("siste_dag"))
        return _from_day(_end_place(place_id, day), day)
    if place_id and kind == "change" and share:
        day = parse_date(typed("forste_dag"))
        change = {"change": "share", "placement_ids": [place_id], "share": share, "from": day.isoformat()}
        return _from_day(change, day)
    if place_id and kind in ("annul", "correct"):
        place = await view.api.get(f"/v1/placements/{place_id}")
        return _annul(view.on, place) if kind == "annul" else await _correct(view, place, typed)
    raise Invalid("Dette kan ikkje reknast ut på førehand.")


def _annul(on: date, place: Mapping[str, Any]) -> Assumption:
    """As if the place had ended before it began: it costs nothing on any day (D8)."""
    first_day = to_date(place["starts_on"])
    gone = _end_place(place["id"], first_day - timedelta(days=1))
    return Assumption([gone], max(on.year, first_day.year), "Rekna som om plassen aldri hadde vore.")


async def _correct(view: View, place: Mapping[str, Any], typed: Typed) -> Assumption:
    """The place as it was granted goes, and the one that should have been comes in its stead (D8).

    A place with an own price, later changes or supplements is another than such a one, and is not computed.
    """
    steps = {step["step"] for step in place["history"]}
    supplements = await view.api.list(f"/v1/placements/{place['id']}/supplements")
    if place["terms"] != "standard" or steps != {"granted"} or supplements:
        raise Invalid("Dette kan ikkje reknast ut på førehand.")
    first_day = parse_date(typed("forste_dag")) if typed("forste_dag") else to_date(place["starts_on"])
    last_day = to_date(place["ends_on"]) if place["ends_on"] else None
    if typed("utan_slutt") == "ja":
        last_day = None
    elif typed("siste_dag"):
        last_day = parse_date(typed("siste_dag"))
    gone = _annul(view.on, place).changes
    right = _add_place(first_day, last_day, SHARE.read([typed("del")]) or place["share"])
    return Assumption([*gone, right], max(view.on.year, first_day.year), f"Rekna med plass frå {long_date(first_day)}.")


def _from_day(change: Mapping[str, Any], day: date) -> Assumption:
    return Assumption([change], day.year, f"Rekna frå {long_date(day)}.")


def _add_place(first_day: date, last_day: date | None, share: int) -> Mapping[str, Any]:
    change = {"change": "add_places", "places": 1, "from": first_day.isoformat(), "share": share}
    return change | ({"to": last_day.isoformat()} if last_day else {})


def _end_place(place_id: str, last_day: date) -> Mapping[str, Any]:
    return {"change": "end_places", "placement_ids": [place_id], "on": last_day.isoformat()}
