"""A3: extensive absence that nobody has reviewed."""

from app.absence.reviews import list_due_reviews
from app.database.queries import Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """A3: due on the day on which the absence became extensive; once reviewed it is no task."""
    return [
        Task.single(
            "absence_review",
            review.due_on,
            review.placement_id,
            TaskSubject(
                review.placement_id,
                review.provider_id,
                link=f"/v1/placements/{review.placement_id}/absence-summary",
            ),
            on=query.on,
        )
        for review in await list_due_reviews(queries, query.on, query.placement_id)
    ]
