"""M9: what is due and will never be done is waived by the case office, with a reason; a waiver can be taken back."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.followup.problems import ALREADY_WAIVED, NOT_WAIVABLE, TASK_DONE
from app.followup.schemas import WaiverIn
from app.followup.tables import TaskWaiver
from app.followup.tasks.task import KIND_ORDER, RANK, Task, TaskQuery
from app.followup.tasks.task_list import list_tasks_of_kind
from app.http.problems import NOT_FOUND
from app.rules.follow_up_duties import WAIVABLE_KINDS
from app.security.roles import Actor


async def waive_task(
    unit: UnitOfWork, actor: Actor, task_id: str, body: WaiverIn, municipality_number: str
) -> TaskWaiver:
    """M9: waive a task that is open or overdue today.

    **Decided here**: it holds for every day that is asked about, and not if the thing is done after all. Raises
    `NOT_WAIVABLE`, `TASK_DONE`, `ALREADY_WAIVED`, and `NOT_FOUND` for what is no task today.
    """
    rank, subject_id, n = parse_task_id(task_id)
    query = TaskQuery(clock.today(), kinds=frozenset({KIND_ORDER[rank]}))
    found = await list_tasks_of_kind(unit, actor, query, subject_id, municipality_number)
    task = next((task for task in found if task.id == task_id), None)
    if task is None:
        raise NOT_FOUND()
    _require_unfinished(task)
    values = {
        "kind": task.kind,
        "subject_id": subject_id,
        "n": n,
        "placement_id": task.subject.placement_id,
        "provider_id": task.subject.provider_id,
        "reason": body.reason,
        "waived_by": actor.name,
    }
    waiver = TaskWaiver.model_validate(values)
    unit.session.add(waiver)
    await unit.session.flush()
    return waiver


async def find_waiver(queries: Queries, task_id: str) -> TaskWaiver:
    """The waiver that stands for a task. Raises `NOT_FOUND`."""
    rank, subject_id, n = parse_task_id(task_id)
    rows = await queries.select(
        select(TaskWaiver).where(
            col(TaskWaiver.kind) == KIND_ORDER[rank],
            col(TaskWaiver.subject_id) == subject_id,
            col(TaskWaiver.n) == n,
            col(TaskWaiver.withdrawn_at).is_(None),
        )
    )
    if not rows:
        raise NOT_FOUND()
    return rows[0]


async def withdraw_waiver(unit: UnitOfWork, actor: Actor, task_id: str) -> TaskWaiver:
    """M9: take a waiver back; the task is due again. Raises `NOT_FOUND`."""
    waiver = await find_waiver(unit, task_id)
    waiver.withdrawn_at = clock.now()
    waiver.withdrawn_by = actor.name
    await unit.session.flush()
    return waiver


def parse_task_id(task_id: str) -> tuple[int, UUID, int]:
    """Rank of the kind, subject and number. Raises `NOT_WAIVABLE` for a kind that is not waived, `NOT_FOUND`."""
    kind, subject_id, n = task_id.split(".")
    known = next((known for known in KIND_ORDER if known == kind), None)
    if known is None:
        raise NOT_FOUND()
    if known not in WAIVABLE_KINDS:
        raise NOT_WAIVABLE()
    return RANK[known], UUID(subject_id), int(n)


def _require_unfinished(task: Task) -> None:
    if task.status == "done":
        raise TASK_DONE()
    if task.status == "waived":
        raise ALREADY_WAIVED()
