"""What is due for each placement (M1–M4): a few set-based queries, then the rules over their columns."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record
from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.placement_queries import PlacementQueries
from app.followup.tasks.task import RANK, Task, TaskQuery, TaskRules, TaskSubject
from app.rules.calendar import get_placement_year
from app.rules.follow_up_duties import (
    FollowUpRecord,
    FollowUpRequirements,
    TaskKind,
    Verdict,
    find_clock_start,
    find_untouched_themes,
    list_duties,
)
from app.rules.minutes import MeetingKind

DUTY_KINDS: tuple[TaskKind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
_MEETING_KINDS: Mapping[TaskKind, MeetingKind] = {"conversation": "conversation", "cooperation_meeting": "cooperation"}

# Placements between two chances for other requests: a few milliseconds.
_SLICE = 200

_VERSIONS = CompiledQuery(
    text(
        "select valid_from, plan_due_days, conversations_per_year, cooperation_meetings_per_year, evaluations_per_year,"
        " consent_months, part_year_percent, part_year_conversations,"
        " request_answer_days, temporary_ending_days, supplement_ending_days, plan_renewal_days, reassessment_months"
        " from guideline_version order by valid_from"
    )
)
_WAIVED = PlacementQueries.compile(
    "select kind, subject_id, n from task_waiver where withdrawn_at is null and {asked_for}"
)
# Each placement with what counts of what is on record by the day. D10: what is annulled counts for nothing.
_PLACEMENTS = PlacementQueries.compile(
    """
    select placement_id, provider_id, participant_id, terms, starts_on, ends_on,
        (placement_id, ends_on) in (select placement_id, ends_on from decision where destination = 'died'),
        plans, conversations, cooperation_meetings, periods_from, periods_to
    from (select id as placement_id, * from placement) as placement
    left join (
        select placement_id, array_agg(made_on) as plans from plan
        where 'plan' = any(cast(:kinds as text[])) and annulled_at is null and sent_on <= :on and {asked_for}
        group by placement_id
    ) as plan using (placement_id)
    left join (
        select placement_id, array_agg(held_on) filter (where kind = 'conversation') as conversations,
            array_agg(held_on) filter (where kind = 'cooperation') as cooperation_meetings
        from meeting
        where kind = any(cast(:meeting_kinds as text[])) and annulled_at is null and counts and held_on <= :on
            and {asked_for}
        group by placement_id
    ) as meeting using (placement_id)
    left join (
        select placement_id, array_agg(period_from) as periods_from, array_agg(period_to) as periods_to
        from evaluation
        where 'evaluation' = any(cast(:kinds as text[])) and annulled_at is null and sent_on <= :on and {asked_for}
        group by placement_id
    ) as evaluation using (placement_id)
    where annulled_on is null and starts_on <= :on and {asked_for}
    """
)
# D11: what others filed about these is hidden from their provider, which would take it for missing.
_CLOSED = PlacementQueries.compile(
    "select id from placement where provider_id = (select caller_provider_id())"
    " and id not in (select placement_id from followed_placements()) and {asked_for}",
    placement="id",
)
_VERDICTS = PlacementQueries.compile(
    "select placement_id, period_from, period_to, sent_on, plan_stands from evaluation"
    " where annulled_at is null and plan_stands is not null and sent_on <= :on and {asked_for} order by sent_on, id"
)
_UNSENT_PLANS = CompiledQuery(
    text(
        "select placement_id, max(made_on) from plan where placement_id = any(cast(:placement_ids as uuid[]))"
        " and annulled_at is null and made_on <= :on and coalesce(sent_on > :on, true) group by placement_id"
    )
)
_THEMES = CompiledQuery(
    text(
        "select placement_id, kind, held_on, themes from meeting"
        " where placement_id = any(cast(:placement_ids as uuid[])) and annulled_at is null and counts"
        " and held_on <= :on"
    )
)


@dataclass(slots=True)
class DuePeriod:
    """The first and last due day that can still be among what is asked for."""

    first: date = date.min
    last: date = date.max

    @classmethod
    def of(cls, query: TaskQuery) -> "DuePeriod":
        """The period that the query itself names."""
        first = date.min if query.due_from is None else query.due_from
        last = date.max if query.due_before is None else query.due_before - timedelta(days=1)
        return cls(first, last)


async def load_rules(queries: Queries, municipality_number: str = "", placement_id: UUID | None = None) -> TaskRules:
    """M1–M4, M6: what each version of the guideline requires, by the day it applies from; what is waived (M9), and
    closed to the caller (D11), of everything or of one placement.
    """
    values = {"placement_id": placement_id, "provider_id": None}
    requirements = tuple(FollowUpRequirements(*row) for row in await queries.fetch(_VERSIONS))
    waived = frozenset(
        (RANK[kind], id_.bytes, n) for kind, id_, n in await queries.fetch(_WAIVED.pick(placement_id), **values)
    )
    closed: frozenset[UUID] = frozenset()
    if "provider" in queries.caller.roles:
        closed = frozenset(row["id"] for row in await queries.fetch(_CLOSED.pick(placement_id), **values))
    return TaskRules(requirements, waived, closed, municipality_number)


async def iterate_tasks(
    queries: Queries,
    query: TaskQuery,
    rules: TaskRules,
    period: DuePeriod | None = None,
) -> AsyncIterator[list[Task]]:
    """M1–M4: the tasks of every placement that the caller sees, in slices, in no order.

    Tasks due outside `period` are left out; the caller may narrow it between two slices.
    """
    kinds = frozenset(kind for kind in DUTY_KINDS if query.includes_kind(kind))
    if not kinds or not rules.requirements:
        return
    period = period or DuePeriod.of(query)
    verdicts = await _load_verdicts(queries, query) if "plan" in kinds else {}
    found_placements = await queries.fetch(
        _PLACEMENTS.pick(query.placement_id),
        **query.parameters,
        kinds=list(kinds),
        meeting_kinds=[meeting for kind, meeting in _MEETING_KINDS.items() if kind in kinds],
    )
    placements = [row for row in found_placements if row["placement_id"] not in rules.closed]
    for begin in range(0, len(placements), _SLICE):
        found: list[Task] = []
        for placement in placements[begin : begin + _SLICE]:
            found += _list_tasks(placement, verdicts, query, rules, kinds, period)
        yield found
        await asyncio.sleep(0)


async def load_unsent_plans(queries: Queries, tasks: Sequence[Task], on: date) -> dict[str, list[str]]:
    """M1, M2: `sent`, by the id of each plan's task whose plan is made and not sent to the case office: one query."""
    waiting = [task for task in tasks if task.kind == "plan" and not task.recorded]
    if not waiting:
        return {}
    ids = [task.subject.placement_id for task in waiting]
    made: dict[UUID | None, date] = {
        row[0]: row[1] for row in await queries.fetch(_UNSENT_PLANS, placement_ids=ids, on=on)
    }
    return {
        task.id: ["sent"]
        for task in waiting
        if (made_on := made.get(task.subject.placement_id)) is not None and made_on >= task.subject.made_since
    }


async def load_missing_themes(queries: Queries, tasks: Sequence[Task], on: date) -> dict[str, list[str]]:
    """M3, M4: by the id of each task of a year's meetings, the themes that none of them has covered: one query."""
    ids = {task.subject.placement_id for task in tasks if task.kind in _MEETING_KINDS}
    if not ids:
        return {}
    meetings: defaultdict[tuple[UUID | None, str], list[tuple[date, list[str]]]] = defaultdict(list)
    for placement_id, kind, held_on, themes in await queries.fetch(_THEMES, placement_ids=list(ids), on=on):
        meetings[placement_id, kind].append((held_on, themes))
    missing: dict[str, list[str]] = {}
    for task in tasks:
        if task.kind in _MEETING_KINDS and task.subject.clock_start is not None:
            begins, _ = get_placement_year(task.subject.clock_start, task.n)
            covered = {
                theme
                for held_on, themes in meetings[task.subject.placement_id, _MEETING_KINDS[task.kind]]
                if begins <= held_on <= task.due_on
                for theme in themes
            }
            missing[task.id] = find_untouched_themes(task.kind, covered)
    return missing


def _list_tasks(
    placement: Record,
    verdicts: Mapping[UUID, Sequence[Verdict]],
    query: TaskQuery,
    rules: TaskRules,
    kinds: frozenset[TaskKind],
    period: DuePeriod,
) -> Iterator[Task]:
    """The tasks of one placement."""
    id_, provider_id, participant_id, terms, starts_on, ends_on, died, *on_record = placement
    clock_start = find_clock_start(terms, starts_on, rules.requirements[0].valid_from)
    if clock_start is None or clock_start > query.on:
        return
    plans, conversations, cooperation_meetings, periods_from, periods_to = (days or () for days in on_record)
    record = FollowUpRecord(
        plans,
        conversations,
        cooperation_meetings,
        list(zip(periods_from, periods_to, strict=True)),
        verdicts.get(id_, ()),
    )
    duties = [
        *list_duties(
            clock_start,
            ends_on,
            record,
            on=query.on,
            requirements=rules.requirements,
            kinds=kinds,
            due_from=period.first,
            due_to=period.last,
            died=bool(died),
            includes_done=query.includes_status("done"),
        )
    ]
    if not duties:
        return
    subject_id, subject = id_.bytes, TaskSubject(id_, provider_id, participant_id, clock_start=clock_start)
    for duty in duties:
        task = Task(
            due_on=duty.due_on,
            rank=RANK[duty.kind],
            subject_id=subject_id,
            n=duty.n,
            status=duty.status,
            required=duty.required,
            recorded=duty.recorded,
            subject=subject if duty.made_since == date.min else subject._replace(made_since=duty.made_since),
        )
        if rules.waived:
            task = rules.apply_waivers(task)
        if query.includes_status(task.status):
            yield task


async def _load_verdicts(queries: Queries, query: TaskQuery) -> dict[UUID, list[Verdict]]:
    """M2: what the reports that were sent by the day say of the plan, by placement."""
    verdicts: defaultdict[UUID, list[Verdict]] = defaultdict(list)
    for id_, *verdict in await queries.fetch(_VERDICTS.pick(query.placement_id), **query.parameters):
        verdicts[id_].append(Verdict(*verdict))
    return verdicts
