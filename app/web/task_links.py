"""Which form does what a task asks for, and what else can be registered about a place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

Link = tuple[str, str]
"""An address, and what the link to it says."""

# Below a placement's address; what a provider may not do itself is the case office's alone.
_OF_PLACE: Mapping[str, str] = {
    "plan": "plan",
    "evaluation": "evaluering",
    "conversation": "samtale",
    "cooperation_meeting": "moete",
    "notice_meeting": "moete",
    "absence_contact": "samtale",
}
_OF_PLACE_FOR_OFFICER: Mapping[str, str] = {
    "absence_review": "fravaersvurdering",
    "supplement_ending": "tillegg",
}
# What the trust and the trips ask for, of a year or of what the task is about.
_OF_GRANTS: Mapping[str, Link] = {
    "trust_report": ("/legat/{n}/rapport", "Opne rapporten"),
    "trip_assessment": ("/feriereiser/rundar/{id}", "Opne runden"),
    "trip_acceptance": ("/feriereiser/turar/{id}", "Opne turen"),
    "trip_settlement": ("/feriereiser/turar/{id}", "Opne turen"),
    "trial_evaluation": ("/feriereiser/{n}/oversyn", "Opne oversynet"),
    "information_stale": ("/andre-ordningar/{id}", "Sjekk"),
}
TRIP_KINDS = tuple(kind for kind in _OF_GRANTS if kind != "trust_report")
_DECIDED = ("end_decision", "temporary_ending")
_OF_APPLICATION = ("request_to_send", "decision_to_make")
_PLAIN: Mapping[str, Link] = {
    "rate_missing": ("/satsar/ny", "Registrer"),
    "stair_review": ("/trapp/gjennomgang", "Registrer"),
}
"""What is about nobody and no provider."""
SOON = timedelta(days=60)
"""What is due later is folded on every list."""
WAIVABLE = ("plan", "evaluation", "conversation", "cooperation_meeting", "notice_meeting", "absence_contact")
UNSENT = ["sent"]
"""What a plan lacks that is made and not sent (M1)."""


def find_form(task: Mapping[str, Any], roles: Collection[str]) -> Link | None:
    """The form that does what a task asks for, and what to call it; None where these roles do it nowhere here."""
    kind, place, person = task["kind"], task["placement_id"], task["participant_id"]
    if may_register(roles) and task["missing"] == UNSENT:
        return (f"/deltakarar/{person}", "Send") if person else None
    if may_register(roles) and place and kind in _OF_PLACE:
        return f"/plassar/{place}/{_OF_PLACE[kind]}", "Registrer"
    if may_register(roles) and person and kind == "consent":
        return f"/deltakarar/{person}/samtykke", "Registrer"
    if kind == "system_meeting" and not {"case_officer", "service"}.isdisjoint(roles):
        return "/moete/felles", "Registrer"
    if kind in _OF_GRANTS and not {"case_officer", "grants_officer"}.isdisjoint(roles):
        address, text = _OF_GRANTS[kind]
        return address.format(n=task["n"], id=task["id"].split(".")[1]), text
    if "provider" in roles:
        return _find_providers_form(task)
    return _find_officers_form(task) if "case_officer" in roles else None


def _find_providers_form(task: Mapping[str, Any]) -> Link | None:
    """What a provider answers or states about itself."""
    if task["kind"] == "request_unanswered":
        return f"/vekstbedrift/foresporslar/{task['id'].split('.')[1]}/svar", "Svar"
    return ("/vekstbedrift/eigenerklaering", "Oppdater") if task["kind"] == "deviation" else None


def _find_officers_form(task: Mapping[str, Any]) -> Link | None:
    """What the case office alone does."""
    kind, place, person = task["kind"], task["placement_id"], task["participant_id"]
    subject = task["id"].split(".")[1]
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "deviation":
        return f"/vekstbedrifter/{task['provider_id']}", "Opne vekstbedrifta"
    if kind in _OF_APPLICATION:
        return f"/soknader/{subject}", "Opne søknaden"
    if kind == "staffing_discussion" and person:
        return f"/deltakarar/{person}/behov/{subject}/utfall", "Registrer"
    if kind == "protection_to_check" and person:
        return f"/deltakarar/{person}/endre", "Sjå etter"
    if kind in _DECIDED and place:
        return f"/vedtak/ny?plass={place}", "Gjer vedtak"
    return (f"/plassar/{place}/{_OF_PLACE_FOR_OFFICER[kind]}", "Registrer") if kind in _OF_PLACE_FOR_OFFICER else None


def list_forms(place_id: str, roles: Collection[str]) -> Sequence[Link]:
    """What can be registered about a running place."""
    supplement = [(f"/plassar/{place_id}/tillegg", "Tillegg")] if "case_officer" in roles else []
    return [
        (f"/plassar/{place_id}/samtale", "Samtale"),
        (f"/plassar/{place_id}/moete", "Samarbeidsmøte"),
        (f"/plassar/{place_id}/plan", "Oppfølgingsplan"),
        (f"/plassar/{place_id}/evaluering", "Evalueringsrapport"),
        (f"/plassar/{place_id}/fravaer", "Fråvær"),
        *supplement,
        (f"/plassar/{place_id}/oppseiing", "Oppseiing"),
    ]


def list_person_forms(participant_id: str, roles: Collection[str]) -> Sequence[Link]:
    """What can be registered about a person, with a place or without."""
    if not may_register(roles):
        return ()
    address = f"/deltakarar/{participant_id}"
    consent = (f"{address}/samtykke", "Registrer samtykke")
    if "case_officer" not in roles:
        return [consent]
    return [
        consent,
        (f"{address}/behov", "Registrer endra behov"),
        (f"{address}/endre", "Endre opplysningane"),
        (f"{address}/slaa-saman", "Slå saman med ein annan"),
        (f"{address}/avgrensing", "Avgrens handsaminga"),
    ]


def may_register(roles: Collection[str]) -> bool:
    """Whether somebody registers something about places; a service reads them."""
    return not {"case_officer", "provider"}.isdisjoint(roles)


def may_annul(document: Mapping[str, Any], roles: Collection[str]) -> bool:
    """Whether somebody may annul a meeting, a plan or a report (D10)."""
    return document["annulled_at"] is None and ("case_officer" in roles or is_own(document, roles))


def is_own(document: Mapping[str, Any], roles: Collection[str]) -> bool:
    """Whether somebody's own party filed it, and so corrects it and sends it."""
    party = "case_office" if "case_officer" in roles else "provider" if "provider" in roles else "service"
    return bool(document["filed_by"] == party)
