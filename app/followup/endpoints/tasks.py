"""HTTP for what is due (M1–M8), where every domain's tasks meet, and for the year's figures."""

import asyncio
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app import clock
from app.absence.reviews import reviews_due
from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.followup import calendar_file, compliance, consents_and_notices, relocations, system_meetings, tasks
from app.followup.task_schemas import About, Task, TaskAfter, TaskPage, TaskQuery, cursor, position_of
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import LimitQuery
from app.http.problems import VALIDATION
from app.http.schemas import Day, Year
from app.placements import capacity, supplements
from app.providers import competence
from app.rates import rates
from app.rules.calendar import add_months
from app.rules.follow_up_duties import FollowUpRequirements, ResponsibleParty, TaskKind, TaskStatus
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["follow-up"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Reader = Annotated[Actor, allow("case_officer", "provider", "service")]

YearPath = Annotated[Year, Path(examples=[2022])]
# Each year of every place until the day is counted: more than these are nobody's to plan.
MOST_YEARS_AHEAD = 5
# Some four megabytes. The clients of a calendar know no pages.
MOST_ENTRIES = 10_000

OnQuery = Annotated[
    Day | None,
    Query(description=f"The day it is seen from; today if left out, and at most {MOST_YEARS_AHEAD} years from today."),
]
DueOn = Annotated[Day | None, Query(description="Only what is due on this very day.")]
DueFrom = Annotated[Day | None, Query(description="Only what is due on this day or later.")]
DueBefore = Annotated[Day | None, Query(description="Only what is due before this day.")]
ResponsibleQuery = Annotated[ResponsibleParty | None, Query(description="Only what this party must do.")]


@router.get("/tasks", summary="List what is due")
async def list_tasks(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Reader,
    on: OnQuery = None,
    kind: TaskKind | None = None,
    status: TaskStatus | None = None,
    provider_id: UUID | None = None,
    placement_id: UUID | None = None,
    due_on: DueOn = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    responsible: ResponsibleQuery = None,
    limit: LimitQuery = 50,
    after: TaskAfter = None,
) -> TaskPage:
    """All that chapter 7 has come to ask for by a day, done or not, by the day it is due: M1–M8, A3, L4, P4, P5, D1.

    Derived when asked: a placement year owes from its first day, is due on its last, and overdue the day after. A
    provider sees what concerns its places, a service its area's.
    """
    day = _seen_from(on)
    if due_on is not None:
        due_from = due_on if due_from is None else max(due_on, due_from)
        due_before = min(due_on + timedelta(days=1), due_before or date.max)
    query = TaskQuery(day, kind, status, provider_id, placement_id, due_from, due_before, responsible)
    asks = await tasks.asks_of(unit)
    others = await _others(request, unit, actor, query, asks)
    position = None if after is None else position_of(after)
    found = await tasks.first_of(unit, query, asks, others, position, limit + 1)
    following = cursor(found[limit - 1]) if len(found) > limit else None
    found = found[:limit]
    record_access(unit, await tasks.participants_in(unit, found))
    return TaskPage(items=await tasks.shown(unit, found, query.on), next=following)


@router.get(
    "/tasks.ics",
    summary="What is due, for a calendar",
    response_class=Response,
    responses={
        **refusals(tasks.TOO_MANY_TASKS),
        200: {"content": {calendar_file.MEDIA_TYPE: {"schema": {"type": "string"}}}},
    },
)
async def calendar(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Reader,
    media_type: Annotated[str, produces(calendar_file.MEDIA_TYPE)],
    on: OnQuery = None,
    kind: TaskKind | None = None,
    provider_id: UUID | None = None,
    placement_id: UUID | None = None,
    due_from: DueFrom = None,
    due_before: DueBefore = None,
    responsible: ResponsibleQuery = None,
) -> Response:
    """What the caller sees that is open or overdue (M1–M8), as iCalendar (RFC 5545): a whole day each, no names.

    An entry keeps its `UID` for as long as it is due, so that a calendar that fetches again updates and never doubles.
    It holds 10 000 entries at most: where there are more, it is refused, and `due_from` narrows it.
    """
    query = TaskQuery(_seen_from(on), kind, None, provider_id, placement_id, due_from, due_before, responsible)
    asks = await tasks.asks_of(unit)
    others = await _others(request, unit, actor, query, asks)
    due = await tasks.undone(unit, query, asks, others, MOST_ENTRIES)
    record_access(unit, await tasks.participants_in(unit, due))
    content = await asyncio.to_thread(calendar_file.build_calendar, due, clock.now())
    return Response(content, media_type=media_type)


@router.get(
    "/follow-up/{year}",
    summary="Read a year's follow-up",
    response_model=compliance.FollowUpOut,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}, XLSX: {"schema": {"type": "string"}}}}},
)
async def follow_up(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    year: YearPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    on: OnQuery = None,
) -> compliance.FollowUpOut | Response:
    """The yearly report's figures, per provider and for the municipality, as JSON, CSV or XLSX by `Accept`.

    Of what fell due in the year: how many had their plan (M1), their evaluation (M2), two conversations (M3) and the
    cooperation meeting (M4); how many took part; who was missing from the joint meeting (M7).
    """
    figures, participants = await compliance.figures_of(unit, year, _seen_from(on))
    record_access(unit, participants)
    if media_type == JSON:
        return figures
    return compliance.file_of(figures, media_type)


def _seen_from(on: date | None) -> date:
    """The day asked for, or today. 422 for one too far ahead."""
    today = clock.today()
    if on is not None and on > add_months(today, 12 * MOST_YEARS_AHEAD):
        raise VALIDATION(f"«on» kan vere høgst {MOST_YEARS_AHEAD} år fram i tid.", pointer="#/query/on")
    return on or today


async def _others(
    request: Request, unit: UnitOfWork, actor: Actor, query: TaskQuery, asks: tuple[FollowUpRequirements, ...]
) -> list[Task]:
    """What is due beside M1–M4, from whoever knows: in no order, and not yet held against the query's filters."""
    found = await consents_and_notices.consent_tasks(unit, query, asks)
    found += await consents_and_notices.notice_tasks(unit, query)
    if query.wants("absence_review"):
        found += await _absence_reviews(unit, query)
    # A service knows no provider's staff, and a provider has no part in calling everyone together.
    if not actor.roles.isdisjoint({"case_officer", "provider"}):
        found += await _deviations(unit, query)
    if not actor.roles.isdisjoint({"case_officer", "service"}):
        found += await system_meetings.joint_tasks(unit, query, asks)
    if "case_officer" in actor.roles:
        found += await system_meetings.guideline_tasks(unit, query, asks)
        found += await relocations.moved_out_tasks(unit, query, request.app.state.settings.municipality_number)
    return found


async def _absence_reviews(unit: UnitOfWork, query: TaskQuery) -> list[Task]:
    """A3: due on the day on which the absence became what it is; what is reviewed is no longer there."""
    return [
        Task.single(
            "absence_review",
            due.due_on,
            due.placement_id,
            About(due.placement_id, due.provider_id, link=f"/v1/placements/{due.placement_id}/absence-summary"),
            done=False,
            on=query.on,
        )
        for due in await reviews_due(unit, query.on)
    ]


async def _deviations(unit: UnitOfWork, query: TaskQuery) -> list[Task]:
    """P4, P5: due on the first day on which it was missing, done when it is mended."""
    if not query.wants("deviation") or query.placement_id is not None:
        return []
    places, extra = await capacity.periods_by_provider(unit), await supplements.staff_by_provider(unit)
    return [
        Task.single(
            "deviation",
            deviation.since,
            competence.deviation_key(deviation),
            About(
                provider_id=deviation.provider_id,
                link=f"/v1/providers/{deviation.provider_id}/deviations",
                rule="P5" if deviation.kind == "staffing" else "P4",
                missing=(deviation.area or deviation.kind,),
            ),
            done=deviation.mended_on is not None,
            on=query.on,
        )
        for deviation in await competence.load_deviations(
            unit, places, extra, await rates.load_staffing_ratios(unit), query.on, query.provider_id
        )
    ]
