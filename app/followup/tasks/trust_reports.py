"""R10: the yearly report to the trust's board."""

from datetime import date

from sqlalchemy import text

from app.database.base import NIL_UUID
from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject

_YEARS = CompiledQuery(
    text(
        """
        select year, (select count(*) from trust_report where trust_report.year = trust_year_sum.year
            and sent_on <= :on)
        from trust_year_sum where decided_on <= :on and make_date(year, 12, 31) < :on group by year
        """
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """R10: the report of each year that is over and had a sum, due on 31 January. Done when it was sent."""
    return [
        Task.single(
            "trust_report",
            date(year + 1, 1, 31),
            NIL_UUID,
            TaskSubject(link=f"/v1/trust/years/{year}/report"),
            on=query.on,
            recorded=sent,
            n=year,
        )
        for year, sent in await queries.fetch(_YEARS, on=query.on)
    ]
