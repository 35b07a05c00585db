"""Screen 13, who has seen whose data: a person's own log for the case office, and the whole of it for the auditor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.http.log_words import Language, describe_action, describe_purpose
from app.web.fields import parse_date
from app.web.forms import Typed
from app.web.names import full_name, load_names, load_own_data_of
from app.web.pages import View, load_callers
from app.web.people import go_to_number
from app.web.render import count, typed_date
from app.web.words import word

PAGE = 50
FILTERS = ("deltakar", "kven", "handling", "fra", "til", "utfall")
UNITS: Mapping[Language, Mapping[str, str]] = {
    "nn": {
        "case_handling": "Forvaltningskontoret",
        "follow_up": "Utøvande teneste",
        "record_keeping": "Journalsystemet",
        "accounting": "Økonomi",
        "grant_handling": "Fagutvikling",
        "management": "Leiing",
        "oversight": "Revisor",
    },
    "nb": {
        "case_handling": "Forvaltningskontoret",
        "follow_up": "Utøvende tjeneste",
        "record_keeping": "Journalsystemet",
        "accounting": "Økonomi",
        "grant_handling": "Fagutvikling",
        "management": "Ledelse",
        "oversight": "Revisor",
    },
}
"""Who looks for a purpose, in each language; an enterprise has its own name."""
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
    actor: str
    action: str
    unit: str


async def show_access(view: View) -> Response:
    """The log of one person, which may be handed to them: with units and purposes, in nynorsk or bokmål."""
    id_ = str(view.request.path_params["participant_id"])
    language: Language = "nb" if view.query("maal") == "nb" else "nn"
    person = await load_own_data_of(view)
    answer = await view.api.get(f"/v1/participants/{id_}/access-log", limit=PAGE, after=view.query("after") or None)
    providers = {one["organisation_number"]: one["name"] for one in await view.api.list("/v1/providers")}
    older = {"after": answer["next"]} | ({"maal": "nb"} if language == "nb" else {})
    return view.render(
        "innsyn.html",
        person=person,
        name=person.name,
        language=language,
        lines=await _describe(view, answer["items"], language, providers),
        older=f"?{urlencode(older)}" if answer["next"] else None,
    )


async def show_log(view: View) -> Response:
    """The auditor's look at the log, by person, caller, operation, day and outcome."""
    chosen = {name: view.query(name) for name in ("name", *FILTERS)}
    people: Sequence[Mapping[str, Any]] = ()
    if chosen["name"]:
        people = (await view.api.get("/v1/participants", name=chosen["name"], limit=25))["items"]
    answer = await view.api.get(
        "/v1/access-log", limit=PAGE, after=view.query("after") or None, **_read_filters(chosen)
    )
    lines = await _describe(view, answer["items"])
    kept = {name: value for name, value in chosen.items() if value}
    shown = {name: value for name, value in kept.items() if name in FILTERS}
    return view.render(
        "logg.html",
        chosen=chosen,
        people=[(one["id"], full_name(one), one["birth_date"]) for one in people],
        lines=lines,
        names=await load_names(view.api, (line.participant_id for line in lines)),
        outcomes=OUTCOMES,
        chips=_list_chips(shown),
        narrow=lambda name, value: f"?{urlencode(shown | {name: value})}",
        file=f"/logg/fil?{urlencode(shown)}",
        older=f"?{urlencode(kept | {'after': answer['next']})}" if answer["next"] else None,
    )


async def download_log(view: View) -> Response:
    """The lines of the same filters as a file for a spreadsheet."""
    return await view.download("/v1/access-log", **_read_filters({name: view.query(name) for name in FILTERS}))


async def show_summary(view: View) -> Response:
    """Who asked for how much, and why, in a period."""
    chosen = {name: view.query(name) for name in ("fra", "til")}
    answer = await view.api.get("/v1/access-log/summary", **_read_period(chosen))
    names = await load_callers(view, (row["actor"] for row in answer["items"]))
    days = {name: typed_date(answer[to]) for name, to in (("fra", "from"), ("til", "to"))}
    rows = [
        {
            **row,
            "who": names[row["actor"]],
            "why": describe_purpose(row["purpose"]),
            "address": f"/logg?{urlencode({'kven': row['actor'], **days})}",
        }
        for row in answer["items"]
    ]
    return view.render("logg-samandrag.html", days=days, rows=rows)


async def show_unusual(view: View) -> Response:
    """What the auditor should ask about: looks outside office hours, far more than usual, or at a namesake."""
    chosen = {name: view.query(name) for name in ("fra", "til")}
    answer = await view.api.get("/v1/access-log/unusual", **_read_period(chosen))
    callers = await load_callers(view, (row["actor"] for row in answer["items"]))
    names = await load_names(view.api, (id_ for row in answer["items"] for id_ in row["participant_ids"]))
    rows = [
        {
            **row,
            "who": callers[row["actor"]],
            "what": word(row["kind"], "unusual_access"),
            "more": _describe_unusual(row, names),
            "address": f"/logg?{urlencode({'kven': row['actor'], 'fra': day, 'til': day})}",
        }
        for row in reversed(answer["items"])
        for day in (typed_date(row["day"]),)
    ]
    days = {name: typed_date(answer[to]) for name, to in (("fra", "from"), ("til", "to"))}
    return view.render("logg-uvanleg.html", days=days, rows=rows)


def _describe_unusual(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if row["median_people"] is not None:
        return f"Vanleg for den som såg: {count(row['median_people'], 'deltakar', 'deltakarar')} om dagen"
    return ", ".join(names.get(id_, id_) for id_ in row["participant_ids"])


async def look_up_for_log(view: View, form: Typed) -> Response:
    """By identity number, which is sent in the form's body: addresses are logged, and stay in the browser."""
    return await go_to_number(view, form, "/logg?deltakar=")


def _read_period(chosen: Mapping[str, str]) -> dict[str, Any]:
    return {to: parse_date(chosen[name]) for name, to in (("fra", "from"), ("til", "to")) if chosen[name]}


def _read_filters(chosen: Mapping[str, str]) -> dict[str, Any]:
    named = (("deltakar", "participant_id"), ("kven", "actor"), ("handling", "action"), ("utfall", "outcome"))
    return {to: chosen[name] for name, to in named if chosen[name]} | _read_period(chosen)


def _list_chips(shown: Mapping[str, str]) -> list[tuple[str, str]]:
    """What each filter is called, and the address without it."""
    texts = {
        "deltakar": "Ein person",
        "handling": describe_action(shown.get("handling", "")),
        "kven": f"Kven: {shown.get('kven', '')}",
        "fra": f"Frå {shown.get('fra', '')}",
        "til": f"Til {shown.get('til', '')}",
        "utfall": f"Utfall: {dict(OUTCOMES).get(shown.get('utfall', ''), '')}",
    }
    return [
        (text, f"?{urlencode({key: value for key, value in shown.items() if key != name})}")
        for name, text in texts.items()
        if name in shown
    ]


def _find_unit(row: Mapping[str, Any], language: Language, providers: Mapping[str, str]) -> str:
    """The office, service, enterprise or system that the caller acted for, by the purpose of its role."""
    if row["purpose"] == "provision":
        return providers.get(row["organisation"] or "", row["organisation"] or "")
    return UNITS[language].get(row["purpose"], "")


async def _describe(
    view: View,
    rows: Iterable[Mapping[str, Any]],
    language: Language = "nn",
    providers: Mapping[str, str] | None = None,
) -> list[Line]:
    rows = list(rows)
    names = await load_callers(view, (row["actor"] for row in rows))
    return [
        Line(
            at=row["at"],
            who=names[row["actor"]],
            organisation=row["organisation"] or "",
            why=describe_purpose(row["purpose"], row["reason"], row["reference"], language),
            what=describe_action(row["action"], language),
            participant_id=row["participant_id"],
            denied=row["outcome"] == "denied",
            actor=row["actor"],
            action=row["action"],
            unit=_find_unit(row, language, providers or {}),
        )
        for row in rows
    ]
