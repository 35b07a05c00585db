"""What is due for each place (M1–M4): a few set-based queries, then the rules over their columns. Nothing is stored."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import nsmallest
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.followup.tables import Meeting
from app.followup.task_schemas import RANK, RESPONSIBLE, RULE, About, Position, Task, TaskOut, TaskQuery
from app.http.problems import problem_type
from app.placements.people import participants_of
from app.rates.tables import GuidelineVersion
from app.rules.calendar import get_placement_year
from app.rules.follow_up_duties import (
    FollowUpRecord,
    FollowUpRequirements,
    TaskKind,
    find_clock_start,
    find_untouched_themes,
    list_duties,
)
from app.rules.minutes import MeetingKind

TOO_MANY_TASKS = problem_type(
    "too-many-tasks",
    409,
    title="For mange oppgåver",
    nn="Det er fleire oppgåver her enn ein kalender kan ta. Avgrens med dagar, vekstbedrift eller slag.",
    en="More is due than one calendar takes. Narrow it by `due_from` and `due_before`, `provider_id` or `kind`.",
)

PLACE_KINDS: tuple[TaskKind, ...] = ("plan", "evaluation", "conversation", "cooperation_meeting")
_MEETING: Mapping[TaskKind, MeetingKind] = {"conversation": "conversation", "cooperation_meeting": "cooperation"}

# So many places between two chances for other requests: a few milliseconds.
_SLICE = 200


# Plain text, so that the days of an array come as the driver reads them, not one by one through a type.
_PLACES = text(
    "select id, provider_id, participant_id, terms, starts_on, ends_on from placement where starts_on <= :on"
    " and (cast(:placement_id as uuid) is null or id = :placement_id)"
    " and (cast(:provider_id as uuid) is null or provider_id = :provider_id)"
)
_ASKED = (
    " and (cast(:placement_id as uuid) is null or placement_id = :placement_id)"
    " and (cast(:provider_id as uuid) is null or provider_id = :provider_id)"
)
_PLANS = text(f"select distinct placement_id from plan where sent_on <= :on{_ASKED}")
_HELD = text(
    "select placement_id, array_agg(held_on) from meeting"
    f" where kind = :kind and counts and held_on <= :on{_ASKED} group by placement_id"
)
_REPORTS = text(
    "select placement_id, array_agg(period_from), array_agg(period_to) from evaluation"
    f" where sent_on <= :on{_ASKED} group by placement_id"
)


@dataclass(slots=True)
class Wanted:
    """The first and last due day that can still be among what is asked for."""

    due_from: date = date.min
    due_to: date = date.max

    @classmethod
    def by(cls, query: TaskQuery) -> "Wanted":
        """What the query itself says."""
        due_from = date.min if query.due_from is None else query.due_from
        due_to = date.max if query.due_before is None else query.due_before - timedelta(days=1)
        return cls(due_from, due_to)


class _OnRecord(NamedTuple):
    """What the queries bring, each by placement."""

    plans: set[UUID]
    conversations: dict[UUID, list[date]]
    cooperation_meetings: dict[UUID, list[date]]
    evaluations: dict[UUID, list[tuple[date, date]]]

    def of(self, placement_id: UUID) -> FollowUpRecord:
        """What one placement has on record."""
        return FollowUpRecord(
            placement_id in self.plans,
            self.conversations.get(placement_id, ()),
            self.cooperation_meetings.get(placement_id, ()),
            self.evaluations.get(placement_id, ()),
        )


async def asks_of(unit: UnitOfWork) -> tuple[FollowUpRequirements, ...]:
    """M1–M4, M6: what each version of the guideline asks for, by the day it applies from."""
    version = GuidelineVersion
    columns = (
        col(version.valid_from),
        col(version.plan_due_days),
        col(version.conversations_per_year),
        col(version.cooperation_meetings_per_year),
        col(version.evaluations_per_year),
        col(version.consent_months),
        col(version.part_year_percent),
        col(version.part_year_conversations),
    )
    return tuple(
        FollowUpRequirements(*row) for row in await unit.session.execute(select(*columns).order_by(columns[0]))
    )


async def place_tasks(
    unit: UnitOfWork, query: TaskQuery, asks: tuple[FollowUpRequirements, ...], wanted: Wanted | None = None
) -> AsyncIterator[list[Task]]:
    """M1–M4: what every place that the caller sees has come to owe by the day, in slices, in no order.

    What falls outside `wanted` is left out; whoever takes the slices may narrow it between them.
    """
    kinds = frozenset(kind for kind in PLACE_KINDS if query.wants(kind))
    if not kinds or not asks:
        return
    wanted = wanted or Wanted.by(query)
    values = {"on": query.on, "placement_id": query.placement_id, "provider_id": query.provider_id}
    records = await _on_record(unit, values, kinds)
    places = (await unit.session.execute(_PLACES, values)).all()
    for begin in range(0, len(places), _SLICE):
        found: list[Task] = []
        for place in places[begin : begin + _SLICE]:
            found += _owed_at(place, records.of(place.id), query, asks, kinds, wanted)
        yield found
        await asyncio.sleep(0)


def _owed_at(
    place: Row[*tuple[Any, ...]],
    record: FollowUpRecord,
    query: TaskQuery,
    asks: tuple[FollowUpRequirements, ...],
    kinds: frozenset[TaskKind],
    wanted: Wanted,
) -> Iterator[Task]:
    """What one place has come to owe."""
    id_, provider_id, participant_id, terms, starts_on, ends_on = place
    first = find_clock_start(terms, starts_on, asks[0].valid_from)
    if first is None or first > query.on:
        return
    about = About(id_, provider_id, participant_id, first=first)
    for owed in list_duties(
        first,
        ends_on,
        record,
        on=query.on,
        requirements=asks,
        kinds=kinds,
        due_from=wanted.due_from,
        due_to=wanted.due_to,
    ):
        if query.status in (None, owed.status):
            yield Task(
                due_on=owed.due_on,
                rank=RANK[owed.kind],
                subject=id_.bytes,
                n=owed.n,
                status=owed.status,
                required=owed.required,
                recorded=owed.recorded,
                about=about,
            )


async def first_of(
    unit: UnitOfWork,
    query: TaskQuery,
    asks: tuple[FollowUpRequirements, ...],
    others: Iterable[Task],
    after: Position | None,
    limit: int,
) -> list[Task]:
    """The first `limit` tasks after a position, in the list's order; never more than a few pages are kept."""
    kept = sorted(task for task in others if query.takes(task) and (after is None or task[:4] > after))[:limit]
    wanted = Wanted.by(query)
    if after is not None:
        wanted.due_from = max(wanted.due_from, after[0])
    if len(kept) == limit:
        wanted.due_to = min(wanted.due_to, kept[-1].due_on)
    async for found in place_tasks(unit, query, asks, wanted):
        new = found if after is None else [task for task in found if task[:4] > after]
        if new:
            kept = nsmallest(limit, [*kept, *new])
            if len(kept) == limit:
                wanted.due_to = kept[-1].due_on
    return kept


async def undone(
    unit: UnitOfWork, query: TaskQuery, asks: tuple[FollowUpRequirements, ...], others: Iterable[Task], most: int
) -> list[Task]:
    """Every open or overdue task that is asked for, in the list's order. Raises `TOO_MANY_TASKS` past so many."""
    found = [task for task in others if query.takes(task) and task.status != "done"]
    async for some in place_tasks(unit, query, asks):
        found += [task for task in some if task.status != "done"]
        if len(found) > most:
            break
    if len(found) > most:
        raise TOO_MANY_TASKS(f"Det er fleire enn {most} oppgåver her. Avgrens med dagar, vekstbedrift eller slag.")
    found.sort()
    return found


async def shown(unit: UnitOfWork, tasks: list[Task], on: date) -> list[TaskOut]:
    """Tasks as they go out, the year's untouched themes with them (M3, M4)."""
    missing = await _untouched_themes(unit, tasks, on)
    return [
        TaskOut(
            id=task.id,
            kind=task.kind,
            due_on=task.due_on,
            status=task.status,
            responsible=RESPONSIBLE[task.kind],
            placement_id=task.about.placement_id,
            provider_id=task.about.provider_id,
            rule=task.about.rule or RULE[task.kind],
            link=task.about.link or f"/v1/placements/{task.about.placement_id}",
            n=task.n,
            required=task.required,
            recorded=task.recorded,
            missing=missing.get(task.id, list(task.about.missing)),
        )
        for task in tasks
    ]


async def participants_in(unit: UnitOfWork, tasks: Sequence[Task]) -> set[UUID]:
    """Whom the tasks are about, for the access log."""
    known = {task.about.participant_id for task in tasks if task.about.participant_id is not None}
    unknown = {task.about.placement_id for task in tasks if task.about.participant_id is None}
    return known | await participants_of(unit, unknown)


async def _on_record(unit: UnitOfWork, values: Mapping[str, object], kinds: frozenset[TaskKind]) -> _OnRecord:
    """What each placement has on record by the day: one query for each kind."""
    found = _OnRecord(set(), {}, {}, {})
    if "plan" in kinds:
        found.plans.update(await unit.session.scalars(_PLANS, values))
    if "conversation" in kinds:
        for id_, days in await unit.session.execute(_HELD, {**values, "kind": "conversation"}):
            found.conversations[id_] = days
    if "cooperation_meeting" in kinds:
        for id_, days in await unit.session.execute(_HELD, {**values, "kind": "cooperation"}):
            found.cooperation_meetings[id_] = days
    if "evaluation" in kinds:
        for id_, begins, ends in await unit.session.execute(_REPORTS, values):
            found.evaluations[id_] = list(zip(begins, ends, strict=True))
    return found


async def _untouched_themes(unit: UnitOfWork, tasks: list[Task], on: date) -> dict[str, list[str]]:
    """M3, M4: for each task of a year's meetings, which of its themes none of them has had: one query."""
    ids = {task.about.placement_id for task in tasks if task.kind in _MEETING}
    if not ids:
        return {}
    held = select(col(Meeting.placement_id), col(Meeting.kind), col(Meeting.held_on), col(Meeting.themes)).where(
        col(Meeting.placement_id).in_(ids), col(Meeting.counts), col(Meeting.held_on) <= on
    )
    themes: defaultdict[tuple[UUID | None, str], list[tuple[date, list[str]]]] = defaultdict(list)
    for placement_id, kind, held_on, had in await unit.session.execute(held):
        themes[placement_id, kind].append((held_on, had))
    missing: dict[str, list[str]] = {}
    for task in tasks:
        if task.kind in _MEETING and task.about.first is not None:
            begins, _ = get_placement_year(task.about.first, task.n)
            touched = {
                theme
                for held_on, had in themes[task.about.placement_id, _MEETING[task.kind]]
                if begins <= held_on <= task.due_on
                for theme in had
            }
            missing[task.id] = find_untouched_themes(task.kind, touched)
    return missing
