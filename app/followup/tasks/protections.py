"""D1: people whose address is protected here, and not in the system that another keeps."""

from app.database.queries import Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.participants.protection import load_questioned


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """D1: protection that another system says has ended. For the case office, which alone may lower it.

    **Decided here**: due on the day that it was said; done when a case officer confirms the protection, and gone when
    it is lowered or the other system says that there is one.
    """
    return [
        Task.single(
            "protection_to_check",
            since,
            id_,
            TaskSubject(participant_id=id_, link=f"/v1/participants/{id_}"),
            on=query.on,
            recorded=int(confirmed_on is not None and confirmed_on <= query.on),
        )
        for id_, since, confirmed_on in await load_questioned(queries, query.on)
    ]
