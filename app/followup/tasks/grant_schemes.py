"""T17: information on other schemes that nobody has checked for a year."""

from sqlalchemy import Date, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.rules.calendar import add_months

_SCHEMES = CompiledQuery(
    text(
        "select id, name, checked_on from grant_scheme"
        " where checked_on <= :on and (closed_on is null or closed_on > :on)"
    ).bindparams(bindparam("on", type_=Date))
)
_MONTHS = 12


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """T17: due 12 months after it was last checked, and a task from that day on."""
    return [
        Task.single(
            "information_stale",
            due_on,
            id_,
            TaskSubject(link=f"/v1/grant-schemes/{id_}", detail=name),
            on=query.on,
        )
        for id_, name, checked_on in await queries.fetch(_SCHEMES, on=query.on)
        if (due_on := add_months(checked_on, _MONTHS)) <= query.on
    ]
