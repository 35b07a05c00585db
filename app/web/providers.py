"""Screen 11, the providers as the case office sees them; and screen 10, a provider's own page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Response

from app.web import charts
from app.web.calls import Refused
from app.web.names import load_names, load_providers
from app.web.pages import View
from app.web.render import number, to_date
from app.web.task_links import SOON, find_form
from app.web.words import PARAGRAPHS, word

OWN_PAGE = "/vekstbedrift"
AREAS: Mapping[str, str] = {
    "facilitation": "Tilrettelegging av aktivitet",
    "guidance": "Rettleiing av personar med funksjonsnedsetjing",
    "health_and_care_act": "Helse- og omsorgstenestelova, kapittel 9",
    "health_and_social_tasks": "Helse- og sosialfaglege oppgåver",
}


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A provider's places on the page's day, with squares drawn: taken, promised, then free."""

    id: str
    name: str
    capacity: Decimal
    active: Decimal
    promised: Decimal
    free: Decimal
    changes_on: str | None
    squares: str


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """A person's absence of one kind: how many, and days as documented."""

    participant_id: str
    name: str
    kind: str
    absences: int
    days: Decimal


async def show_providers(view: View) -> Response:
    """Places and deviations of each."""
    providers = await load_providers(view.api)
    vacancies = await _load_vacancies(view, providers)
    deviations = await view.api.list("/v1/deviations", status="open", on=view.on)
    return view.render(
        "vekstbedrifter.html",
        vacancies=vacancies,
        deviations={
            id_: [_describe_deviation(one) for one in deviations if one["provider_id"] == id_] for id_ in providers
        },
    )


async def show_provider(view: View) -> Response:
    """One provider: places over time, staffing, statements, absence of the year, and deviations, mended ones too."""
    id_ = str(view.request.path_params["provider_id"])
    provider = await view.api.get(f"/v1/providers/{id_}")
    [vacancy] = [one for one in await _load_vacancies(view, {id_: provider["name"]}) if one.id == id_]
    statements = await view.api.list(f"/v1/providers/{id_}/competence-statements")
    deviations = await view.api.list(f"/v1/providers/{id_}/deviations", on=view.on)
    times = await view.api.find("/v1/statistics/processing-time", provider_id=id_)
    return view.render(
        "vekstbedrifta.html",
        provider=provider,
        vacancy=vacancy,
        capacities=await view.api.list(f"/v1/providers/{id_}/capacities"),
        statement=max(statements, key=lambda one: (one["stated_on"], one["id"]), default=None),
        areas=AREAS,
        deviations=[_describe_deviation(one) for one in deviations],
        times=times["items"] if times else [],
        staff=await _load_staff(view, id_),
        absence=await _load_absence(view, id_),
    )


async def _load_staff(view: View, provider_id: str) -> Mapping[str, str]:
    """Required and stated employees on the page's day (P5); nothing where no guideline is in force."""
    try:
        answer = await view.api.get(
            "/v1/figures",
            code=["required_staff", "stated_staff"],
            period="day",
            by="provider",
            **{"from": view.on, "to": view.on, "on": view.on},
        )
    except Refused as refused:
        if refused.status != 409:
            raise
        return {}
    return {
        row["code"]: row["value"]
        for row in answer["items"]
        if row["by"]["provider_id"] == provider_id and row["value"] is not None
    }


async def _load_absence(view: View, provider_id: str) -> list[AbsenceRow]:
    """The year's absence so far, of each person and kind: the longest first. Whom it is about is named, and logged."""
    first_day = date(view.on.year, 1, 1)
    period: dict[str, Any] = {"from": first_day, "to": view.on}
    rows = await view.api.list(f"/v1/providers/{provider_id}/absence-report", **period)
    if not rows:
        return []
    places = await view.api.list("/v1/placements", id=sorted({row["placement_id"] for row in rows}))
    people = {place["id"]: place["participant_id"] for place in places}
    names = await load_names(view.api, people.values())
    found = [
        AbsenceRow(
            participant_id=people.get(row["placement_id"], ""),
            name=names.get(people.get(row["placement_id"], ""), ""),
            kind=word(row["kind"], "kind"),
            absences=row["absences"],
            days=Decimal(row["days"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.days, one.name, one.kind))


async def show_own_page(view: View) -> Response:
    """Screen 10: what waits for the provider, and its participants. No amount stands on it."""
    providers = await load_providers(view.api)
    own = next(iter(providers.items()), None)
    if own is None:
        return view.render("vekstbedrift-ukjend.html", status=404)
    # The applicant's wishes are shown for as long as the provider judges, has promised, or got the place.
    requests = [one for one in await view.api.list("/v1/requests") if one["wishes"] is not None and not one["granted"]]
    tasks = await view.api.list("/v1/tasks", on=view.on)
    places = await view.api.list("/v1/placements", active_on=view.on)
    names = await load_names(
        view.api, [*(task["participant_id"] for task in tasks), *(place["participant_id"] for place in places)]
    )
    vacancies = await _load_vacancies(view, providers)
    soon = view.on + SOON
    return view.render(
        "vekstbedrift.html",
        provider=own[1],
        soon=soon,
        vacancy=next((one for one in vacancies if one.id == own[0]), None),
        requests=[
            {**one, "days": (view.on - to_date(one["sent_on"])).days} for one in requests if one["answer"] is None
        ],
        accepted=[one for one in requests if one["answer"] == "accepted"],
        tasks=[_describe_task(task, names, view.roles) for task in tasks if to_date(task["due_on"]) <= soon],
        later=[_describe_task(task, names, view.roles) for task in tasks if to_date(task["due_on"]) > soon],
        overdue=sum(task["status"] == "overdue" for task in tasks),
        places=sorted(
            ({**place, "name": names.get(place["participant_id"], "")} for place in places),
            key=lambda place: str(place["name"]),
        ),
    )


async def _load_vacancies(view: View, providers: Mapping[str, str]) -> list[Vacancy]:
    found = []
    for one in (await view.api.get("/v1/providers/vacancies", on=view.on))["items"]:
        if one["provider_id"] not in providers:
            continue
        name = providers[one["provider_id"]]
        capacity, active = Decimal(one["capacity"]), Decimal(one["active"])
        found.append(
            Vacancy(
                id=one["provider_id"],
                name=name,
                capacity=capacity,
                active=active,
                promised=Decimal(one["promised"]),
                free=Decimal(one["free"]),
                changes_on=one["free_changes_on"],
                squares=charts.places(
                    round(active),
                    max(round(capacity), round(active)),
                    promised=round(Decimal(one["promised"])),
                    uid=f"p-{one['provider_id']}",
                    name=name,
                ),
            )
        )
    return sorted(found, key=lambda one: one.name)


def _describe_deviation(one: Mapping[str, Any]) -> dict[str, str]:
    """What is missing, since when, and how much of it."""
    text = word(one["kind"], "kind")
    if one["area"]:
        text = f"{text}: {AREAS.get(one['area'], one['area'])}"
    if one["required"] is not None and one["stated"] is not None:
        text = f"{text} (krav {number(one['required'])}, oppgjeve {number(one['stated'])})"
    return {
        "text": text,
        "since": one["since"],
        "mended_on": one["mended_on"] or "",
        "provider_id": one["provider_id"],
    }


def _describe_task(task: Mapping[str, Any], names: Mapping[str, str], roles: Collection[str]) -> dict[str, Any]:
    name = names.get(task["participant_id"], "")
    lacks = " (laga, ikkje send)" if task["missing"] == ["sent"] else ""
    return {
        "text": f"{word(task['kind'], 'kind')}{f' for {name}' if name else ''}{lacks}",
        "due_on": task["due_on"],
        "late": task["status"] == "overdue",
        "rule": task["rule"],
        "paragraph": PARAGRAPHS.get(task["rule"], ""),
        "participant_id": task["participant_id"] if name else None,
        "form": find_form(task, roles),
    }
