"""HTTP for tasks, as a list and as a calendar (M1–M8, A3, L4, P4, P5, D1)."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app import clock
from app.database.reader import ReaderDep
from app.followup.calendar_file import MEDIA_TYPE, build_calendar
from app.followup.endpoints.roles import FollowUpParty, TaskParty
from app.followup.problems import TOO_MANY_TASKS
from app.followup.tasks.schemas import TaskGrouping, TaskPage, TaskSummary
from app.followup.tasks.task import EVERY_PARTY, TaskQuery, parse_cursor
from app.followup.tasks.task_list import (
    count_tasks,
    list_counts,
    list_first_tasks,
    list_unfinished_tasks,
    record_task_access,
    to_response,
)
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import CURSOR_INVALID, LimitQuery
from app.http.problems import VALIDATION
from app.http.schemas import Day, describe_pattern
from app.rules.calendar import add_months
from app.rules.follow_up_duties import ResponsibleParty, TaskKind, TaskStatus

router = APIRouter(prefix="/v1", tags=["follow-up"], route_class=Route)

# Each year of every placement until the day is computed: this bounds the work.
MAX_YEARS_AHEAD = 5
# Some four megabytes. Calendar clients know no pages.
MAX_CALENDAR_ENTRIES = 10_000

OnQuery = Annotated[
    Day | None,
    Query(
        description=f"The day the answer is computed for, at most {MAX_YEARS_AHEAD} years from today. Default: today."
    ),
]


def resolve_day(on: date | None) -> date:
    """The day asked for, or today. Raises `VALIDATION` for one too far ahead."""
    today = clock.today()
    if on is not None and on > add_months(today, 12 * MAX_YEARS_AHEAD):
        raise VALIDATION(f"«on» kan vere høgst {MAX_YEARS_AHEAD} år fram i tid.", pointer="#/query/on")
    return on or today


async def build_group_query(
    on: OnQuery = None,
    kind: Annotated[list[TaskKind] | None, Query(max_length=40, description="Only tasks of these kinds.")] = None,
    provider_id: Annotated[UUID | None, Query(description="Only tasks of this provider.")] = None,
    due_from: Annotated[Day | None, Query(description="Only tasks due on this day or later.")] = None,
    due_before: Annotated[Day | None, Query(description="Only tasks due before this day.")] = None,
    responsible: Annotated[
        list[ResponsibleParty] | None, Query(max_length=4, description="Only tasks of these parties.")
    ] = None,
) -> TaskQuery:
    """The filters that single out nobody: those of the counts. Raises `VALIDATION` for days the wrong way round."""
    if due_from is not None and due_before is not None and due_before < due_from:
        raise VALIDATION("«due_before» er før «due_from».", pointer="#/query/due_before")
    return TaskQuery(
        resolve_day(on),
        kinds=frozenset(kind or ()),
        provider_id=provider_id,
        due_from=due_from,
        due_before=due_before,
        responsible=frozenset(responsible) if responsible else EVERY_PARTY,
    )


GroupQueryDep = Annotated[TaskQuery, Depends(build_group_query)]


async def build_query(
    query: GroupQueryDep,
    placement_id: Annotated[UUID | None, Query(description="Only tasks of this placement.")] = None,
) -> TaskQuery:
    """The filters that the list and the calendar share."""
    return replace(query, placement_id=placement_id)


TaskQueryDep = Annotated[TaskQuery, Depends(build_query)]
StatusQuery = Annotated[
    list[TaskStatus] | None, Query(max_length=4, description="Only tasks with one of these statuses.")
]


@router.get("/tasks", summary="List tasks", response_model_exclude_unset=True)
async def list_tasks(
    request: Request,
    reader: ReaderDep,
    actor: TaskParty,
    query: TaskQueryDep,
    status: StatusQuery = None,
    due_on: Annotated[Day | None, Query(description="Only tasks due on this day.")] = None,
    limit: LimitQuery = 50,
    after: Annotated[
        str | None,
        Query(
            max_length=34,
            pattern=describe_pattern(r"^[A-Za-z0-9_-]{34}$", CURSOR_INVALID),
            description="Cursor: `next` of the previous page.",
        ),
    ] = None,
    counts: Annotated[
        bool,
        Query(description="Also count what all pages have together, by status. Not with `placement_id`."),
    ] = False,
) -> TaskPage:
    """First what waits for the caller, then what waits for others, each by due day (M1–M8, A3, L4, P4, P5, D1).

    By default: what waits for the caller, and of the others' what is overdue or due within 60 days. With `status`,
    `due_from`, `due_before` or `due_on`, every task that they name, done ones too.

    Tasks are computed on request and not stored. A placement year's tasks appear on its first day, are due on its last
    day, and are overdue the day after. A provider gets the tasks of its placements, a service those of its area,
    Fagutvikling the trust's and the trips' (R10, T11).
    """
    query = replace(query, statuses=frozenset(status or ()))
    if due_on is not None:
        query = query.limited_to(due_on)
    position = None if after is None else parse_cursor(after)
    municipality_number = request.app.state.settings.municipality_number
    if counts and query.placement_id is not None:
        # They would say of one person what is on no page, and so in no log.
        raise VALIDATION("Oppgåvene til ein einskild plass vert ikkje talde.", pointer="#/query/counts")
    counter = Counter[TaskStatus]() if counts else None
    found = await list_first_tasks(
        reader, actor, query, municipality_number, after=position, limit=limit + 1, counter=counter
    )
    following = found[limit - 1].cursor if len(found) > limit else None
    found = found[:limit]
    items = await to_response(reader, found, query)
    if counter is None:
        return TaskPage(items=items, next=following)
    return TaskPage(items=items, next=following, counts=list_counts(counter, "status"))


@router.get("/tasks/summary", summary="Count tasks", response_model_exclude_unset=True)
async def summarise_tasks(
    request: Request,
    reader: ReaderDep,
    actor: FollowUpParty,
    query: GroupQueryDep,
    by: Annotated[TaskGrouping, Query(description="What the counts are grouped by.")] = "status",
    status: StatusQuery = None,
) -> TaskSummary:
    """How many tasks the list has, by status, kind or provider (M1–M8, A3, L4, P4, P5, D1). Names nobody.

    The same tasks as `GET /v1/tasks` with the same filters, on all its pages. Sorted by count, the most first.
    """
    query = replace(query, statuses=frozenset(status or ()))
    municipality_number = request.app.state.settings.municipality_number
    return await count_tasks(reader, actor, query, municipality_number, by)


@router.get(
    "/tasks.ics",
    summary="Read tasks as a calendar",
    response_class=Response,
    responses={
        **refusals(TOO_MANY_TASKS),
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed since `If-None-Match`."},
    },
)
async def read_task_calendar(
    request: Request,
    reader: ReaderDep,
    actor: FollowUpParty,
    query: TaskQueryDep,
    media_type: Annotated[str, produces(MEDIA_TYPE)],
) -> Response:
    """Open and overdue tasks that the caller may see (M1–M8), as iCalendar (RFC 5545): all-day entries without names.

    An entry keeps its `UID`, so that a calendar that fetches again updates it; the same entries on the same day are the
    same file. At most 10 000 entries; above that the request is refused, and `due_from` narrows it.
    """
    municipality_number = request.app.state.settings.municipality_number
    found = await list_unfinished_tasks(reader, actor, query, municipality_number, limit=MAX_CALENDAR_ENTRIES)
    await record_task_access(reader, found)
    content = await asyncio.to_thread(build_calendar, found, datetime.combine(query.on, time.min, clock.OSLO))
    return Response(content, media_type=media_type)
