"""M7: the yearly system meeting."""

from datetime import date

from app.database.base import NIL_UUID
from app.database.queries import Queries
from app.followup.system_meetings import load_system_meetings
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.rules.follow_up_duties import list_calendar_years_owed


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """M7: a task for each calendar year since the guideline took effect."""
    if not rules.requirements:
        return []
    years = list_calendar_years_owed(rules.requirements[0].valid_from, query.on)
    return [
        Task.single(
            "system_meeting",
            date(status.year, 12, 31),
            NIL_UUID,
            TaskSubject(
                link="/v1/meetings?kind=system",
                missing=(*status.missing_roles, *(provider.name for provider in status.missing_providers)),
            ),
            on=query.on,
            recorded=status.held,
            n=status.year,
        )
        for status in await load_system_meetings(queries, years, query.on)
    ]
