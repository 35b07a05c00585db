"""The states of an application and of a place (D1–D8, L1–L8), and what a grant must have in order.

A step that `TRANSITIONS` does not list for a state is refused. Who may take a step is said by each operation.
Supplements (L6) are no step: one is bounded by the place's days, and may be recorded after the last of them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Need = Literal["permanent", "temporary"]
ApplicationStatus = Literal["received", "requested", "accepted", "granted", "rejected", "withdrawn", "annulled"]
PlacementState = Literal["running", "noticed", "lapsed", "ending", "ended", "annulled"]
Step = Literal[
    "request", "accept", "decline", "recall", "retract", "grant", "reject", "withdraw",
    "change", "notice", "withdraw_notice", "annul_notice", "end", "end_by_death", "correct", "annul",
]  # fmt: skip

MendingGround = Literal["clerical_error", "not_notified", "invalid", "in_favour"]
FoundBy = Literal["case_office", "provider", "participant", "guardian", "service", "other"]
NeedChangeOutcome = Literal["no_change", "supplement", "another_provider", "end"]
DecisionKind = Literal["grant", "reject", "change", "end", "correct", "annul"]
Destination = Literal[
    "vta", "municipal_offer", "ordinary_work", "education", "other_offer", "none", "moved", "died"
]  # fmt: skip

LEGAL_BASIS = "Helse- og omsorgstenestelova § 3-3"
CORRECTION_BASIS = "Forvaltningslova § 35"
# D2: what a decision of each kind may rest on, unless a version of the guideline says otherwise.
LEGAL_BASES: dict[str, list[str]] = {
    "grant": [LEGAL_BASIS],
    "reject": [LEGAL_BASIS],
    "change": [LEGAL_BASIS],
    "end": [LEGAL_BASIS],
    "correct": [CORRECTION_BASIS],
    "annul": [CORRECTION_BASIS],
}

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
class Transition:
    """In `state`, `step` may be taken, and leads to `next`."""

    state: ApplicationStatus | PlacementState
    step: Step
    next: ApplicationStatus | PlacementState


TRANSITIONS: tuple[Transition, ...] = (
    # An application (D4), one request at a time. `accepted` stays so while another provider is asked; the newest answer
    # counts. Where several are open at once, the others decide as well (`determine_application_status`).
    Transition("received", "request", "requested"),
    Transition("requested", "accept", "accepted"),
    Transition("requested", "decline", "received"),
    Transition("requested", "recall", "received"),
    Transition("accepted", "request", "accepted"),
    Transition("accepted", "accept", "accepted"),
    Transition("accepted", "decline", "received"),
    Transition("accepted", "recall", "accepted"),
    Transition("accepted", "retract", "received"),
    # D3, D6: decided once; the grant's place is `running`.
    Transition("accepted", "grant", "granted"),
    Transition("received", "reject", "rejected"),
    Transition("requested", "reject", "rejected"),
    Transition("accepted", "reject", "rejected"),
    Transition("received", "withdraw", "withdrawn"),
    Transition("requested", "withdraw", "withdrawn"),
    Transition("accepted", "withdraw", "withdrawn"),
    # D10: recorded by mistake. A granted one once its grant is annulled (D8).
    Transition("received", "annul", "annulled"),
    Transition("requested", "annul", "annulled"),
    Transition("accepted", "annul", "annulled"),
    Transition("granted", "annul", "annulled"),
    Transition("withdrawn", "annul", "annulled"),
    # A place (L1–L7): granted or recorded as `legacy`, it runs until its last day has passed.
    Transition("running", "change", "running"),
    Transition("running", "notice", "noticed"),
    Transition("running", "end", "ending"),
    # L3: notice is given, and the last day known; L5: the end is the case office's to decide.
    Transition("noticed", "change", "noticed"),
    Transition("noticed", "withdraw_notice", "running"),
    # D10: as if it had never been given, also once it has run out.
    Transition("noticed", "annul_notice", "running"),
    Transition("lapsed", "annul_notice", "running"),
    Transition("noticed", "end", "ending"),
    # The notice's last day has passed, and nobody has decided: the decision alone is left (L5).
    Transition("lapsed", "end", "ended"),
    # The end is decided, and its last day still to come.
    Transition("ending", "change", "ending"),
    Transition("ending", "withdraw_notice", "running"),
    # L8: a death ends a place with its own day, whatever was decided or given notice of before.
    Transition("running", "end_by_death", "ended"),
    Transition("noticed", "end_by_death", "ended"),
    Transition("lapsed", "end_by_death", "ended"),
    Transition("ending", "end_by_death", "ended"),
    # D8: a mistake is mended in whatever state it is found. Where a place stands after a correction follows from what
    # the decisions say then: it is the same unless its last day, or the end, is what was wrong.
    Transition("running", "correct", "running"),
    Transition("noticed", "correct", "noticed"),
    Transition("lapsed", "correct", "lapsed"),
    Transition("ending", "correct", "ending"),
    Transition("ended", "correct", "ended"),
    Transition("running", "annul", "annulled"),
    Transition("noticed", "annul", "annulled"),
    Transition("lapsed", "annul", "annulled"),
    Transition("ending", "annul", "annulled"),
    Transition("ended", "annul", "annulled"),
)


def find_next_state(state: ApplicationStatus | PlacementState, step: Step) -> ApplicationStatus | PlacementState | None:
    """The state that a step leads to, or None where it may not be taken."""
    return next((line.next for line in TRANSITIONS if (line.state, line.step) == (state, step)), None)


def determine_placement_state(
    *,
    last_day: date | None,
    end_decided: bool,
    notice_open: bool,
    on: date,
    died: bool = False,
    annulled: bool = False,
) -> PlacementState:
    """L3, L5, L7, L8, D8: the state of a place on a day.

    `last_day` is the last day known by now, from notice, end or a temporary grant; `notice_open` says that a notice is
    neither withdrawn nor followed by the decision to end; `died` that the end is a death, after which no step but a
    correction is left; `annulled` that there never should have been a place.
    """
    if annulled:
        return "annulled"
    if died:
        return "ended"
    passed = last_day is not None and last_day < on
    if notice_open:
        return "lapsed" if passed else "noticed"
    if passed:
        return "ended"
    return "ending" if end_decided else "running"


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


def find_decision_obstacle(application: ApplicationStatus) -> Literal["application-closed"] | None:
    """D6: an application is decided once, and a withdrawn one is not decided."""
    return "application-closed" if find_next_state(application, "reject") is None else None


def find_grant_obstacle(facts: GrantFacts) -> GrantObstacle | None:
    """The first thing that keeps a grant from being made, or None (D1, D4, D5, L2, L7).

    **Decided here** (L2): a standard place also begins no earlier than the guideline itself, since no rule prices a
    day before it.
    """
    if find_decision_obstacle(facts.application) is not None:
        return "application-closed"
    if not facts.request_accepted or find_next_state(facts.application, "grant") is None:
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


def may_be_legacy(starts_on: date, decided_on: date | None, effective_from: date | None) -> bool:
    """L2: legacy terms are for a place established before the guideline; every later place is standard.

    It is established on its first day, or on the day it was decided where that is known and comes before.
    """
    established_on = starts_on if decided_on is None else min(decided_on, starts_on)
    return effective_from is None or established_on < effective_from
