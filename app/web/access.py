"""S13, who has seen whose data: a person's own log for the case office, and the whole of it for the auditor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.web.fields import parse_date
from app.web.log_words import describe_action, describe_purpose
from app.web.names import full_name, load_names
from app.web.pages import View, load_callers

PAGE = 50
OUTCOMES = (("", "Alle"), ("allowed", "Fekk sjå"), ("denied", "Nekta"))


@dataclass(frozen=True, slots=True)
class Line:
    """One look at one person."""

    at: str
    who: str
    organisation: str
    why: str
    what: str
    participant_id: str | None
    denied: bool


async def show_access(view: View) -> Response:
    """The log of one person, which may be handed to them."""
    id_ = str(view.request.path_params["participant_id"])
    person = await view.api.get(f"/v1/participants/{id_}")
    answer = await view.api.get(f"/v1/participants/{id_}/access-log", limit=PAGE, after=view.query("after") or None)
    return view.render(
        "innsyn.html",
        person=person,
        name=full_name(person),
        lines=await _describe(view, answer["items"]),
        older=f"?{urlencode({'after': answer['next']})}" if answer["next"] else None,
    )


async def show_log(view: View) -> Response:
    """The auditor's look at the log, by person, caller, day and outcome."""
    chosen = {name: view.query(name) for name in ("name", "deltakar", "kven", "fra", "til", "utfall")}
    people: Sequence[Mapping[str, Any]] = ()
    if chosen["name"]:
        people = (await view.api.get("/v1/participants", name=chosen["name"], limit=25))["items"]
    answer = await view.api.get(
        "/v1/access-log",
        participant_id=chosen["deltakar"] or None,
        actor=chosen["kven"] or None,
        **{
            "from": parse_date(chosen["fra"]) if chosen["fra"] else None,
            "to": parse_date(chosen["til"]) if chosen["til"] else None,
        },
        outcome=chosen["utfall"] or None,
        limit=PAGE,
        after=view.query("after") or None,
    )
    lines = await _describe(view, answer["items"])
    kept = {name: value for name, value in chosen.items() if value}
    return view.render(
        "logg.html",
        chosen=chosen,
        people=[(one["id"], full_name(one), one["birth_date"]) for one in people],
        lines=lines,
        names=await load_names(view.api, (line.participant_id for line in lines)),
        outcomes=OUTCOMES,
        older=f"?{urlencode(kept | {'after': answer['next']})}" if answer["next"] else None,
    )


async def _describe(view: View, rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    rows = list(rows)
    names = await load_callers(view, (row["actor"] for row in rows))
    return [
        Line(
            at=row["at"],
            who=names[row["actor"]],
            organisation=row["organisation"] or "",
            why=describe_purpose(row["purpose"], row["reason"], row["reference"]),
            what=describe_action(row["action"]),
            participant_id=row["participant_id"],
            denied=row["outcome"] == "denied",
        )
        for row in rows
    ]
