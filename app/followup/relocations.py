"""Whoever has moved out of the municipality keeps the place until somebody decides: that is a task (D1)."""

from app.database.unit_of_work import UnitOfWork
from app.followup.task_schemas import About, Task, TaskQuery
from app.placements.relocations import moved_out


async def moved_out_tasks(unit: UnitOfWork, query: TaskQuery, municipality_number: str) -> list[Task]:
    """D1: the places of people registered elsewhere, for the case office alone: nobody else is told where they live.

    **Decided here**: due on the day we know of it, and gone when the place has ended or the person is back.
    """
    if not query.wants("moved_out"):
        return []
    return [
        Task.single(
            "moved_out",
            place.since,
            place.placement_id,
            About(place.placement_id, place.provider_id, place.participant_id),
            done=False,
            on=query.on,
        )
        for place in await moved_out(unit, municipality_number, query.on)
        if place.since <= query.on
    ]
