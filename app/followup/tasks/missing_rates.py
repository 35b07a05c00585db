"""C1: years whose rate is not known."""

from datetime import date

from sqlalchemy import text

from app.database.base import NIL_UUID
from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.rules.follow_up_duties import list_rate_years_owed

_YEARS = CompiledQuery(
    text("select distinct cast(extract(year from valid_from) as integer) from rate where known_from <= :on")
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """C1: the rate of this year, and from 1 December that of the next, until it is known.

    **Decided here**: due on the last day of the year before.
    """
    if not rules.requirements:
        return []
    years = list_rate_years_owed(rules.requirements[0].valid_from, query.on)
    known = {row[0] for row in await queries.fetch(_YEARS, on=query.on)}
    subject = TaskSubject(link="/v1/rates")
    return [
        Task.single("rate_missing", date(year - 1, 12, 31), NIL_UUID, subject, on=query.on, n=year)
        for year in years
        if year not in known
    ]
