"""T19, T20: the course of a trip from application to settlement, and what may be done in which state (003 § 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

TripStatus = Literal[
    "applied", "assessed", "planned", "accepted", "granted", "carried_out", "settled",
    "rejected", "withdrawn", "cancelled",
]  # fmt: skip
TripAct = Literal["change", "plan", "accept", "grant", "reject", "withdraw", "leave", "cancel", "settle"]
TripDecisionKind = Literal["grant", "reject", "withdraw"]

_BEFORE_PLAN: frozenset[TripStatus] = frozenset({"applied", "assessed"})
BEFORE_DECISION: frozenset[TripStatus] = _BEFORE_PLAN | {"planned", "accepted"}
"""T20: the states of a trip that is neither decided nor cancelled."""

STATES_OF_ACT: Mapping[TripAct, frozenset[TripStatus]] = {
    "change": BEFORE_DECISION,
    "plan": BEFORE_DECISION,
    "accept": frozenset({"planned", "accepted", "granted"}),
    "grant": frozenset({"accepted"}),
    "reject": BEFORE_DECISION,
    "withdraw": BEFORE_DECISION,
    # T16: one who leaves before departure; the others' prices are made again.
    "leave": BEFORE_DECISION | {"granted"},
    "cancel": BEFORE_DECISION | {"granted"},
    "settle": frozenset({"carried_out"}),
}
"""T20: the states in which something may be done to a trip; in any other it is refused."""


@dataclass(frozen=True, slots=True)
class TripFacts:
    """What is on record of a trip.

    Attributes:
        assessed: all of its applications are.
        planned: it has a staffing plan.
        accepted: all of its participants have accepted the price they have now.
    """

    ends_on: date
    assessed: bool = False
    planned: bool = False
    accepted: bool = False
    decision: TripDecisionKind | None = None
    cancelled: bool = False
    settled: bool = False


def determine_trip_status(facts: TripFacts, on: date) -> TripStatus:
    """T20: a granted trip is carried out from the day after its last."""
    if facts.settled:
        return "settled"
    if facts.cancelled:
        return "cancelled"
    if facts.decision == "reject":
        return "rejected"
    if facts.decision == "withdraw":
        return "withdrawn"
    if facts.decision == "grant":
        return "carried_out" if facts.ends_on < on else "granted"
    if facts.planned:
        return "accepted" if facts.accepted else "planned"
    return "assessed" if facts.assessed else "applied"


def is_allowed(act: TripAct, status: TripStatus) -> bool:
    """T20: whether something may be done to a trip in this state."""
    return status in STATES_OF_ACT[act]


def list_acts(status: TripStatus) -> list[TripAct]:
    """T20: everything that may be done to a trip in this state."""
    return [act for act in STATES_OF_ACT if is_allowed(act, status)]


def must_accept(price: int | None, accepted_price: int | None) -> bool:
    """T16: whether a participant must accept: nothing is accepted yet, or the price has risen since. Øre."""
    return price is not None and (accepted_price is None or price > accepted_price)
