"""The way to a place (D1–D5, L2, L7): which step may follow which, and what a grant must have in order.

Facts are gathered, a rule says what stands in the way, and nothing is written unless the answer is nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Need = Literal["permanent", "temporary"]
ApplicationStatus = Literal["received", "requested", "accepted", "granted", "rejected", "withdrawn"]

GrantObstacle = Literal[
    "application-closed",
    "request-not-accepted",
    "no-guideline-in-force",
    "not-resident",
    "temporary-needs-last-day",
    "permanent-has-no-last-day",
    "medication-agreement-missing",
]


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What is known when the case office decides on a grant.

    `effective_from` is the first day of the first guideline version, None where there is none.
    """

    application: ApplicationStatus
    need: Need
    medication_tasks: bool
    medication_agreement: bool
    request_accepted: bool
    resident: bool
    decided_on: date
    starts_on: date
    ends_on: date | None
    effective_from: date | None


def application_status(
    *, answers: list[str | None], decided: Literal["grant", "reject"] | None, withdrawn: bool
) -> ApplicationStatus:
    """D4: how far an application has come, from its requests' answers (None is open) and its decision."""
    if decided is not None:
        return "granted" if decided == "grant" else "rejected"
    if withdrawn:
        return "withdrawn"
    if "accepted" in answers:
        return "accepted"
    return "requested" if None in answers else "received"


def obstacle_to_decision(application: ApplicationStatus) -> Literal["application-closed"] | None:
    """D6: an application is decided once, and a withdrawn one is not decided."""
    return "application-closed" if application in {"granted", "rejected", "withdrawn"} else None


def obstacle_to_grant(facts: GrantFacts) -> GrantObstacle | None:
    """The first thing that keeps a grant from being made, or None (D1, D4, D5, L2, L7).

    **Decided here** (L2): a standard place also begins no earlier than the guideline itself, since no rule prices a
    day before it.
    """
    if obstacle_to_decision(facts.application) is not None:
        return "application-closed"
    if not facts.request_accepted:
        return "request-not-accepted"
    if facts.effective_from is None or min(facts.decided_on, facts.starts_on) < facts.effective_from:
        return "no-guideline-in-force"
    if not facts.resident:
        return "not-resident"
    if facts.need == "temporary" and facts.ends_on is None:
        return "temporary-needs-last-day"
    if facts.need == "permanent" and facts.ends_on is not None:
        return "permanent-has-no-last-day"
    if facts.medication_tasks and not facts.medication_agreement:
        return "medication-agreement-missing"
    return None


def may_be_legacy(starts_on: date, effective_from: date | None) -> bool:
    """L2: legacy terms are for a place established before the guideline; every later place is standard."""
    return effective_from is None or starts_on < effective_from
