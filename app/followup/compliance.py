"""The year's figures (M1–M4, M7, M8): of so many places, how many had what the guideline asks for. Derived when asked.

A calendar year counts what fell due in it: the placement years that ended in it, whole or cut short, and the plans due
in it. What is filed late counts as done, since it was done.
"""

from collections import Counter, defaultdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field as Limits
from sqlalchemy import text

from app.database.unit_of_work import UnitOfWork
from app.followup.code_lists import ROLES, STATUSES
from app.followup.system_meetings import evaluations_of_guideline, joint_meetings
from app.followup.task_schemas import TaskQuery
from app.followup.tasks import PLACE_KINDS, Wanted, asks_of, place_tasks
from app.http.content_negotiation import CSV
from app.http.schemas import Shape
from app.http.spreadsheets import Cell, Column, csv_file, write_table, xlsx_file
from app.rules.follow_up_duties import TaskKind, TaskStatus

_PLACES = text(
    """
    with active as (
        select id, provider_id, participant_id from placement
        where starts_on <= :last and coalesce(ends_on >= :first, true)
    ), held as (
        select placement_id, count(*) as meetings, count(*) filter (where participant_present) as together
        from meeting
        where kind in ('conversation', 'cooperation') and held_on between :first and least(:last, :on)
        group by placement_id
    )
    select active.provider_id, count(*) as places, coalesce(sum(held.meetings), 0)::int as meetings,
        coalesce(sum(held.together), 0)::int as together,
        count(distinct participant_id) filter (where held.together > 0) as took_part
    from active left join held on held.placement_id = active.id
    group by active.provider_id
    """
)
_TOOK_PART = text(
    "select count(distinct participant_id) from meeting join placement on placement.id = meeting.placement_id"
    " where kind in ('conversation', 'cooperation') and participant_present and held_on between :first and :last"
)
_PROVIDERS = text("select id, name from provider order by name, id")


class Asked(Shape):
    """How many places owed something that fell due in the year, and how many of them have it."""

    due: int
    done: int
    overdue: int


class FollowUpFigures(Shape):
    """The year's figures of one provider, or of the municipality."""

    places: Annotated[int, Limits(description="Places active on some day of the year.")]
    plan: Asked
    conversation: Asked
    cooperation_meeting: Asked
    evaluation: Asked
    meetings: Annotated[int, Limits(description="Conversations and cooperation meetings held in the year.")]
    meetings_with_participant: int
    participants_who_took_part: Annotated[int, Limits(description="In one of those meetings at least.")]


class ProviderFigures(FollowUpFigures):
    """The year's figures of one provider."""

    provider_id: UUID
    name: str


class MissingParty(Shape):
    """Who was at none of the year's joint meetings: a role, or a provider."""

    role: str
    provider_id: UUID | None
    name: str | None


class JointOut(Shape):
    """The year's joint meetings (M7). `missing` is empty before there was one."""

    due_on: date
    held: int
    missing: list[MissingParty]


class FollowUpOut(Shape):
    """The yearly report on chapter 7."""

    year: int
    on: date
    municipality: FollowUpFigures
    providers: list[ProviderFigures]
    system_meeting: JointOut
    guideline_evaluations: Annotated[int, Limits(description="Of the guideline itself (M8).")]


async def figures_of(unit: UnitOfWork, year: int, on: date) -> tuple[FollowUpOut, set[UUID]]:
    """M1–M4, M7, M8: the figures of a calendar year as they stand on a day, and whose placements they counted."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    asks = await asks_of(unit)
    owed: defaultdict[UUID | None, Counter[tuple[TaskKind, TaskStatus]]] = defaultdict(Counter)
    seen: set[UUID] = set()
    async for tasks in place_tasks(unit, TaskQuery(on), asks, Wanted(first, last)):
        for task in tasks:
            owed[task.about.provider_id][task.kind, task.status] += 1
            if task.about.participant_id is not None:
                seen.add(task.about.participant_id)
    held = {
        row.provider_id: row for row in await unit.session.execute(_PLACES, {"first": first, "last": last, "on": on})
    }
    providers = [
        ProviderFigures(
            provider_id=id_,
            name=name,
            places=held[id_].places,
            meetings=held[id_].meetings,
            meetings_with_participant=held[id_].together,
            participants_who_took_part=held[id_].took_part,
            **_asked(owed[id_]),
        )
        for id_, name in await unit.session.execute(_PROVIDERS)
        if id_ in held
    ]
    [joint] = await joint_meetings(unit, [year], on)
    missing = [MissingParty(role=role, provider_id=None, name=None) for role in joint.missing_roles]
    missing += [MissingParty(role="provider", provider_id=one.id, name=one.name) for one in joint.missing_providers]
    out = FollowUpOut(
        year=year,
        on=on,
        municipality=FollowUpFigures(
            places=sum(row.places for row in held.values()),
            meetings=sum(row.meetings for row in held.values()),
            meetings_with_participant=sum(row.together for row in held.values()),
            participants_who_took_part=await _took_part(unit, first, min(last, on)),
            **_asked(sum(owed.values(), Counter())),
        ),
        providers=providers,
        system_meeting=JointOut(due_on=last, held=joint.held, missing=missing),
        guideline_evaluations=(await evaluations_of_guideline(unit, on)).get(year, 0),
    )
    return out, seen


COLUMNS = (
    Column("Vekstbedrift", 24),
    Column("Plassar"),
    *(
        Column(f"{noun} – {state}", 22)
        for noun in ("Plan", "To samtalar", "Samarbeidsmøte", "Evaluering")
        for state in ("skulle", "har", "forfalne")
    ),
    Column("Møte", 8),
    Column("Møte med deltakar", 18),
    Column("Deltakarar som var med", 22),
)
MISSING_COLUMNS = (Column("Mangla på fellesmøte", 24), Column("Rolle", 18))


def file_of(figures: FollowUpOut, media_type: str) -> Response:
    """The figures as a file: a row for each provider, and the municipality's.

    In XLSX, who was missing from the joint meeting is on a second sheet (M7).
    """
    if media_type == CSV:
        content, media_type, ending = csv_file(COLUMNS, _rows(figures)), f"{CSV}; charset=utf-8", "csv"
    else:
        with xlsx_file() as (workbook, made):
            write_table(workbook, f"Oppfølging {figures.year}", COLUMNS, _rows(figures))
            missing = [(one.name or ROLES[one.role], ROLES[one.role]) for one in figures.system_meeting.missing]
            write_table(workbook, "Fellesmøte", MISSING_COLUMNS, missing)
        content, ending = made.getvalue(), "xlsx"
    name = f'attachment; filename="oppfolging-{figures.year}.{ending}"'
    return Response(content, headers={"Content-Type": media_type, "Content-Disposition": name})


def _rows(figures: FollowUpOut) -> list[list[Cell]]:
    named: list[tuple[str, FollowUpFigures]] = [(one.name, one) for one in figures.providers]
    return [
        [
            name,
            one.places,
            *(
                count
                for asked in (one.plan, one.conversation, one.cooperation_meeting, one.evaluation)
                for count in (asked.due, asked.done, asked.overdue)
            ),
            one.meetings,
            one.meetings_with_participant,
            one.participants_who_took_part,
        ]
        for name, one in [*named, ("Alver kommune", figures.municipality)]
    ]


def _asked(owed: Counter[tuple[TaskKind, TaskStatus]]) -> dict[str, Asked]:
    return {
        kind: Asked(
            due=sum(owed[kind, status] for status in STATUSES),
            done=owed[kind, "done"],
            overdue=owed[kind, "overdue"],
        )
        for kind in PLACE_KINDS
    }


async def _took_part(unit: UnitOfWork, first: date, last: date) -> int:
    """A participant who changed provider within the year counts once."""
    return int(await unit.session.scalar(_TOOK_PART, {"first": first, "last": last}) or 0)
