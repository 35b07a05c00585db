"""L6: needs beyond one employee to five places that nobody has discussed to an end."""

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject

_OPEN = CompiledQuery(
    text(
        "select id, participant_id, noticed_on from need_change"
        " where noticed_on <= :on and coalesce(closed_on > :on, true)"
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """L6: from the day a need is noticed until its outcome is recorded. **Decided here**: due on that very day."""
    return [
        Task.single(
            "staffing_discussion",
            row["noticed_on"],
            row["id"],
            TaskSubject(
                participant_id=row["participant_id"], link=f"/v1/participants/{row['participant_id']}/need-changes"
            ),
            on=query.on,
        )
        for row in await queries.fetch(_OPEN, on=query.on)
    ]
