"""T11, T12: the assessment of the applications of a round."""

from datetime import timedelta

from sqlalchemy import Date, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject

# An application belongs to the first round of its year and length whose deadline it met, else to the last (T12).
_ROUNDS = CompiledQuery(
    text(
        """
        select trip_round.id, trip_round.year, trip_round.length, deadline,
            count(*) filter (where assessed_on is null or assessed_on > :on
                or num_nulls(benefit, resource, severity, mastery) > 0) as missing
        from trip_round
        join trip_application as application on application.length = trip_round.length
            and extract(year from preferred_from) = trip_round.year
            and received_on <= :on and (withdrawn_on is null or withdrawn_on > :on)
            and trip_round.id = (
                select own.id from trip_round as own
                where own.year = trip_round.year and own.length = application.length
                order by own.deadline < received_on, abs(own.deadline - received_on) limit 1)
        where deadline < :on
        group by trip_round.id
        """
    ).bindparams(bindparam("on", type_=Date))
)
_TIME = timedelta(days=14)
_LENGTHS = {"long": "lange turar", "short": "korte turar"}


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """T11: once a round is over, due 14 days after its deadline. Done when every application has its four scores.

    **Decided here**: what comes late opens the task again, and a round without applications has none.
    """
    return [
        Task.single(
            "trip_assessment",
            deadline + _TIME,
            id_,
            TaskSubject(link=f"/v1/trip-rounds/{id_}", detail=_LENGTHS[length]),
            on=query.on,
            recorded=int(missing == 0),
            n=year,
        )
        for id_, year, length, deadline, missing in await queries.fetch(_ROUNDS, on=query.on)
    ]
