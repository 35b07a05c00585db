"""P7: somebody to contact after unexcused absence."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.providers.absence_routines import load_routines
from app.rules.absence_contacts import PlannedDays, list_absence_contacts

# Of the placements that last on the day. What ended before its provider had a routine opened nothing.
_ABSENCES = CompiledQuery(
    text(
        """
        select absence.placement_id, absence.provider_id, placement.participant_id, absence.starts_on, absence.ends_on
        from absence join placement on placement.id = absence.placement_id
        where absence.kind = 'unexcused' and not absence.cancelled and absence.starts_on <= :on
            and coalesce(placement.ends_on >= :on, true)
            and (cast(:placement_id as uuid) is null or absence.placement_id = :placement_id)
            and (cast(:provider_id as uuid) is null or absence.provider_id = :provider_id)
        """
    )
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
    participant, since it may be a guardian who is contacted; gone when the placement has ended.
    """
    routines = await load_routines(queries, query.on)
    if not routines:
        return []
    values = {"on": query.on, "placement_id": query.placement_id, "provider_id": query.provider_id}
    absences: defaultdict[tuple[UUID, UUID, UUID], list[tuple[date, date]]] = defaultdict(list)
    for placement_id, provider_id, participant_id, first, last in await queries.fetch(_ABSENCES, **values):
        if provider_id in routines and last >= routines[provider_id][0].agreed_on:
            absences[placement_id, provider_id, participant_id].append((first, last))
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
    return [
        Task.single(
            "absence_contact",
            contact.due_on,
            placement_id,
            TaskSubject(
                placement_id,
                provider_id,
                participant_id,
                link=f"/v1/placements/{placement_id}/absence-summary",
            ),
            on=query.on,
            recorded=int(last_held.get(placement_id, date.min) >= contact.due_on),
            n=int(f"{contact.first_day:%Y%m%d}"),
        )
        for (placement_id, provider_id, participant_id), contact in found
    ]
