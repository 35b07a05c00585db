"""The yearly report (M1–M4, M7–M9, L4, P7): how many placements have what the guideline requires. Derived when asked.

A calendar year counts what fell due in it: the placement years that ended in it, whole or cut short, and the plans due
in it. What is filed late counts as done, since it was done.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from fastapi import Response
from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.code_lists import ATTENDEE_ROLES, TASK_STATUSES
from app.followup.evaluations import count_guideline_evaluations
from app.followup.schemas import (
    DueCount,
    FollowUpFigures,
    FollowUpOut,
    MissingParty,
    ProviderFigures,
    SystemMeetingsOut,
)
from app.followup.system_meetings import load_system_meetings
from app.followup.tasks import absence_contacts, notices
from app.followup.tasks.placement_duties import DUTY_KINDS, DuePeriod, iterate_tasks, load_rules
from app.followup.tasks.task import TaskQuery
from app.http.content_negotiation import CSV
from app.http.spreadsheets import Cell, Column, csv_file, write_table, xlsx_file
from app.placements.access import find_participant_ids
from app.rules.follow_up_duties import TaskKind, TaskStatus

_KINDS: tuple[TaskKind, ...] = (*DUTY_KINDS, "notice_meeting", "absence_contact")

DueCounter = Counter[tuple[TaskKind, TaskStatus]]

_PROVIDERS = CompiledQuery(
    text(
        """
        with active as (
            select id, provider_id, participant_id from placement
            where annulled_on is null and starts_on <= :last and coalesce(ends_on >= :first, true)
        ), held as (
            select placement_id, count(*) as meetings, count(*) filter (where participant_present) as together
            from meeting
            where annulled_at is null and kind in ('conversation', 'cooperation')
                and held_on between :first and least(:last, :on)
            group by placement_id
        ), counted as (
            select active.provider_id, count(*) as places, coalesce(sum(held.meetings), 0)::int as meetings,
                coalesce(sum(held.together), 0)::int as meetings_with_participant,
                count(distinct participant_id) filter (where held.together > 0) as participants_who_took_part
            from active left join held on held.placement_id = active.id
            group by active.provider_id
        )
        select counted.*, name, organisation_number from counted join provider on provider.id = counted.provider_id
        order by name, provider_id
        """
    )
)
# A participant who changed provider within the year counts once.
_PARTICIPANTS = CompiledQuery(
    text(
        "select count(distinct participant_id) from meeting join placement on placement.id = meeting.placement_id"
        " where meeting.annulled_at is null and placement.annulled_on is null"
        " and kind in ('conversation', 'cooperation') and participant_present and held_on between :first and :last"
    )
)

_COLUMNS = (
    Column("Vekstbedrift", 24),
    Column("Organisasjonsnummer", 20),
    Column("Plassar", 8),
    *(
        Column(f"{noun} – {state}", 6, upright=True)
        for noun in (
            *("Plan", "To samtalar", "Samarbeidsmøte", "Evaluering"),
            *("Møte etter oppseiing", "Kontakt etter fråvær"),
        )
        for state in ("skulle", "har", "forfalne", "fråfalne")
    ),
    Column("Møte", 6, upright=True),
    Column("Møte med deltakar", 6, upright=True),
    Column("Deltakarar som var med", 6, upright=True),
)
_MISSING_COLUMNS = (Column("Mangla på fellesmøte", 24), Column("Rolle", 18))


async def build_report(queries: Queries, year: int, on: date) -> tuple[FollowUpOut, set[UUID]]:
    """M1–M4, M7, M8: the report of a calendar year as of a day, and the participants whose placements it counts."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    due: defaultdict[UUID | None, DueCounter] = defaultdict(Counter)
    participants: set[UUID] = set()
    rules = await load_rules(queries)
    query = TaskQuery(on)
    others = [
        *await notices.list_tasks(queries, query, rules),
        *await absence_contacts.list_tasks(queries, query, rules),
    ]
    found = [rules.apply_waivers(task) for task in others if first <= task.due_on <= last]
    participants.update((await find_participant_ids(queries, {task.subject.placement_id for task in found})).values())
    for task in found:
        due[task.subject.provider_id][task.kind, task.status] += 1
    async for tasks in iterate_tasks(queries, query, rules, DuePeriod(first, last)):
        for task in tasks:
            due[task.subject.provider_id][task.kind, task.status] += 1
            if task.subject.participant_id is not None:
                participants.add(task.subject.participant_id)
    providers = [
        ProviderFigures.model_validate({**row, **_count_due(due[row["provider_id"]])})
        for row in await queries.fetch(_PROVIDERS, first=first, last=last, on=on)
    ]
    [meetings] = await load_system_meetings(queries, [year], on)
    missing = [MissingParty(role=role, provider_id=None, name=None) for role in meetings.missing_roles]
    missing += [
        MissingParty(role="provider", provider_id=provider.id, name=provider.name)
        for provider in meetings.missing_providers
    ]
    report = FollowUpOut(
        year=year,
        on=on,
        municipality=FollowUpFigures(
            places=sum(provider.places for provider in providers),
            meetings=sum(provider.meetings for provider in providers),
            meetings_with_participant=sum(provider.meetings_with_participant for provider in providers),
            participants_who_took_part=await queries.fetch_value(_PARTICIPANTS, first=first, last=min(last, on)),
            **_count_due(sum(due.values(), Counter())),
        ),
        providers=providers,
        system_meeting=SystemMeetingsOut(due_on=last, held=meetings.held, missing=missing),
        guideline_evaluations=(await count_guideline_evaluations(queries, on)).get(year, 0),
    )
    return report, participants


def build_file(report: FollowUpOut, media_type: str) -> Response:
    """The report as CSV or XLSX: a row for each provider, and the municipality's.

    In XLSX, who was missing from the system meetings is on a second sheet (M7).
    """
    rows = [_build_row(provider.name, provider.organisation_number, provider) for provider in report.providers]
    rows.append(_build_row("Alver kommune", None, report.municipality))
    if media_type == CSV:
        content, media_type, extension = csv_file(_COLUMNS, rows), f"{CSV}; charset=utf-8", "csv"
    else:
        with xlsx_file() as (workbook, file):
            write_table(workbook, f"Oppfølging {report.year}", _COLUMNS, rows)
            missing = [
                (party.name or ATTENDEE_ROLES[party.role], ATTENDEE_ROLES[party.role])
                for party in report.system_meeting.missing
            ]
            write_table(workbook, "Fellesmøte", _MISSING_COLUMNS, missing)
        content, extension = file.getvalue(), "xlsx"
    disposition = f'attachment; filename="oppfolging-{report.year}.{extension}"'
    return Response(content, headers={"Content-Type": media_type, "Content-Disposition": disposition})


def _build_row(name: str, organisation_number: str | None, figures: FollowUpFigures) -> list[Cell]:
    counts = (
        *(figures.plan, figures.conversation, figures.cooperation_meeting, figures.evaluation),
        *(figures.notice_meeting, figures.absence_contact),
    )
    return [
        name,
        organisation_number,
        figures.places,
        *(number for count in counts for number in (count.due, count.done, count.overdue, count.waived)),
        figures.meetings,
        figures.meetings_with_participant,
        figures.participants_who_took_part,
    ]


def _count_due(due: Mapping[tuple[TaskKind, TaskStatus], int]) -> dict[str, DueCount]:
    return {
        kind: DueCount(
            due=sum(due.get((kind, status), 0) for status in TASK_STATUSES),
            done=due.get((kind, "done"), 0),
            overdue=due.get((kind, "overdue"), 0),
            waived=due.get((kind, "waived"), 0),
        )
        for kind in _KINDS
    }
