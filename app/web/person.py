"""Screen 3, one person's whole way: what was decided, what happened, what the guideline demands, and who is who."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from fastapi import Response

from app.web import charts
from app.web.names import full_name, load_providers
from app.web.pages import View, load_callers
from app.web.render import NBSP, amount, short_date, to_date
from app.web.task_links import (
    UNSENT,
    WAIVABLE,
    Link,
    find_form,
    is_own,
    list_forms,
    list_person_forms,
    may_annul,
    may_register,
)
from app.web.words import PARAGRAPHS, word

OPEN = ("received", "requested", "accepted")
"""Statuses of an application that nobody has decided."""
MOST_PLACES = 3
"""Places whose notices, supplements and demands are shown: the newest; more than one at a time is rare (L1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A point of the timeline. `mark` is `decision` (a square), `lacks` (a red ring), or nothing (a ring)."""

    day: date
    title: str
    text: str = ""
    mark: str = ""
    is_annulled: bool = False
    links: Sequence[Link] = ()
    """What may be done about it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What the guideline demands, and where it stands."""

    title: str
    status: str
    tone: str
    rule: str
    paragraph: str
    due_on: str
    links: Sequence[Link] = ()


async def show_person(view: View) -> Response:
    """Boxes that the person who looks may not have are left out; a participant they may not see does not exist."""
    api, id_ = view.api, str(view.request.path_params["participant_id"])
    person = await api.get(f"/v1/participants/{id_}")
    providers = await load_providers(api)
    is_officer = "case_officer" in view.roles
    places = sorted(await api.list("/v1/placements", participant_id=[id_]), key=lambda one: one["starts_on"])
    applications = await api.list("/v1/applications", participant_id=[id_]) if is_officer else []
    decisions = await api.list("/v1/decisions", participant_id=id_) if is_officer else []
    events = [
        *_list_applications(applications),
        *_list_decisions(decisions, providers),
        *await _load_consents(view, id_),
        *_list_legacy_places(places, providers),
        *_list_needs(await api.list(f"/v1/participants/{id_}/need-changes") if is_officer else []),
        *(await _load_documents(view, id_) if places else []),
    ]
    demands: list[Demand] = []
    current = None
    forms: list[tuple[str, Sequence[Link]]] = []
    for place in places[-MOST_PLACES:]:
        current = await api.get(f"/v1/placements/{place['id']}")
        events += [*_list_notices(current, view.roles), *await _load_supplements(view, place["id"])]
        if is_officer:
            notices = await api.list(f"/v1/placements/{place['id']}/notices")
            events += [_describe_annulled_notice(one) for one in notices if one["status"] == "annulled"]
        tasks = await api.list(
            "/v1/tasks", placement_id=place["id"], on=view.on, status=["open", "overdue", "done", "waived"]
        )
        demands += [_describe_demand(task, view.roles) for task in tasks]
        if current["state"] not in ("ended", "annulled") and may_register(view.roles):
            forms.append((providers.get(place["provider_id"], ""), list_forms(place["id"], view.roles)))
    absence = await api.find(f"/v1/placements/{current['id']}/absence-summary", on=view.on) if current else None
    only = view.query("berre")
    if only == "vedtak":
        events = [event for event in events if event.mark == "decision"]
    elif only == "oppfolging":
        events = [event for event in events if event.mark != "decision"]
    deciders = await load_callers(view, (one["decided_by"] for one in decisions))
    return view.render(
        "deltakar.html",
        person=person,
        name=full_name(person),
        place=current,
        provider=providers.get(current["provider_id"], "") if current else "",
        application=next((one for one in reversed(applications) if one["status"] in OPEN), None),
        years=_by_year(events),
        demands=[demand for demand in demands if demand.tone != "done"],
        done=[demand for demand in demands if demand.tone == "done"],
        forms=forms,
        person_forms=list_person_forms(id_, view.roles),
        absence=absence,
        bar=_draw_absence(absence),
        deciders=sorted(set(deciders.values())),
        only=only,
    )


async def _load_documents(view: View, participant_id: str) -> list[Event]:
    """Meetings, plans and reports of the person's places, as far as they may be seen."""
    events: list[Event] = []
    for path, describe in (
        ("/v1/meetings", _describe_meeting),
        ("/v1/plans", _describe_plan),
        ("/v1/evaluations", _describe_evaluation),
    ):
        found = await view.api.find_list(path, participant_id=participant_id)
        events += [describe(one, view.roles) for one in found]
    return events


async def _load_supplements(view: View, placement_id: str) -> list[Event]:
    """Supplements of a place, as far as they may be seen."""
    found = await view.api.find_list(f"/v1/placements/{placement_id}/supplements")
    return [_describe_supplement(one, view.roles) for one in found]


def _by_year(events: Iterable[Event]) -> list[tuple[int, list[Event]]]:
    """The newest first."""
    ordered = sorted(events, key=lambda event: event.day, reverse=True)
    return [(year, list(found)) for year, found in groupby(ordered, lambda event: event.day.year)]


def _list_applications(applications: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    for one in applications:
        text = f"{word(one['need'], 'need')} behov · {word(one['status'], 'status').lower()}"
        links = [(f"/soknader/{one['id']}", "Opne søknaden")]
        yield Event(to_date(one["received_on"]), "Søknad om plass", text, links=links)


def _list_decisions(decisions: Iterable[Mapping[str, Any]], providers: Mapping[str, str]) -> Iterator[Event]:
    for one in decisions:
        parts = []
        if one["provider_id"]:
            parts.append(providers.get(one["provider_id"], ""))
        if one["starts_on"]:
            parts.append(f"frå {short_date(one['starts_on'])}")
        if one["ends_on"]:
            parts.append(f"siste dag {short_date(one['ends_on'])}")
        if one["share"]:
            parts.append(f"{one['share']}{NBSP}%")
        if one["destination"]:
            parts.append(f"går til: {word(one['destination'], 'destination')}")
        if one["reason"]:
            parts.append(one["reason"])
        links = [(f"/vedtak/{one['id']}/brev", "Brev")]
        if one["placement_id"] and one["kind"] in ("grant", "change", "end", "correct"):
            links.append((f"/vedtak/ny?plass={one['placement_id']}&utfall=correct&gjeld={one['id']}", "Rett"))
        text = " · ".join(filter(None, parts))
        yield Event(to_date(one["decided_on"]), word(one["kind"], "kind"), text, "decision", links=links)


def _list_legacy_places(places: Iterable[Mapping[str, Any]], providers: Mapping[str, str]) -> Iterator[Event]:
    """A place from before the guideline has no decision: its first day stands for it (L2)."""
    for one in places:
        if one["terms"] == "legacy":
            price = f" · kr{NBSP}{amount(one['monthly_price'])} i månaden" if one.get("monthly_price") else ""
            text = f"{word(one['need'], 'need')} behov · {one['share']}{NBSP}%{price}"
            title = f"Plass hjå {providers.get(one['provider_id'], 'vekstbedrifta')}, vidareførte vilkår"
            yield Event(to_date(one["starts_on"]), title, text, "decision")


def _list_notices(place: Mapping[str, Any], roles: Collection[str]) -> Iterator[Event]:
    history = place["history"]
    for step in history:
        if step["step"] == "notice_given" and step["on"]:
            is_open = place["state"] in ("noticed", "lapsed") and step == history[-1]
            address = f"/plassar/{place['id']}/oppseiingar/{step['notice_id']}/annullering"
            links = [(address, "Annuller oppseiinga")] if is_open and "case_officer" in roles else []
            yield Event(to_date(step["on"]), "Oppseiing", f"Siste dag {short_date(step['ends_on'])}", links=links)
        elif step["step"] == "notice_withdrawn" and step["on"]:
            yield Event(to_date(step["on"]), "Oppseiinga er trekt")


def _describe_annulled_notice(one: Mapping[str, Any]) -> Event:
    """D10: the place's own history no longer has it."""
    text = f"Siste dag {short_date(one['ends_on'])} · {one['annulled_reason']}"
    return Event(to_date(one["given_on"]), "Oppseiing", text, is_annulled=True)


async def _load_consents(view: View, participant_id: str) -> list[Event]:
    """Consents with who recorded each; nothing where they may not be read."""
    consents = await view.api.find_list(f"/v1/participants/{participant_id}/consents")
    recorders = await load_callers(view, (one["recorded_by"] for one in consents if one["recorded_by"]))
    return list(_list_consents(consents, recorders, view.roles))


def _list_consents(
    consents: Iterable[Mapping[str, Any]], recorders: Mapping[str, str], roles: Collection[str]
) -> Iterator[Event]:
    for one in consents:
        services = ", ".join([*(word(service, "service") for service in one["services"]), *one["organisations"]])
        how = f" {word(one['method'], 'method')}" if one["method"] else ""
        text = f"Gjeve{how} av {word(one['given_by'], 'given_by')}"
        if one["reference"]:
            text += f" · {one['reference']}"
        if one["recorded_by"]:
            text += f" · registrert av {recorders[one['recorded_by']]}"
        if one["withdrawn_on"]:
            text += f" · trekt {short_date(one['withdrawn_on'])}"
        elif one["valid_to"]:
            text += f" · gjeld til {short_date(one['valid_to'])}"
        is_annulled, links = one["annulled_at"] is not None, []
        address = f"/deltakarar/{one['participant_id']}/samtykke/{one['id']}"
        if not is_annulled and one["withdrawn_on"] is None and may_register(roles):
            links.append((f"{address}/trekk", "Trekk samtykket"))
        if not is_annulled and "case_officer" in roles:
            links.append((f"{address}/annullering", "Annuller samtykket"))
        yield Event(to_date(one["given_on"]), f"Samtykke: {services}", text, "", is_annulled, links)


def _list_needs(needs: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    for one in needs:
        text, links = one["what"], []
        if one["outcome"] is None:
            address = f"/deltakarar/{one['participant_id']}/behov/{one['id']}/utfall"
            links.append((address, "Registrer utfallet"))
        else:
            text = f"{text} · utfall: {word(one['outcome'], 'need_outcome')}"
        mark = "lacks" if one["outcome"] is None else ""
        yield Event(to_date(one["noticed_on"]), "Endra behov", text, mark, links=links)


def _describe_meeting(one: Mapping[str, Any], roles: Collection[str]) -> Event:
    who = "Med deltakaren" if one["participant_present"] else f"Utan deltakaren: {one['participant_absence_reason']}"
    mark = "lacks" if one["services_without_consent"] else ""
    if mark:
        who += " · ei teneste var med utan samtykke (M6)"
    links = []
    if may_annul(one, roles):
        correction = [(f"/moete/{one['id']}/retting", "Rett referatet")] if is_own(one, roles) else []
        links = [*correction, (f"/moete/{one['id']}/annullering", "Annuller referatet")]
    return Event(to_date(one["held_on"]), word(one["kind"], "kind"), who, mark, one["annulled_at"] is not None, links)


def _describe_plan(one: Mapping[str, Any], roles: Collection[str]) -> Event:
    is_annulled = one["annulled_at"] is not None
    links = _list_document_links(one, f"/planar/{one['id']}", "planen", roles)
    if one["sent_on"] is None:
        text = "M1 krev at planen er send til Forvaltningskontoret"
        return Event(to_date(one["made_on"]), "Oppfølgingsplan laga, ikkje send", text, "lacks", is_annulled, links)
    text = f"Send {short_date(one['sent_on'])}"
    return Event(to_date(one["made_on"]), "Oppfølgingsplan", text, "", is_annulled, links)


def _describe_evaluation(one: Mapping[str, Any], roles: Collection[str]) -> Event:
    is_annulled = one["annulled_at"] is not None
    links = _list_document_links(one, f"/evalueringar/{one['id']}", "rapporten", roles)
    text = f"For {short_date(one['period_from'])} – {short_date(one['period_to'])}"
    if one["sent_on"] is None:
        return Event(to_date(one["period_to"]), "Evalueringsrapport, ikkje send", text, "lacks", is_annulled, links)
    return Event(to_date(one["sent_on"]), "Evalueringsrapport", text, "", is_annulled, links)


def _list_document_links(one: Mapping[str, Any], address: str, noun: str, roles: Collection[str]) -> list[Link]:
    """What may be done about a plan or a report: its own party sends it, and either it or the case office annuls it."""
    if not may_annul(one, roles):
        return []
    sending = [(f"{address}/sending", f"Før {noun} som send")] if one["sent_on"] is None and is_own(one, roles) else []
    return [*sending, (f"{address}/annullering", f"Annuller {noun}")]


def _describe_supplement(one: Mapping[str, Any], roles: Collection[str]) -> Event:
    until = f" til {short_date(one['valid_to'])}" if one["valid_to"] else ""
    text = f"Frå {short_date(one['valid_from'])}{until}" + (f" · {one['reason']}" if one["reason"] else "")
    day = to_date(one["agreed_on"] or one["valid_from"])
    # A service sees no amount (M7).
    much = one.get("monthly_amount")
    address = f"/plassar/{one['placement_id']}/tillegg/{one['id']}/slutt"
    links = [(address, "Avslutt tillegget")] if "case_officer" in roles else []
    return Event(day, f"Tillegg: kr{NBSP}{amount(much)} i månaden" if much else "Tillegg", text, links=links)


def _describe_demand(task: Mapping[str, Any], roles: Collection[str]) -> Demand:
    status = word(task["status"], "status")
    if task["status"] != "done" and task["required"] > 1:
        status = f"{status} ({task['recorded']} av {task['required']})"
    if task["missing"] == ["sent"]:
        status = f"{status}: ikkje send"
    return Demand(
        title=word(task["kind"], "kind"),
        status=status,
        tone={"overdue": "late", "done": "done", "waived": "done"}.get(task["status"], ""),
        rule=task["rule"],
        paragraph=PARAGRAPHS.get(task["rule"], ""),
        due_on=task["due_on"],
        links=_list_demand_links(task, roles),
    )


def _list_demand_links(task: Mapping[str, Any], roles: Collection[str]) -> list[Link]:
    """What does it, or waives it (M9). A plan that is made and not sent is sent from the timeline."""
    may_waive = "case_officer" in roles and task["kind"] in WAIVABLE
    waiver = f"/plassar/{task['placement_id']}/oppgaver/{task['id']}/fraafall"
    if task["status"] == "waived" and may_waive:
        return [(f"{waiver}/tilbake", "Ta fråfallet tilbake")]
    if task["status"] in ("done", "waived"):
        return []
    form = find_form(task, roles) if task["missing"] != UNSENT else None
    links = []
    if form is not None:
        what = f" {word(task['kind'], 'kind').lower()}" if form[1] == "Registrer" else ""
        links.append((form[0], f"{form[1]}{what}"))
    return [*links, (waiver, "Fråfall kravet")] if may_waive else links


def _draw_absence(absence: Mapping[str, Any] | None) -> str:
    """The share of planned days in the window, with the limit of the review (A3)."""
    if absence is None:
        return ""
    absent, planned = Decimal(absence["absent"]), Decimal(absence["planned"])
    limit = planned * absence["threshold_percent"] / 100
    percent = f"{absence['threshold_percent']}{NBSP}%"
    title = f"Fråvær: {amount(absent)} av {amount(planned)} planlagde dagar, grensa er {percent}"
    late = max(absent - limit, Decimal(0))
    return charts.share_bar(absent - late, late, planned, uid="fravaer", title=title, limit=limit)
