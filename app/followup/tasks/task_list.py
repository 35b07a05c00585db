"""The list of tasks: every source put together, in order. Nothing is stored."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from typing import TypeVar
from uuid import UUID

from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.queries import Queries
from app.followup.problems import TOO_MANY_TASKS
from app.followup.tasks import (
    absence_contacts,
    absence_reviews,
    applications,
    consents,
    deviations,
    endings,
    grant_schemes,
    guideline_evaluations,
    missing_rates,
    notices,
    protections,
    reassessments,
    relocations,
    staffing_discussions,
    stair_reviews,
    system_meetings,
    trip_assessments,
    trip_steps,
    trust_reports,
)
from app.followup.tasks.placement_duties import (
    DuePeriod,
    iterate_tasks,
    load_missing_themes,
    load_rules,
    load_unsent_plans,
)
from app.followup.tasks.schemas import TaskCount, TaskGrouping, TaskOut, TaskSummary
from app.followup.tasks.task import KIND_ORDER, RESPONSIBLE, RULE, UNFINISHED, Position, Task, TaskQuery, TaskRules
from app.followup.tasks.titles import build_title, load_names
from app.placements.access import find_participant_ids
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus
from app.security.roles import Actor

T = TypeVar("T")
Source = Callable[[Queries, TaskQuery, TaskRules], Awaitable[list[Task]]]

_GROUPINGS: Mapping[TaskGrouping, Callable[[Task], str | UUID | None]] = {
    "status": lambda task: task.status,
    "kind": lambda task: task.kind,
    "provider": lambda task: task.subject.provider_id,
}
_PARTIES: Mapping[str, ResponsibleParty] = {
    "case_officer": "case_office",
    "provider": "provider",
    "service": "service",
    "grants_officer": "grants_office",
}
_CASE_OFFICE = frozenset({"case_officer"})
_GRANTS_OFFICE = frozenset({"case_officer", "grants_officer"})
_EVERYBODY = frozenset({"case_officer", "provider", "service"})
# The sources beside M1–M4, and the roles that get their tasks. A service does not know a provider's staff, and a
# provider has no part in calling a system meeting.
_OF_PLACEMENTS: tuple[tuple[TaskKind, frozenset[str], Source], ...] = (
    ("consent", _EVERYBODY, consents.list_tasks),
    ("notice_meeting", _EVERYBODY, notices.list_tasks),
    ("absence_review", _EVERYBODY, absence_reviews.list_tasks),
    ("absence_contact", frozenset({"case_officer", "provider"}), absence_contacts.list_tasks),
    ("deviation", frozenset({"case_officer", "provider"}), consents.list_deviations),
    ("moved_out", _CASE_OFFICE, relocations.list_tasks),
    ("end_decision", _CASE_OFFICE, endings.list_end_decisions),
    ("temporary_ending", _CASE_OFFICE, endings.list_temporary_endings),
    ("supplement_ending", _CASE_OFFICE, endings.list_supplement_endings),
)
# None of them is asked for the tasks of one placement.
_OF_OTHERS: tuple[tuple[TaskKind, frozenset[str], Source], ...] = (
    ("deviation", frozenset({"case_officer", "provider"}), deviations.list_tasks),
    ("system_meeting", frozenset({"case_officer", "service"}), system_meetings.list_tasks),
    ("guideline_evaluation", _CASE_OFFICE, guideline_evaluations.list_tasks),
    ("request_to_send", _CASE_OFFICE, applications.list_requests_to_send),
    ("request_unanswered", frozenset({"case_officer", "provider"}), applications.list_unanswered_requests),
    ("decision_to_make", _CASE_OFFICE, applications.list_decisions_to_make),
    ("rate_missing", _CASE_OFFICE, missing_rates.list_tasks),
    ("staffing_discussion", _CASE_OFFICE, staffing_discussions.list_tasks),
    ("protection_to_check", _CASE_OFFICE, protections.list_tasks),
    ("stair_review", _CASE_OFFICE, stair_reviews.list_tasks),
    ("reassessment", _CASE_OFFICE, reassessments.list_tasks),
    ("trust_report", frozenset({"case_officer", "grants_officer"}), trust_reports.list_tasks),
    ("trip_assessment", frozenset({"case_officer", "grants_officer"}), trip_assessments.list_tasks),
    ("trip_acceptance", _GRANTS_OFFICE, trip_steps.list_acceptances),
    ("trip_settlement", _GRANTS_OFFICE, trip_steps.list_settlements),
    ("trial_evaluation", _GRANTS_OFFICE, trip_steps.list_evaluations),
    ("information_stale", _GRANTS_OFFICE, grant_schemes.list_tasks),
)


async def list_first_tasks(
    queries: Queries,
    actor: Actor,
    query: TaskQuery,
    municipality_number: str,
    *,
    after: Position | None,
    limit: int,
    counter: Counter[TaskStatus] | None = None,
) -> list[Task]:
    """The first `limit` tasks after a position: what waits for the caller itself, then what waits for others, each by
    day; no more than a few pages are in memory.

    A counter is given the status of every task of the list, also of those before and after these.
    """
    rules = await load_rules(queries, municipality_number, query.placement_id)
    own = find_own_parties(actor)
    mine, others = query.split(own)
    found: list[Task] = []
    if after is None or RESPONSIBLE[KIND_ORDER[after[1]]] in own:
        found = await _list_first_tasks(queries, actor, mine, rules, counter, after=after, limit=limit)
        after = None
    elif counter is not None:
        await _list_first_tasks(queries, actor, mine, rules, counter, after=after, limit=0)
    if len(found) < limit or counter is not None:
        found += await _list_first_tasks(queries, actor, others, rules, counter, after=after, limit=limit - len(found))
    return found


async def _list_first_tasks(
    queries: Queries,
    actor: Actor,
    query: TaskQuery,
    rules: TaskRules,
    counter: Counter[TaskStatus] | None,
    *,
    after: Position | None,
    limit: int,
) -> list[Task]:
    """The first `limit` tasks after a position, by day."""
    period = DuePeriod.of(query)

    def select(tasks: Iterable[Task]) -> list[Task]:
        return nsmallest(limit, tasks if after is None else (task for task in tasks if task[:4] > after))

    def narrow() -> None:
        # What is counted is needed whenever it is due.
        if counter is None and len(found) == limit:
            period.last = min(period.last, found[-1].due_on)

    others = await _load_other_tasks(queries, actor, query, rules)
    if counter is not None:
        counter.update(task.status for task in others)
    elif after is not None:
        period.first = max(period.first, after[0])
    found = select(others)
    narrow()
    async for tasks in iterate_tasks(queries, query, rules, period):
        if counter is not None:
            counter.update(task.status for task in tasks)
        if tasks:
            found = select([*found, *tasks])
            narrow()
    return found


async def list_unfinished_tasks(
    queries: Queries, actor: Actor, query: TaskQuery, municipality_number: str, *, limit: int
) -> list[Task]:
    """Every open or overdue task, in the list's order. Raises `TOO_MANY_TASKS` if there are more than `limit`."""
    rules = await load_rules(queries, municipality_number, query.placement_id)
    query = replace(query, statuses=UNFINISHED)
    found = await _load_other_tasks(queries, actor, query, rules)
    async for tasks in iterate_tasks(queries, query, rules):
        found += tasks
        if len(found) > limit:
            break
    if len(found) > limit:
        raise TOO_MANY_TASKS(f"Det er fleire enn {limit} oppgåver her. Avgrens med dagar, vekstbedrift eller slag.")
    return sorted(await leave_out_restricted(queries, found))


async def leave_out_restricted(queries: Queries, tasks: Sequence[Task]) -> list[Task]:
    """The tasks without those about people whose data may only be stored (G1)."""
    participants = await _load_participants(queries, tasks)
    restricted = await find_restricted(queries, set(participants.values()))
    return [task for task in tasks if participants.get(task.id) not in restricted]


async def list_tasks_of_kind(
    queries: Queries, actor: Actor, query: TaskQuery, subject_id: UUID, municipality_number: str
) -> list[Task]:
    """The tasks of one kind; of M1–M4 those of one placement."""
    rules = await load_rules(queries, municipality_number)
    found = await _load_other_tasks(queries, actor, query, rules)
    async for tasks in iterate_tasks(queries, replace(query, placement_id=subject_id), rules):
        found += tasks
    return found


async def count_tasks(
    queries: Queries, actor: Actor, query: TaskQuery, municipality_number: str, by: TaskGrouping
) -> TaskSummary:
    """How many tasks the whole list has, by one of their properties. Records access to nobody: a count names none."""
    rules = await load_rules(queries, municipality_number)
    counts = Counter[str | UUID | None]()
    for part in query.split(find_own_parties(actor)):
        counts.update(map(_GROUPINGS[by], await _load_other_tasks(queries, actor, part, rules)))
        async for tasks in iterate_tasks(queries, part, rules):
            counts.update(map(_GROUPINGS[by], tasks))
    return TaskSummary(items=list_counts(counts, by), next=None, count=counts.total())


def list_counts(counts: Mapping[T, int], by: TaskGrouping) -> list[TaskCount]:
    """Counts as they go out, the most first."""
    name = "provider_id" if by == "provider" else by
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [TaskCount.model_validate({name: value, "count": count}) for value, count in ordered]


def find_own_parties(actor: Actor) -> frozenset[ResponsibleParty]:
    """The parties that a caller acts for."""
    return frozenset(party for role, party in _PARTIES.items() if role in actor.roles)


async def to_response(queries: Queries, tasks: Sequence[Task], query: TaskQuery) -> list[TaskOut]:
    """Tasks as they go out, with what is missing (M1, M3, M4), and the names that the caller may see.

    Records access to the participants that the tasks are about.
    """
    missing = await load_missing_themes(queries, tasks, query.on) | await load_unsent_plans(queries, tasks, query.on)
    participants = await _load_participants(queries, tasks)
    record_access(queries, participants.values())
    names = await load_names(queries, participants.values(), (task.subject.provider_id for task in tasks))
    out = []
    for task in tasks:
        id_ = task.id
        participant_id = participants.get(id_)
        out.append(
            TaskOut(
                id=id_,
                title=build_title(task, names, participant_id),
                kind=task.kind,
                due_on=task.due_on,
                status=task.status,
                responsible=RESPONSIBLE[task.kind],
                placement_id=task.subject.placement_id,
                provider_id=task.subject.provider_id,
                participant_id=names.visible(participant_id),
                participant_name=names.find_participant(participant_id),
                rule=task.subject.rule or RULE[task.kind],
                link=task.subject.link or f"/v1/placements/{task.subject.placement_id}",
                n=task.n,
                required=task.required,
                recorded=task.recorded,
                missing=missing.get(id_, list(task.subject.missing)),
            )
        )
    return out


async def record_task_access(queries: Queries, tasks: Iterable[Task]) -> None:
    """Record access to the participants that the tasks are about."""
    record_access(queries, (await _load_participants(queries, tasks)).values())


async def _load_participants(queries: Queries, tasks: Iterable[Task]) -> dict[str, UUID]:
    """The participant that each task is about, by the task's id."""
    subjects = {task.id: task.subject for task in tasks}
    unknown = {subject.placement_id for subject in subjects.values() if subject.participant_id is None}
    by_placement = await find_participant_ids(queries, unknown)
    found = {}
    for id_, subject in subjects.items():
        participant_id = subject.participant_id
        if participant_id is None and subject.placement_id is not None:
            participant_id = by_placement.get(subject.placement_id)
        if participant_id is not None:
            found[id_] = participant_id
    return found


async def _load_other_tasks(queries: Queries, actor: Actor, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """The tasks beside M1–M4 that are asked for, in no order."""
    found: list[Task] = []
    for kind, roles, list_tasks in _OF_PLACEMENTS if query.placement_id is not None else _OF_PLACEMENTS + _OF_OTHERS:
        if query.includes_kind(kind) and not roles.isdisjoint(actor.roles):
            tasks = map(rules.apply_waivers, await list_tasks(queries, query, rules))
            found += [task for task in tasks if query.includes(task) and task.subject.placement_id not in rules.closed]
    return found
