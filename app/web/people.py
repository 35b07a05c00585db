"""Screen 2, find a person: by the beginning of a name, by birth date, or by identity number, which is in no address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web.calls import Refused
from app.web.fields import parse_date
from app.web.forms import Typed
from app.web.names import full_name, load_providers
from app.web.pages import View, problem_page
from app.web.words import word

SHOWN = 25
STANDINGS = (("", "Alle"), ("applicant", "Søkjer"), ("placed", "Har plass"), ("ended", "Slutta"))
AREAS = (("", "Alle"), ("habilitation", "Habilitering"), ("mental_health", "Psykisk helse og rus"), ("other", "Anna"))


@dataclass(frozen=True, slots=True)
class Found:
    """A person of the answer: where they stand, and with whom."""

    id: str
    name: str
    birth_date: str
    area: str
    standing: str
    text: str
    tone: str
    provider_id: str
    provider: str


async def show_people(view: View) -> Response:
    """The search; nobody is looked up, and so nobody logged, before something is searched for."""
    chosen = {name: view.query(name) for name in ("name", "birth_date", "standing", "provider_id", "service_area")}
    people: Sequence[Mapping[str, Any]] = ()
    following = None
    found: list[Found] = []
    providers: dict[str, str] = {}
    if chosen["name"] or chosen["birth_date"]:
        answer = await view.api.get(
            "/v1/participants",
            name=chosen["name"] or None,
            birth_date=parse_date(chosen["birth_date"], is_past=True) if chosen["birth_date"] else None,
            service_area=chosen["service_area"] or None if "case_officer" in view.roles else None,
            limit=SHOWN,
            after=view.query("after") or None,
        )
        people, following = answer["items"], answer["next"]
        providers = await load_providers(view.api)
        found = await _describe(view, people, providers)
    shown = [
        person
        for person in found
        if chosen["standing"] in ("", person.standing) and chosen["provider_id"] in ("", person.provider_id)
    ]
    kept = {name: value for name, value in (chosen | {"on": view.query("on")}).items() if value}
    return view.render(
        "deltakarar.html",
        chosen=chosen,
        searched=bool(chosen["name"] or chosen["birth_date"]),
        found=shown,
        hidden=len(found) - len(shown),
        chips=_list_chips(kept, providers),
        more=f"?{urlencode(kept | {'after': following})}" if following else None,
        standings=STANDINGS,
        areas=AREAS,
        providers=[("", "Alle"), *sorted(providers.items(), key=lambda one: one[1])],
    )


def _list_chips(kept: Mapping[str, str], providers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is searched for, each part in words, and the address without it."""
    texts = {
        "name": f"Namn: {kept.get('name', '')}",
        "birth_date": f"Fødd: {kept.get('birth_date', '')}",
        "standing": f"Står som: {dict(STANDINGS).get(kept.get('standing', ''), '')}",
        "provider_id": f"Vekstbedrift: {providers.get(kept.get('provider_id', ''), '')}",
        "service_area": f"Teneste: {dict(AREAS).get(kept.get('service_area', ''), '')}",
    }
    return [
        (text, f"/deltakarar?{urlencode({key: value for key, value in kept.items() if key != name})}".rstrip("?"))
        for name, text in texts.items()
        if name in kept
    ]


async def look_up_person(view: View, form: Typed) -> Response:
    """By identity number, which is sent in the form's body: addresses are logged, and stay in the browser."""
    return await go_to_number(view, form, "/deltakarar/")


async def go_to_number(view: View, form: Typed, address: str) -> Response:
    """To the page of the person with the identity number that was typed: `address` and the person's id."""
    number = "".join(form.get("national_identity_number", "").split())
    try:
        person = await view.api.post("/v1/participants/lookup", {"national_identity_number": number})
    except Refused as refused:
        if refused.status not in (404, 422):
            raise
        detail = "Ingen er registrert med det nummeret." if refused.status == 404 else refused.detail
        back = (address.partition("?")[0].rstrip("/"), "Søk på nytt")
        return problem_page(view.request, view.session, refused.status, "Fann ingen", detail, back)
    return RedirectResponse(f"{address}{person['id']}", 303)


async def _describe(view: View, people: Iterable[Mapping[str, Any]], providers: Mapping[str, str]) -> list[Found]:
    """Where each of the people stands on the page's day, by three calls for all of them."""
    people = list(people)
    # Where a person with a protected address is, is on the person's own page alone.
    ids = [person["id"] for person in people if not (person.get("address_protection") or person.get("restricted"))]
    places: dict[str, Mapping[str, Any]] = {}
    waiting: dict[str, Mapping[str, Any]] = {}
    if ids:
        for place in sorted(
            await view.api.list("/v1/placements", participant_id=ids), key=lambda one: (one["starts_on"], one["id"])
        ):
            places[place["participant_id"]] = place
        if "case_officer" in view.roles:
            applications = await view.api.list("/v1/applications", participant_id=ids, status="waiting")
            waiting = {one["participant_id"]: one for one in applications}
    return [_place(person, places.get(person["id"]), waiting.get(person["id"]), providers, view) for person in people]


def _place(
    person: Mapping[str, Any],
    place: Mapping[str, Any] | None,
    application: Mapping[str, Any] | None,
    providers: Mapping[str, str],
    view: View,
) -> Found:
    provider_id = place["provider_id"] if place else ""
    is_ended = place is not None and place["ends_on"] is not None and place["ends_on"] < view.on.isoformat()
    if place is not None and not is_ended:
        standing, text, tone = "placed", "Har plass", "success"
        if place["starts_on"] > view.on.isoformat():
            text, tone = "Får plass", "info"
    elif application is not None:
        standing, text = "applicant", word(application["status"], "status")
        tone, provider_id = ("warning" if application["status"] == "accepted" else ""), ""
    elif is_ended:
        standing, text, tone = "ended", "Slutta", ""
    else:
        standing, text, tone = (
            "",
            "Sperra" if person.get("address_protection") or person.get("restricted") else "Registrert",
            "",
        )
    return Found(
        id=person["id"],
        name=full_name(person),
        birth_date=person.get("birth_date", ""),
        area=word(person["service_area"], "service_area") if person.get("service_area") else "",
        standing=standing,
        text=text,
        tone=tone,
        provider_id=provider_id,
        provider=providers.get(provider_id, ""),
    )
