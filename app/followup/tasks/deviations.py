"""P4–P7: what providers lack of staff, competence, premises and routines."""

from collections.abc import Mapping

from app.database.queries import Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.placements import capacity, supplements
from app.providers import competence
from app.rates import rates
from app.rules.competence import DeviationKind

_RULES: Mapping[DeviationKind, str] = {"staffing": "P5", "premises": "P6", "absence_routine": "P7"}


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """P4–P7: due on the first day on which it was missing, done when it is no longer missing."""
    deviations = await competence.load_deviations(
        queries,
        await capacity.load_places_by_provider(queries),
        await supplements.load_staff_by_provider(queries),
        await rates.load_staffing_ratios(queries),
        query.on,
        query.provider_id,
    )
    return [
        Task.single(
            "deviation",
            deviation.since,
            competence.deviation_key(deviation),
            TaskSubject(
                provider_id=deviation.provider_id,
                link=f"/v1/providers/{deviation.provider_id}/deviations",
                rule=_RULES.get(deviation.kind, "P4"),
                missing=(deviation.area or deviation.kind,),
            ),
            on=query.on,
            recorded=int(deviation.mended_on is not None),
        )
        for deviation in deviations
    ]
