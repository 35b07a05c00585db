"""P7: somebody to contact after unexcused absence."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.placement_queries import PlacementQueries
from app.followup.tasks.task import RANK, Task, TaskQuery, TaskRules, TaskSubject
from app.providers.absence_routines import load_routines
from app.rules.absence_contacts import AbsenceContact, PlannedDays, list_absence_contacts

# Done is what a meeting came after, and all of a placement's is where one came after its last absence.
_ABSENCES = PlacementQueries.compile(
    """
    select absence.placement_id, absence.provider_id, placement.participant_id,
        coalesce(placement.ends_on < :on, false) as has_ended,
        array_agg(greatest(absence.starts_on, placement.starts_on)), array_agg(absence.ends_on)
    from absence join placement on placement.id = absence.placement_id
    where absence.kind = 'unexcused' and not absence.cancelled and absence.starts_on <= :on
        and placement.annulled_on is null and absence.ends_on >= placement.starts_on
        and (coalesce(placement.ends_on >= :on, true) or absence.placement_id = any(cast(:waived as uuid[])))
        and {asked_for}
    group by absence.placement_id, absence.provider_id, placement.participant_id, placement.ends_on
    having :includes_done or not exists (
        select from meeting where meeting.placement_id = absence.placement_id
        and kind in ('conversation', 'cooperation') and annulled_at is null
        and held_on between max(absence.ends_on) and :on
    )
    """,
    placement="absence.placement_id",
    provider="absence.provider_id",
)
_LAST_MEETINGS = CompiledQuery(
    text(
        "select placement_id, max(held_on) as held_on from meeting"
        " where placement_id = any(cast(:placement_ids as uuid[])) and kind in ('conversation', 'cooperation')"
        " and annulled_at is null and held_on <= :on group by placement_id"
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """P7: a contact after so many planned days of unexcused absence in a row, due on the last of them.

    **Decided here**: done with a conversation or cooperation meeting held on that day or later, also without the
    participant, since it may be a guardian who is contacted; gone when the placement has ended, unless it is waived.
    """
    routines = await load_routines(queries, query.on)
    if not routines:
        return []
    waived = [UUID(bytes=subject_id) for rank, subject_id, _ in rules.waived if rank == RANK["absence_contact"]]
    absences: dict[tuple[UUID, UUID, UUID, bool], list[tuple[date, date]]] = {}
    for placement_id, provider_id, participant_id, has_ended, firsts, lasts in await queries.fetch(
        _ABSENCES.pick(query.placement_id),
        **query.parameters,
        waived=waived,
        includes_done=query.includes_status("done"),
    ):
        if provider_id in routines:
            # What ended before the provider had a routine opened nothing.
            agreed_on = routines[provider_id][0].agreed_on
            periods = [period for period in zip(firsts, lasts, strict=True) if period[1] >= agreed_on]
            if periods:
                absences[placement_id, provider_id, participant_id, has_ended] = periods
    if not absences:
        return []
    calendar = PlannedDays(min(first for periods in absences.values() for first, _ in periods), query.on)
    found = [
        (subject, contact)
        for subject, periods in absences.items()
        for contact in list_absence_contacts(periods, routines[subject[1]], calendar)
    ]
    if not found:
        return []
    ids = list({placement_id for (placement_id, *_), _ in found})
    rows = await queries.fetch(_LAST_MEETINGS, placement_ids=ids, on=query.on)
    last_held = {row["placement_id"]: row["held_on"] for row in rows}
    tasks = [
        (has_ended, _build_task(placement_id, provider_id, participant_id, contact, last_held, query.on))
        for (placement_id, provider_id, participant_id, has_ended), contact in found
    ]
    return [task for has_ended, task in tasks if not has_ended or task[1:4] in rules.waived]


def _build_task(
    placement_id: UUID,
    provider_id: UUID,
    participant_id: UUID,
    contact: AbsenceContact,
    last_held: Mapping[UUID, date],
    on: date,
) -> Task:
    subject = TaskSubject(
        placement_id, provider_id, participant_id, link=f"/v1/placements/{placement_id}/absence-summary"
    )
    return Task.single(
        "absence_contact",
        contact.due_on,
        placement_id,
        subject,
        on=on,
        recorded=int(last_held.get(placement_id, date.min) >= contact.due_on),
        n=contact.first_day.year * 10_000 + contact.first_day.month * 100 + contact.first_day.day,
    )
