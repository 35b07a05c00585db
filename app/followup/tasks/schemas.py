"""The shapes of tasks (the contract's "Task")."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Shape
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus


class TaskOut(Shape):
    """Something the guideline requires: open, overdue or done. Computed on request, not stored."""

    id: Annotated[
        str,
        Limits(description="Stable id of the task.", examples=["plan.016e0000-0005-7000-8000-000000000001.1"]),
    ]
    title: Annotated[
        str,
        Limits(
            description="What is due, in nynorsk, with the names that the caller may see.",
            examples=["Plan for oppfølging: Kari Hage, Gløde AS"],
        ),
    ]
    kind: TaskKind
    due_on: date
    status: TaskStatus
    responsible: ResponsibleParty
    placement_id: UUID | None
    provider_id: UUID | None
    participant_id: Annotated[UUID | None, Limits(description="The participant, if the caller may see them.")]
    participant_name: Annotated[
        str | None,
        Limits(description="Their name as the title has it: «Verna adresse» where the address is protected."),
    ]
    rule: Annotated[str, Limits(description="The rule that requires it.", examples=["M1"])]
    link: Annotated[str, Limits(description="Path of the object the task is about.")]
    n: Annotated[
        int,
        Limits(
            description="Number of the placement year, the calendar year, or the first day of an absence as YYYYMMDD; 0"
            " if there is one only."
        ),
    ]
    required: Annotated[int, Limits(description="How many are required.")]
    recorded: Annotated[int, Limits(description="How many are recorded.")]
    missing: Annotated[
        list[str],
        Limits(
            description="`sent` for a plan that is made and not sent (M1); themes not covered in the year's meetings"
            " (M3, M4); services that were present without consent (M6); roles and providers that were at no system"
            " meeting of the year (M7): a role's code or a provider's name."
        ),
    ]


TaskGrouping = Literal["status", "kind", "provider"]


class TaskCount(Shape):
    """How many tasks there are of one status, kind or provider; it has the key that was asked for and no other."""

    status: TaskStatus = "open"
    kind: TaskKind = "plan"
    provider_id: Annotated[UUID | None, Limits(description="Null for tasks of no provider.")] = None
    count: Annotated[int, Limits(description="How many tasks.")]


class TaskSummary(Shape):
    """Counts of tasks, and their sum, on one page."""

    items: list[TaskCount]
    next: Annotated[str | None, Limits(description="Always null.")]
    count: Annotated[int, Limits(description="The sum of the counts.")]


class TaskPage(Shape):
    """One page of tasks by due day. `next` is null on the last page."""

    items: list[TaskOut]
    next: str | None
    counts: Annotated[
        list[TaskCount] | None,
        Limits(description="With `counts=true`: how many tasks of each status all pages have together, most first."),
    ] = None
