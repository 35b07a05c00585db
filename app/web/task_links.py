"""Which form does what a task asks for, and what else can be registered about a place."""

from collections.abc import Collection, Mapping, Sequence
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
WAIVABLE = ("plan", "evaluation", "conversation", "cooperation_meeting", "notice_meeting", "absence_contact")


def find_form(task: Mapping[str, Any], roles: Collection[str]) -> str:
    """The address of the form that does what a task asks for; empty where it is no form of follow-up."""
    kind, place = task["kind"], task["placement_id"]
    below = _OF_PLACE.get(kind, "")
    if not below and "case_officer" in roles:
        below = _OF_PLACE_FOR_OFFICER.get(kind, "")
    if place and below and may_register(roles):
        return f"/plassar/{place}/{below}"
    participant = task["participant_id"]
    if kind == "consent" and participant and may_register(roles):
        return f"/deltakarar/{participant}/samtykke"
    if kind == "staffing_discussion" and participant and "case_officer" in roles:
        return f"/deltakarar/{participant}/behov/{task['id'].split('.')[1]}/utfall"
    return "/moete/felles" if kind == "system_meeting" and {"case_officer", "service"} & set(roles) else ""


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
    need = [(f"/deltakarar/{participant_id}/behov", "Registrer endra behov")] if "case_officer" in roles else []
    return [(f"/deltakarar/{participant_id}/samtykke", "Registrer samtykke"), *need]


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
