"""Who was at a meeting, as choices of its form and as the API takes them (M4–M6).

A choice is a role, or a role and an organisation: `nav`, `other_service:Fysioterapi, Knarvik`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.web.fields import Option
from app.web.render import short_date

SERVICES = ("habilitation", "mental_health", "nav", "other_service")
PARTIES = ("case_office", "habilitation", "mental_health", "nav")
"""Who meets about no single participant, beside the providers."""
OTHER = "other_service"


def find_choices(
    roles: Sequence[Option],
    consents: Sequence[Mapping[str, Any]],
    own_area: str | None,
    meeting: Mapping[str, Any] | None,
) -> tuple[list[Option], list[Option]]:
    """Who may be at a meeting about a place, and which services have no consent to be there (M6).

    Args:
        roles: every role with its words.
        own_area: the service that follows the participant up, which needs no consent; None where it is not known, and
            then neither of the two areas is held back.
        meeting: minutes that are corrected; whoever stands in them can be chosen again.
    """
    words = {role.value: role.text for role in roles}
    valid = [one for one in consents if one["annulled_at"] is None]
    present = [role for role in roles if role.value not in ("participant", *SERVICES)]
    others: list[Option] = []
    for service in SERVICES:
        consent = max(
            (one for one in valid if service in one["services"] and not (service == OTHER and one["organisations"])),
            key=lambda one: str(one["given_on"]),
            default=None,
        )
        if service == own_area or (own_area is None and service in ("habilitation", "mental_health")):
            hint = "Følgjer opp deltakaren" if own_area else "Når tenesta følgjer opp deltakaren"
            present.append(Option(service, words[service], hint))
        elif consent is not None:
            present.append(Option(service, words[service], _describe(consent)))
        else:
            others.append(Option(service, words[service]))
    for one in valid:
        present += [Option(f"{OTHER}:{name}", name, _describe(one)) for name in one["organisations"]]
    if meeting is not None:
        others += list_unknown(meeting, roles, [*present, *others])
    return list({option.value: option for option in present}.values()), others


def list_unknown(meeting: Mapping[str, Any], roles: Sequence[Option], known: Sequence[Option]) -> list[Option]:
    """Choices for whoever stands in minutes that are corrected and is not among the known ones."""
    words = {role.value: role.text for role in roles}
    values = {option.value for option in known} | {"participant"}
    return [
        Option(value, value.partition(":")[2] or words[value])
        for value in (_write(one) for one in meeting["attendees"])
        if value not in values
    ]


def list_attendees(participant: bool, chosen: Iterable[str], name: str) -> list[dict[str, str | None]]:
    """The attendees of the API; `name` is the organisation of another service that was chosen without one."""
    attendees: list[dict[str, str | None]] = [{"role": "participant", "organisation": None}] if participant else []
    for value in chosen:
        role, _, organisation = value.partition(":")
        attendees.append({"role": role, "organisation": organisation or (name or None if role == OTHER else None)})
    return attendees


def list_values(meeting: Mapping[str, Any], present: Sequence[Option]) -> dict[str, Any]:
    """What is chosen in the form of minutes that are corrected."""
    values = [_write(one) for one in meeting["attendees"]]
    known = {option.value for option in present}
    return {
        "deltakar": meeting["participant_present"],
        "borte": meeting["participant_absence_reason"],
        "likevel": meeting["without_consent_reason"],
        "med": [value for value in values if value in known],
        "andre": [value for value in values if value not in known and value != "participant"],
    }


def _write(attendee: Mapping[str, str | None]) -> str:
    return f"{attendee['role']}:{attendee['organisation']}" if attendee["organisation"] else str(attendee["role"])


def _describe(consent: Mapping[str, Any]) -> str:
    """The days of a consent."""
    text = f"Samtykke frå {short_date(consent['given_on'])}"
    if consent["withdrawn_on"]:
        return f"{text}, trekt {short_date(consent['withdrawn_on'])}"
    return f"{text} til {short_date(consent['valid_to'])}" if consent["valid_to"] else text
