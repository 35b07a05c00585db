"""A placement's history, read from its decisions and notices in the order they were stored (D6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from asyncpg import Record

from app.database.queries import Queries
from app.http.problems import NOT_FOUND
from app.placements.queries import PLACEMENT_HISTORY
from app.placements.schemas import HistoryStep, PlacementDetail, PricedPlacementDetail
from app.placements.terms import get_legacy_price, make_terms
from app.rules.money import to_ore
from app.rules.process import PlacementState, determine_placement_state
from app.rules.terms import TermsChange, TermsSegment, build_segments, find_terms

D = TypeVar("D", PlacementDetail, PricedPlacementDetail)


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """A decision about a placement, a notice of it, or its record as `legacy`, which has no day.

    A notice replaces the last day `replaced_ends_on`; its withdrawal brings it back as `ends_on`.
    """

    step: HistoryStep
    on: date | None
    decision_id: UUID | None
    follows_id: UUID | None
    notice_id: UUID | None
    valid_from: date | None
    ends_on: date | None
    replaced_ends_on: date | None
    share: int | None
    medication_tasks: bool | None
    monthly_price: Decimal | None
    destination: str | None


@dataclass(slots=True)
class PlacementHistory:
    """A placement as it was loaded, and what its events come to.

    Attributes:
        placement: its stored columns, by name.
        changes: the decided changes of its terms, in order.
        latest_id: its latest decision.
        latest_day: the latest day of an event; nothing is decided on an earlier one.
        notice: the notice that set the last day, also once the end is decided; None where it is withdrawn.
        destination: where the latest end sends the person (L8).
    """

    placement: Record
    events: Sequence[HistoryEvent]
    changes: list[TermsChange] = field(default_factory=list)
    latest_id: UUID | None = None
    latest_day: date | None = None
    notice: HistoryEvent | None = None
    end_decided: bool = False
    destination: str | None = None

    def __post_init__(self) -> None:
        for event in self.events:
            if event.on is None:
                continue
            self.latest_day = max(self.latest_day or event.on, event.on)
            self.latest_id = event.decision_id or self.latest_id
            if event.step == "notice_given":
                self.notice = event
            elif event.step == "notice_withdrawn":
                self.notice, self.end_decided = None, False
            elif event.step == "end_decided":
                self.end_decided, self.destination = True, event.destination
            elif event.step == "changed" and event.valid_from is not None:
                price = None if event.monthly_price is None else to_ore(event.monthly_price)
                self.changes.append(TermsChange(event.valid_from, event.share, price, event.medication_tasks))

    @property
    def notice_open(self) -> bool:
        """Notice is given, and neither withdrawn nor followed by the decision to end."""
        return self.notice is not None and not self.end_decided

    @property
    def died(self) -> bool:
        """L8: a death has ended the placement."""
        return self.end_decided and self.destination == "died"

    def determine_state(self, on: date) -> PlacementState:
        """The placement's state on a day (L3, L5, L7)."""
        return determine_placement_state(
            last_day=self.placement["ends_on"],
            end_decided=self.end_decided,
            notice_open=self.notice_open,
            on=on,
            died=self.died,
        )

    def build_segments(self) -> list[TermsSegment]:
        """The placement's terms over time, by its last day and its changes."""
        row = self.placement
        first = make_terms(row["share"], row["monthly_price"], row["medication_tasks"])
        return build_segments(row["starts_on"], row["ends_on"], first, self.changes)


async def load_history(queries: Queries, placement_id: UUID) -> PlacementHistory:
    """A placement and its history in one query. Raises `NOT_FOUND` when absent or not the caller's to see.

    Before a change, the caller locks the placement.
    """
    rows = await queries.fetch(PLACEMENT_HISTORY, placement_id=placement_id)
    if not rows:
        raise NOT_FOUND()
    replaced = {row["notice_id"]: row["replaced_ends_on"] for row in rows if row["step"] == "notice_given"}
    events = [
        HistoryEvent(
            step=row["step"],
            on=row["event_on"],
            decision_id=row["decision_id"],
            follows_id=row["follows_id"],
            notice_id=row["notice_id"],
            valid_from=row["valid_from"],
            ends_on=replaced.get(row["notice_id"]) if row["step"] == "notice_withdrawn" else row["event_ends_on"],
            replaced_ends_on=row["replaced_ends_on"],
            share=row["event_share"],
            medication_tasks=row["event_medication_tasks"],
            monthly_price=row["event_monthly_price"],
            destination=row["destination"],
        )
        for row in rows
        if row["step"] is not None
    ]
    return PlacementHistory(rows[0], events)


def to_detail(history: PlacementHistory, today: date, shape: type[D]) -> D:
    """The placement with its history and today's terms, in the shape with or without money."""
    terms = find_terms(history.build_segments(), today)
    values = dict(history.placement) | {
        "share": terms.share,
        "medication_tasks": terms.medication_tasks,
        "monthly_price": get_legacy_price(terms),
        "state": history.determine_state(today),
        "history": history.events,
    }
    return shape.model_validate({name: values[name] for name in shape.model_fields})
