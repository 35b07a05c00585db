"""A task as it is derived, and as it goes out (the contract's "Task")."""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple, get_args
from uuid import UUID

from fastapi import Query
from pydantic import Field as Limits

from app.http.problems import VALIDATION
from app.http.schemas import Shape
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus, determine_status

# Kinds of one day stand in this order.
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
}
# Who must act. The provider calls a cooperation meeting (M4), Habilitering the joint one (M7).
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
}
NOBODY = bytes(16)


@dataclass(frozen=True, slots=True)
class About:
    """What a task is about. `rule` and `link` where they are not its kind's own; `first` is a placement's clock's first
    day.
    """

    placement_id: UUID | None = None
    provider_id: UUID | None = None
    participant_id: UUID | None = None
    link: str | None = None
    rule: str | None = None
    missing: tuple[str, ...] = ()
    first: date | None = None


class Task(NamedTuple):
    """A task, in the order of the list: by day, kind, what it is about (16 bytes), and which of those."""

    due_on: date
    rank: int
    subject: bytes
    n: int
    status: TaskStatus
    required: int
    recorded: int
    about: About

    @classmethod
    def single(cls, kind: TaskKind, due_on: date, subject: UUID, about: About, *, done: bool, on: date) -> "Task":
        """One thing, done or not, as a day shows it."""
        return cls(
            due_on=due_on,
            rank=RANK[kind],
            subject=subject.bytes,
            n=0,
            status=determine_status(due_on, done=done, on=on),
            required=1,
            recorded=int(done),
            about=about,
        )

    @property
    def kind(self) -> TaskKind:
        return KIND_ORDER[self.rank]

    @property
    def id(self) -> str:
        """The same for the same task whenever it is asked for."""
        subject = "-" if self.subject == NOBODY else str(UUID(bytes=self.subject))
        return f"{self.kind}.{subject}.{self.n}"


class TaskOut(Shape):
    """Something that the guideline asks for: due, late or done. Derived when asked, never stored."""

    id: Annotated[
        str,
        Limits(
            description="The same whenever it is asked for.",
            examples=["plan.016e0000-0005-7000-8000-000000000001.1"],
        ),
    ]
    kind: TaskKind
    due_on: date
    status: TaskStatus
    responsible: ResponsibleParty
    placement_id: UUID | None
    provider_id: UUID | None
    rule: Annotated[str, Limits(description="The rule that asks for it.", examples=["M1"])]
    link: Annotated[str, Limits(description="The path of what it is about.")]
    n: Annotated[int, Limits(description="Which placement year, or which calendar year, where there are several.")]
    required: Annotated[int, Limits(description="How many are asked for.")]
    recorded: Annotated[int, Limits(description="How many there are.")]
    missing: Annotated[
        list[str],
        Limits(
            description="Themes that the year's meetings have not touched (M3, M4), or who was at none of the year's"
            " joint meetings (M7): a role's code or a provider's name."
        ),
    ]


class TaskPage(Shape):
    """One page of tasks, by the day they are due. `next` is null on the last one."""

    items: list[TaskOut]
    next: str | None


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What is asked for. `due_from` is among the days, `due_before` is not."""

    on: date
    kind: TaskKind | None = None
    status: TaskStatus | None = None
    provider_id: UUID | None = None
    placement_id: UUID | None = None
    due_from: date | None = None
    due_before: date | None = None
    responsible: ResponsibleParty | None = None

    def wants(self, kind: TaskKind) -> bool:
        """Whether tasks of a kind can be among what is asked for."""
        return self.kind in (None, kind) and self.responsible in (None, RESPONSIBLE[kind])

    def takes(self, task: Task) -> bool:
        """Whether this very task is among what is asked for."""
        return (
            self.wants(task.kind)
            and self.status in (None, task.status)
            and self.provider_id in (None, task.about.provider_id)
            and self.placement_id in (None, task.about.placement_id)
            and (self.due_from is None or task.due_on >= self.due_from)
            and (self.due_before is None or task.due_on < self.due_before)
        )


_CURSOR = struct.Struct(">IBH16s")
TaskAfter = Annotated[
    str | None,
    Query(max_length=31, pattern=r"^[A-Za-z0-9_-]{31}$", description="The `next` of the page before. Opaque."),
]
Position = tuple[date, int, bytes, int]


def cursor(task: Task) -> str:
    """The cursor that continues after a task."""
    packed = _CURSOR.pack(task.due_on.toordinal(), task.rank, task.n, task.subject)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def position_of(after: str) -> Position:
    """Where in the order a cursor stands. Raises a 422 problem for one that is none of ours."""
    ordinal, rank, n, subject = _CURSOR.unpack(base64.urlsafe_b64decode(after + "="))
    if not 1 <= ordinal <= date.max.toordinal():
        raise VALIDATION("«after» er ikkje ein gyldig peikar.", pointer="#/query/after")
    return date.fromordinal(ordinal), rank, subject, n
