"""The list of tasks: every source put together, in order. Nothing is stored."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from heapq import nsmallest
from uuid import UUID

from app.database.queries import Queries
from app.followup.problems import TOO_MANY_TASKS
from app.followup.tasks import (
    absence_reviews,
    consents,
    deviations,
    guideline_evaluations,
    notices,
    relocations,
    system_meetings,
)
from app.followup.tasks.placement_duties import DuePeriod, iterate_tasks, load_missing_themes, load_requirements
from app.followup.tasks.schemas import TaskOut
from app.followup.tasks.task import RESPONSIBLE, RULE, Position, Task, TaskQuery, TaskRules
from app.placements.access import find_participant_ids
from app.rules.follow_up_duties import TaskKind
from app.security.roles import Actor

Source = Callable[[Queries, TaskQuery, TaskRules], Awaitable[list[Task]]]

_EVERYBODY = frozenset({"case_officer", "provider", "service"})
# The sources beside M1–M4, and the roles that get their tasks. A service does not know a provider's staff, and a
# provider has no part in calling a system meeting.
_SOURCES: tuple[tuple[TaskKind, frozenset[str], Source], ...] = (
    ("consent", _EVERYBODY, consents.list_tasks),
    ("notice_meeting", _EVERYBODY, notices.list_tasks),
    ("absence_review", _EVERYBODY, absence_reviews.list_tasks),
    ("deviation", frozenset({"case_officer", "provider"}), deviations.list_tasks),
    ("system_meeting", frozenset({"case_officer", "service"}), system_meetings.list_tasks),
    ("guideline_evaluation", frozenset({"case_officer"}), guideline_evaluations.list_tasks),
    ("moved_out", frozenset({"case_officer"}), relocations.list_tasks),
)


async def list_first_tasks(
    queries: Queries,
    actor: Actor,
    query: TaskQuery,
    municipality_number: str,
    *,
    after: Position | None,
    limit: int,
) -> list[Task]:
    """The first `limit` tasks after a position, in the list's order; no more than a few pages are in memory."""
    rules = TaskRules(await load_requirements(queries), municipality_number)
    others = await _load_other_tasks(queries, actor, query, rules)
    found = sorted(task for task in others if after is None or task[:4] > after)[:limit]
    period = DuePeriod.of(query)
    if after is not None:
        period.first = max(period.first, after[0])
    if len(found) == limit:
        period.last = min(period.last, found[-1].due_on)
    async for tasks in iterate_tasks(queries, query, rules.requirements, period):
        new = tasks if after is None else [task for task in tasks if task[:4] > after]
        if new:
            found = nsmallest(limit, [*found, *new])
            if len(found) == limit:
                period.last = found[-1].due_on
    return found


async def list_unfinished_tasks(
    queries: Queries, actor: Actor, query: TaskQuery, municipality_number: str, *, limit: int
) -> list[Task]:
    """Every open or overdue task, in the list's order. Raises `TOO_MANY_TASKS` if there are more than `limit`."""
    rules = TaskRules(await load_requirements(queries), municipality_number)
    found = [task for task in await _load_other_tasks(queries, actor, query, rules) if task.status != "done"]
    async for tasks in iterate_tasks(queries, query, rules.requirements):
        found += [task for task in tasks if task.status != "done"]
        if len(found) > limit:
            break
    if len(found) > limit:
        raise TOO_MANY_TASKS(f"Det er fleire enn {limit} oppgåver her. Avgrens med dagar, vekstbedrift eller slag.")
    found.sort()
    return found


async def to_response(queries: Queries, tasks: Sequence[Task], query: TaskQuery) -> list[TaskOut]:
    """Tasks as they go out, with the themes that the year's meetings have not covered (M3, M4)."""
    missing = await load_missing_themes(queries, tasks, query.on)
    return [
        TaskOut(
            id=task.id,
            kind=task.kind,
            due_on=task.due_on,
            status=task.status,
            responsible=RESPONSIBLE[task.kind],
            placement_id=task.subject.placement_id,
            provider_id=task.subject.provider_id,
            rule=task.subject.rule or RULE[task.kind],
            link=task.subject.link or f"/v1/placements/{task.subject.placement_id}",
            n=task.n,
            required=task.required,
            recorded=task.recorded,
            missing=missing.get(task.id, list(task.subject.missing)),
        )
        for task in tasks
    ]


async def load_participants(queries: Queries, tasks: Iterable[Task]) -> set[UUID]:
    """The participants that the tasks are about, for the access log."""
    subjects = [task.subject for task in tasks]
    known = {subject.participant_id for subject in subjects if subject.participant_id is not None}
    unknown = {subject.placement_id for subject in subjects if subject.participant_id is None}
    return known.union((await find_participant_ids(queries, unknown)).values())


async def _load_other_tasks(queries: Queries, actor: Actor, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """The tasks beside M1–M4 that are asked for, in no order."""
    found: list[Task] = []
    for kind, roles, list_tasks in _SOURCES:
        if query.includes_kind(kind) and not roles.isdisjoint(actor.roles):
            found += [task for task in await list_tasks(queries, query, rules) if query.includes(task)]
    return found
