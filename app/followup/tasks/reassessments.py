"""S4: people whose need was assessed long ago."""

from datetime import date, timedelta

from sqlalchemy import Date, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import DAYS_AHEAD, Task, TaskQuery, TaskRules, TaskSubject
from app.rules.calendar import add_months

_ASSESSED = CompiledQuery(
    text(
        """
        select participant_id, max(assessed_on) filter (where assessed_on <= :on) as assessed_on
        from service_hours where not cancelled
        group by participant_id
        having bool_or(starts_on <= :on and coalesce(ends_on >= :on, true))
            and max(assessed_on) filter (where assessed_on <= :on) is not null
        """
    ).bindparams(bindparam("on", type_=Date))
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """S4: a new assessment of everybody who has hours on the day, some months after the last. For the case office.

    **Decided here**: it is a task from 60 days before it is due, and gone when a newer assessment is pushed or the
    hours have ended. Of whom no assessment is recorded there is none to count from: the mirror table counts them.
    """
    months = rules.find_parameters(query.on).reassessment_months
    due: list[tuple[date, Task]] = []
    for id_, assessed_on in await queries.fetch(_ASSESSED, on=query.on):
        due_on = add_months(assessed_on, months)
        subject = TaskSubject(participant_id=id_, link=f"/v1/participants/{id_}")
        due.append((due_on, Task.single("reassessment", due_on, id_, subject, on=query.on)))
    return [task for due_on, task in due if due_on <= query.on + timedelta(days=DAYS_AHEAD)]
