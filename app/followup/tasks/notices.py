"""L4: meetings that notices call for."""

from datetime import date

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.placements.notices import find_notices_requiring_meeting

_LAST_MEETINGS = CompiledQuery(
    text(
        "select placement_id, max(held_on) as held_on from meeting"
        " where placement_id = any(cast(:placement_ids as uuid[])) and kind = 'cooperation' and counts"
        " and annulled_at is null and held_on <= :on group by placement_id"
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """L4: a meeting that a notice calls for, from the day it is given; done with a cooperation meeting since that day.

    **Decided here**: it is due on the last day of the placement, before which other offers must have been weighed.
    """
    notices = [
        notice
        for notice in await find_notices_requiring_meeting(queries, query.placement_id)
        if notice.given_on <= query.on
    ]
    if not notices:
        return []
    ids = [notice.placement_id for notice in notices]
    rows = await queries.fetch(_LAST_MEETINGS, placement_ids=ids, on=query.on)
    last_held = {row["placement_id"]: row["held_on"] for row in rows}
    return [
        Task.single(
            "notice_meeting",
            notice.ends_on,
            notice.id,
            TaskSubject(notice.placement_id, notice.provider_id, link=f"/v1/placements/{notice.placement_id}/notices"),
            on=query.on,
            recorded=int(last_held.get(notice.placement_id, date.min) >= notice.given_on),
        )
        for notice in notices
    ]
