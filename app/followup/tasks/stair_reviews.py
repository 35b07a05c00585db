"""K2: the yearly review of what the stairs say."""

from datetime import date

from sqlalchemy import text

from app.database.base import NIL_UUID
from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject

_DUE = CompiledQuery(
    text(
        """
        select cast(coalesce(
            (select max(reviewed_on) from stair_review where reviewed_on <= :on),
            (select min(valid_from) from stair_service where valid_from <= :on)
        ) + interval '1 year' as date)
        """
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """K2: a review of both stairs, due a year after the last one.

    **Decided here**: the first is due a year after the first service was offered.
    """
    due_on: date | None = await queries.fetch_value(_DUE, on=query.on)
    if due_on is None:
        return []
    subject = TaskSubject(link="/v1/stair-reviews")
    return [Task.single("stair_review", due_on, NIL_UUID, subject, on=query.on, n=due_on.year)]
