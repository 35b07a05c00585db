"""What the minutes of a meeting must hold (M3–M7): themes, who was there, and consent to share."""

from collections.abc import Collection, Iterable
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
    """A consent of the participant or guardian to share with these services. `valid_to` is its own last day, if any."""

    given_on: date
    services: frozenset[str]
    valid_to: date | None = None
    withdrawn_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        """M6. **Decided here**: the day of the withdrawal is the first without it."""
        return (
            self.given_on <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )


def list_themes(kind: MeetingKind) -> tuple[str, ...]:
    """M3, M4, M7: the themes that a meeting of this kind may have."""
    if kind == "conversation":
        return CONVERSATION_THEMES
    return COOPERATION_THEMES if kind == "cooperation" else SYSTEM_THEMES


def is_absence_unexplained(kind: MeetingKind, roles: Collection[AttendeeRole], reason: str | None) -> bool:
    """M5: an individual meeting without the participant whose minutes do not hold why."""
    return kind in INDIVIDUAL_MEETINGS and "participant" not in roles and reason is None


def find_services_without_consent(
    roles: Collection[AttendeeRole], service_area: str, consents: Iterable[Consent], held_on: date
) -> list[ServiceRole]:
    """M6: which services were present though no consent covers them on that day, sorted.

    **Decided here**: the service that follows the participant up takes part by M4 itself; every other is another.
    """
    others = {role for role in SERVICE_ROLES if role in roles and role != service_area}
    for consent in consents:
        if consent.is_in_force(held_on):
            others = {role for role in others if role not in consent.services}
    return sorted(others)


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
