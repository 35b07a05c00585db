"""What the minutes of a meeting must hold (M3–M7): themes, who was there, and consent to share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

MeetingKind = Literal["conversation", "cooperation", "system", "bilateral"]
AttendeeRole = Literal[
    "participant",
    "guardian",
    "next_of_kin",
    "provider",
    "case_office",
    "habilitation",
    "mental_health",
    "nav",
    "other_service",
]
ServiceRole = Literal["habilitation", "mental_health", "nav", "other_service"]

SERVICE_ROLES: frozenset[ServiceRole] = frozenset({"habilitation", "mental_health", "nav", "other_service"})
INDIVIDUAL_MEETINGS: frozenset[MeetingKind] = frozenset({"conversation", "cooperation"})
SYSTEM_MEETING_PARTIES: tuple[AttendeeRole, ...] = ("case_office", "habilitation", "mental_health", "nav")

CONVERSATION_THEMES = ("own_experience", "progress", "changes", "content")
COOPERATION_THEMES = ("functioning", "cooperation", "changes", "another_offer")
SYSTEM_THEMES = ("development", "collaboration", "economy", "other")
CONTENT_AREAS = ("activity", "mastery", "variation", "training", "health")


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent of the participant or guardian to share with services of these kinds, or with organisations by name.

    Names are normalised. `valid_to` is its own last day, if any.
    """

    given_on: date
    services: frozenset[str]
    valid_to: date | None = None
    withdrawn_on: date | None = None
    organisations: frozenset[str] = frozenset()

    def is_in_force(self, day: date) -> bool:
        """M6. **Decided here**: the day of the withdrawal is the first without it."""
        return (
            self.given_on <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )

    def covers(self, service: AttendeeRole, organisation: str | None) -> bool:
        """M6. **Decided here**: `other_service` with named organisations is those alone."""
        if organisation is not None and normalise_organisation(organisation) in self.organisations:
            return True
        return service in self.services and not (service == "other_service" and self.organisations)


Attendees = Collection[tuple[AttendeeRole, str | None]]
"""Each attendee's role, and its organisation where that is said."""


def normalise_organisation(name: str) -> str:
    """A name as names are compared: spaces and case aside."""
    return " ".join(name.split()).casefold()


def list_themes(kind: MeetingKind) -> tuple[str, ...]:
    """M3, M4, M7: the themes that a meeting of this kind may have."""
    if kind == "conversation":
        return CONVERSATION_THEMES
    return COOPERATION_THEMES if kind == "cooperation" else SYSTEM_THEMES


def is_absence_unexplained(kind: MeetingKind, roles: Collection[AttendeeRole], reason: str | None) -> bool:
    """M5: an individual meeting without the participant whose minutes do not hold why."""
    return kind in INDIVIDUAL_MEETINGS and "participant" not in roles and reason is None


def find_services_without_consent(
    attendees: Attendees, service_area: str, consents: Iterable[Consent], held_on: date
) -> list[ServiceRole]:
    """M6: which services were present though no consent covers them on that day, sorted.

    **Decided here**: the service that follows the participant up takes part by M4 itself; every other is another.
    """
    uncovered = _find_uncovered(attendees, [consent for consent in consents if consent.is_in_force(held_on)])
    return sorted(uncovered - {service_area})


def is_consent_mended(
    attendees: Attendees, services: Collection[str], consents: Iterable[Consent], held_on: date, on: date
) -> bool:
    """M6: whether the services that were present without consent have one by a day.

    **Decided here**: a consent that was in force on the day of the meeting and recorded later mends it, and so does one
    that was given since.
    """
    given = [consent for consent in consents if consent.given_on <= on]
    since = [consent for consent in given if consent.is_in_force(max(consent.given_on, held_on))]
    return _find_uncovered(attendees, since).isdisjoint(services)


def _find_uncovered(attendees: Attendees, consents: Sequence[Consent]) -> set[ServiceRole]:
    return {
        service
        for service in SERVICE_ROLES
        for role, organisation in attendees
        if role == service and not any(consent.covers(role, organisation) for consent in consents)
    }


def is_required_meeting(kind: MeetingKind, roles: Collection[AttendeeRole]) -> bool:
    """M3, M4, M7: whether the meeting is one of those that the guideline asks for.

    **Decided here**: a conversation has both the provider and the participant there. A cooperation meeting has the
    provider there, and the participant unless the minutes hold the reason (M5). Who called it is recorded and not
    asked for: to call is a duty, and a meeting that somebody else had to call was still held. A system meeting counts
    with any of its parties; the year names those who did not.
    """
    if kind == "conversation":
        return "provider" in roles and "participant" in roles
    return kind == "system" or (kind == "cooperation" and "provider" in roles)


def find_missing_parties(roles: Collection[str]) -> list[AttendeeRole]:
    """M7: which of the system meeting's parties were not there; providers are counted one by one elsewhere."""
    return [role for role in SYSTEM_MEETING_PARTIES if role not in roles]
