"""A task as it is derived, what is asked for, and the order of the list."""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple, Self, get_args
from uuid import UUID

from app.database.base import NIL_UUID
from app.http.pagination import invalid_cursor
from app.rules.follow_up_duties import (
    FollowUpRequirements,
    ResponsibleParty,
    TaskKind,
    TaskStatus,
    determine_status,
    find_requirements,
)

# Tasks due on one day stand in this order.
KIND_ORDER: tuple[TaskKind, ...] = get_args(TaskKind)
RANK: Mapping[TaskKind, int] = {kind: rank for rank, kind in enumerate(KIND_ORDER)}
RULE: Mapping[TaskKind, str] = {
    "plan": "M1",
    "evaluation": "M2",
    "conversation": "M3",
    "cooperation_meeting": "M4",
    "system_meeting": "M7",
    "guideline_evaluation": "M8",
    "absence_review": "A3",
    "notice_meeting": "L4",
    "deviation": "P4",
    "consent": "M6",
    "moved_out": "D1",
    "request_to_send": "D4",
    "request_unanswered": "D4",
    "decision_to_make": "D4",
    "end_decision": "L5",
    "temporary_ending": "L7",
    "supplement_ending": "L6",
    "rate_missing": "C1",
    "absence_contact": "P7",
    "staffing_discussion": "L6",
    "protection_to_check": "D1",
    "trust_report": "R10",
    "stair_review": "K2",
    "reassessment": "S4",
    "trip_assessment": "T11",
    "trip_acceptance": "T16",
    "trip_settlement": "T16",
    "trial_evaluation": "T24",
    "information_stale": "T17",
}
# Their `n` is a calendar year.
YEARLY_KINDS: frozenset[TaskKind] = frozenset(
    {
        "system_meeting",
        "guideline_evaluation",
        "rate_missing",
        "trust_report",
        "stair_review",
        "trip_assessment",
        "trial_evaluation",
    }
)
# Who must act. The provider calls a cooperation meeting (M4), Habilitering the system meeting (M7).
RESPONSIBLE: Mapping[TaskKind, ResponsibleParty] = {
    "plan": "provider",
    "evaluation": "provider",
    "conversation": "provider",
    "cooperation_meeting": "provider",
    "system_meeting": "service",
    "guideline_evaluation": "case_office",
    "absence_review": "case_office",
    "notice_meeting": "case_office",
    "deviation": "provider",
    "consent": "provider",
    "moved_out": "case_office",
    "request_to_send": "case_office",
    "request_unanswered": "provider",
    "decision_to_make": "case_office",
    "end_decision": "case_office",
    "temporary_ending": "case_office",
    "supplement_ending": "case_office",
    "rate_missing": "case_office",
    "absence_contact": "provider",
    "staffing_discussion": "case_office",
    "protection_to_check": "case_office",
    "trust_report": "grants_office",
    "stair_review": "case_office",
    "reassessment": "case_office",
    "trip_assessment": "grants_office",
    "trip_acceptance": "grants_office",
    "trip_settlement": "grants_office",
    "trial_evaluation": "grants_office",
    "information_stale": "grants_office",
}

EVERY_PARTY: frozenset[ResponsibleParty] = frozenset(get_args(ResponsibleParty))
UNFINISHED: frozenset[TaskStatus] = frozenset({"open", "overdue"})
# How far ahead the list shows what waits for others.
DAYS_AHEAD = 60

TaskKey = tuple[int, bytes, int]
"""What a task is, whenever it is due: rank of its kind, subject and number."""

_CURSOR = struct.Struct(">IBI16s")
Position = tuple[date, int, bytes, int]


class TaskSubject(NamedTuple):
    """What a task is about. `rule` and `link` if they are not its kind's own, `detail` what the title of a yearly one
    says beside the year; `clock_start` is the first day of the placement's first year, `made_since` the first day on
    which the plan that is due may be made (M2).
    """

    placement_id: UUID | None = None
    provider_id: UUID | None = None
    participant_id: UUID | None = None
    link: str | None = None
    rule: str | None = None
    detail: str | None = None
    missing: tuple[str, ...] = ()
    clock_start: date | None = None
    made_since: date = date.min


class Task(NamedTuple):
    """A task, in the order of the list: by day, kind, what it is about (16 bytes), and which of those."""

    due_on: date
    rank: int
    subject_id: bytes
    n: int
    status: TaskStatus
    required: int
    recorded: int
    subject: TaskSubject

    @classmethod
    def single(
        cls,
        kind: TaskKind,
        due_on: date,
        subject_id: UUID,
        subject: TaskSubject,
        *,
        on: date,
        recorded: int = 0,
        n: int = 0,
    ) -> Self:
        """A task that requires one thing, with its status on a day."""
        status = determine_status(due_on, done=recorded > 0, on=on)
        return cls(due_on, RANK[kind], subject_id.bytes, n, status, 1, recorded, subject)

    @property
    def kind(self) -> TaskKind:
        return KIND_ORDER[self.rank]

    @property
    def id(self) -> str:
        """The same for the same task whenever it is asked for."""
        subject_id = UUID(bytes=self.subject_id)
        return f"{self.kind}.{'-' if subject_id == NIL_UUID else subject_id}.{self.n}"

    @property
    def cursor(self) -> str:
        """The cursor that continues after the task."""
        packed = _CURSOR.pack(self.due_on.toordinal(), self.rank, self.n, self.subject_id)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def parse_cursor(after: str) -> Position:
    """Where in the order a cursor stands. Raises `VALIDATION` for one that is not the service's."""
    ordinal, rank, n, subject_id = _CURSOR.unpack(base64.urlsafe_b64decode(after + "=="))
    if not 1 <= ordinal <= date.max.toordinal():
        raise invalid_cursor()
    return date.fromordinal(ordinal), rank, subject_id, n


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What is asked for. `due_from` is included, `due_before` is not; an empty `kinds` or `statuses` means all."""

    on: date
    kinds: frozenset[TaskKind] = frozenset()
    statuses: frozenset[TaskStatus] = frozenset()
    provider_id: UUID | None = None
    placement_id: UUID | None = None
    due_from: date | None = None
    due_before: date | None = None
    responsible: frozenset[ResponsibleParty] = EVERY_PARTY

    @property
    def parameters(self) -> Mapping[str, object]:
        """The values of a statement that is asked of every placement or of one (`PlacementQueries`)."""
        return {"on": self.on, "placement_id": self.placement_id, "provider_id": self.provider_id}

    @property
    def names_time(self) -> bool:
        """Whether a status or a due day is named; if not, the list shows what is next (`split`)."""
        return bool(self.statuses) or self.due_from is not None or self.due_before is not None

    def split(self, own: frozenset[ResponsibleParty]) -> "tuple[TaskQuery, TaskQuery]":
        """What waits for these parties, and what waits for others.

        Where no status or due day is named: of the first all that is not done, of the second what is overdue, or open
        and due within `DAYS_AHEAD` days.
        """
        mine = replace(self, responsible=self.responsible & own)
        others = replace(self, responsible=self.responsible - own)
        if self.names_time:
            return mine, others
        before = self.on + timedelta(days=DAYS_AHEAD + 1)
        return replace(mine, statuses=UNFINISHED), replace(others, statuses=UNFINISHED, due_before=before)

    def limited_to(self, day: date) -> "TaskQuery":
        """The same, of what is due on one day."""
        first, before = self.due_from or day, self.due_before or date.max
        return replace(self, due_from=max(day, first), due_before=min(day + timedelta(days=1), before))

    def includes_kind(self, kind: TaskKind) -> bool:
        """Whether tasks of a kind can be among what is asked for."""
        return (not self.kinds or kind in self.kinds) and RESPONSIBLE[kind] in self.responsible

    def includes_status(self, status: TaskStatus) -> bool:
        """Whether tasks with a status can be among what is asked for."""
        return not self.statuses or status in self.statuses

    def includes(self, task: Task) -> bool:
        """Whether this very task is among what is asked for."""
        return (
            self.includes_kind(task.kind)
            and self.includes_status(task.status)
            and self.provider_id in (None, task.subject.provider_id)
            and self.placement_id in (None, task.subject.placement_id)
            and (self.due_from is None or task.due_on >= self.due_from)
            and (self.due_before is None or task.due_on < self.due_before)
        )


@dataclass(frozen=True, slots=True)
class TaskRules:
    """What tasks are derived by: each version of the guideline, sorted by its first day, what is waived (M9), the
    placements whose follow-up the caller no longer sees (D11), and the municipality.
    """

    requirements: tuple[FollowUpRequirements, ...]
    waived: frozenset[TaskKey] = frozenset()
    closed: frozenset[UUID] = frozenset()
    municipality_number: str = ""

    def apply_waivers(self, task: Task) -> Task:
        """M9: the task, waived if it is and not done after all."""
        return task._replace(status="waived") if task.status != "done" and task[1:4] in self.waived else task

    def find_parameters(self, on: date) -> FollowUpRequirements:
        """The parameters of the version in force on a day; the defaults where there is none."""
        return find_requirements(self.requirements, on) if self.requirements else FollowUpRequirements(on)
