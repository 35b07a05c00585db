"""A placement's history, read from its decisions and notices in the order they were stored (D6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from asyncpg import Record

from app.database.queries import Queries
from app.http.problems import NOT_FOUND
from app.placements.queries import PLACEMENT_HISTORY
from app.placements.schemas import PlacementDetail, PricedPlacementDetail
from app.placements.terms import get_legacy_price, make_terms
from app.rules.placement_course import HistoryEvent, PlacementCourse, follow_events
from app.rules.process import PlacementState, determine_placement_state
from app.rules.terms import TermsSegment, build_segments, find_terms

D = TypeVar("D", PlacementDetail, PricedPlacementDetail)


@dataclass(slots=True)
class PlacementHistory:
    """A placement as it was loaded, and what its events come to.

    Attributes:
        placement: its stored columns, by name.
        course: what the events come to.
        latest_id: its latest decision.
    """

    placement: Record
    events: Sequence[HistoryEvent]
    course: PlacementCourse = field(init=False)
    latest_id: UUID | None = None

    def __post_init__(self) -> None:
        self.course = follow_events(self.events, self.placement["need"])
        self.latest_id = next((event.decision_id for event in reversed(self.events) if event.decision_id), None)

    def find_latest_day(self, today: date) -> date | None:
        """The latest day of an event; nothing is decided on an earlier one.

        A day that lies ahead is a mistake (D9), and holds up nothing that comes after it.
        """
        return max((event.on for event in self.events if event.on is not None and event.on <= today), default=None)

    def determine_state(self, on: date) -> PlacementState:
        """The placement's state on a day (L3, L5, L7, D8)."""
        return determine_placement_state(
            last_day=self.placement["ends_on"],
            end_decided=self.course.end_decided,
            notice_open=self.course.notice_open,
            on=on,
            died=self.course.died,
            annulled=self.placement["annulled_on"] is not None,
        )

    def build_segments(self) -> list[TermsSegment]:
        """The placement's terms over time, by its last day and its changes."""
        row = self.placement
        first = make_terms(row["share"], row["monthly_price"], row["medication_tasks"])
        return build_segments(row["starts_on"], row["ends_on"], first, self.course.changes)


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
            corrects_id=row["corrects_id"],
            notice_id=row["notice_id"],
            valid_from=row["valid_from"],
            ends_on=replaced.get(row["notice_id"]) if row["step"] == "notice_withdrawn" else row["event_ends_on"],
            replaced_ends_on=row["replaced_ends_on"],
            share=row["event_share"],
            need=row["event_need"],
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
