"""What is due for everyone together: the joint meeting (M7), and the guideline's own evaluation (M8)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.followup.meetings import providers_present
from app.followup.tables import GuidelineEvaluation, Meeting
from app.followup.task_schemas import NOBODY, RANK, About, Task, TaskQuery
from app.providers.tables import Provider
from app.rules.follow_up_duties import FollowUpRequirements, TaskKind, determine_status, list_calendar_years_owed
from app.rules.minutes import find_missing_parties

# M7. **Decided here**: a provider is active in a year in which it has places to offer, or a participant, on any day.
_ACTIVE = text(
    """
    select provider.id, asked.year from provider cross join unnest(cast(:years as int[])) as asked (year)
    where exists (
        select from placement where placement.provider_id = provider.id
        and starts_on <= make_date(asked.year, 12, 31) and coalesce(ends_on >= make_date(asked.year, 1, 1), true)
    ) or exists (
        select from provider_capacity held where held.provider_id = provider.id and held.places > 0
        and held.valid_from <= make_date(asked.year, 12, 31) and not exists (
            select from provider_capacity later where later.provider_id = provider.id
            and later.valid_from > held.valid_from and later.valid_from <= make_date(asked.year, 1, 1)
        )
    )
    """
)


@dataclass(frozen=True, slots=True)
class JointMeetings:
    """M7: a calendar year's joint meetings, and who was at none of them; nobody is missing before there was one."""

    year: int
    held: int
    missing_roles: tuple[str, ...]
    missing_providers: tuple[Provider, ...]


async def joint_meetings(unit: UnitOfWork, years: Sequence[int], on: date) -> list[JointMeetings]:
    """M7: the status of each year on a day."""
    providers = list(await unit.session.scalars(select(Provider).order_by(col(Provider.name), col(Provider.id))))
    active: defaultdict[int, set[UUID]] = defaultdict(set)
    for provider_id, year in await unit.session.execute(_ACTIVE, {"years": list(years)}):
        active[year].add(provider_id)
    statement = select(col(Meeting.held_on), col(Meeting.attendees)).where(
        col(Meeting.kind) == "system", col(Meeting.held_on) <= on
    )
    attendees: defaultdict[int, list[list[dict[str, str | None]]]] = defaultdict(list)
    for held_on, present in await unit.session.execute(statement):
        attendees[held_on.year].append(present)
    return [_year(year, attendees[year], [one for one in providers if one.id in active[year]]) for year in years]


async def joint_tasks(unit: UnitOfWork, query: TaskQuery, asks: Sequence[FollowUpRequirements]) -> list[Task]:
    """M7: a task for each calendar year since the guideline took effect."""
    if not query.wants("system_meeting"):
        return []
    years = list_calendar_years_owed(asks[0].valid_from if asks else None, query.on)
    found = []
    for year in await joint_meetings(unit, years, query.on) if years else ():
        missing = (*year.missing_roles, *(provider.name for provider in year.missing_providers))
        about = About(link="/v1/meetings?kind=system", missing=missing)
        found.append(_task("system_meeting", year.year, year.held, query.on, about))
    return found


async def guideline_tasks(unit: UnitOfWork, query: TaskQuery, asks: Sequence[FollowUpRequirements]) -> list[Task]:
    """M8: a task for each calendar year since the guideline took effect."""
    if not query.wants("guideline_evaluation"):
        return []
    evaluated = await evaluations_of_guideline(unit, query.on)
    about = About(link="/v1/guideline-evaluations")
    return [
        _task("guideline_evaluation", year, evaluated.get(year, 0), query.on, about)
        for year in list_calendar_years_owed(asks[0].valid_from if asks else None, query.on)
    ]


async def evaluations_of_guideline(unit: UnitOfWork, on: date) -> dict[int, int]:
    """M8: how many evaluations each year has by a day."""
    statement = (
        select(col(GuidelineEvaluation.year), func.count().label("evaluations"))
        .where(col(GuidelineEvaluation.evaluated_on) <= on)
        .group_by(col(GuidelineEvaluation.year))
    )
    return {row.year: row.evaluations for row in await unit.session.execute(statement)}


def _task(kind: TaskKind, year: int, recorded: int, on: date, about: About) -> Task:
    due_on = date(year, 12, 31)
    return Task(
        due_on=due_on,
        rank=RANK[kind],
        subject=NOBODY,
        n=year,
        status=determine_status(due_on, done=recorded > 0, on=on),
        required=1,
        recorded=recorded,
        about=about,
    )


def _year(year: int, held: Sequence[Sequence[dict[str, str | None]]], active: Sequence[Provider]) -> JointMeetings:
    if not held:
        return JointMeetings(year, 0, (), ())
    roles = {str(one["role"]) for attendees in held for one in attendees}
    present = {id_ for attendees in held for id_ in providers_present(attendees, active)}
    return JointMeetings(
        year,
        len(held),
        tuple(find_missing_parties(roles)),
        tuple(provider for provider in active if provider.id not in present),
    )
