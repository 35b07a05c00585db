"""D1: placements of people who have moved out of the municipality; each lasts until somebody decides."""

from app.database.queries import Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.placements.relocations import find_relocated_placements


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """D1: the placements of people registered elsewhere. For the case office only: nobody else learns where they live.

    **Decided here**: due on the day the move became known, and gone when the placement has ended or the person is back.
    """
    return [
        Task.single(
            "moved_out",
            place.since,
            place.placement_id,
            TaskSubject(place.placement_id, place.provider_id, place.participant_id),
            on=query.on,
        )
        for place in await find_relocated_placements(queries, rules.municipality_number, query.on, query.placement_id)
        if place.since <= query.on
    ]
