"""M8: the yearly evaluation of the guideline itself."""

from datetime import date

from app.database.base import NIL_UUID
from app.database.queries import Queries
from app.followup.evaluations import count_guideline_evaluations
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.rules.follow_up_duties import list_calendar_years_owed


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """M8: a task for each calendar year since the guideline took effect."""
    if not rules.requirements:
        return []
    evaluations = await count_guideline_evaluations(queries, query.on)
    subject = TaskSubject(link="/v1/guideline-evaluations")
    return [
        Task.single(
            "guideline_evaluation",
            date(year, 12, 31),
            NIL_UUID,
            subject,
            on=query.on,
            recorded=evaluations.get(year, 0),
            n=year,
        )
        for year in list_calendar_years_owed(rules.requirements[0].valid_from, query.on)
    ]
