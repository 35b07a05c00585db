"""T16, T24: what a trip waits for, and the evaluation of a scheme that ends."""

from datetime import date, timedelta

from sqlalchemy import Date, bindparam, text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.http.names import format_day

_UNACCEPTED = CompiledQuery(
    text(
        """
        select trip.id, trip.starts_on, count(*) filter (where accepted_price is null
            or accepted_price < of_staff_cost + of_staff_travel or accepted_on > :on) as missing
        from trip
        join trip_participant on trip_participant.trip_id = trip.id and left_on is null
        where of_staff_cost is not null and cancelled_on is null and (decision is null or decision = 'grant')
        group by trip.id
        """
    ).bindparams(bindparam("on", type_=Date))
)
_UNSETTLED = CompiledQuery(
    text(
        """
        select id, starts_on, ends_on, settled_on is not null and settled_on <= :on as settled
        from trip where decision = 'grant' and cancelled_on is null and ends_on < :on
        """
    ).bindparams(bindparam("on", type_=Date))
)
_ENDING = CompiledQuery(
    text(
        """
        select id, valid_to, exists (select from trip_scheme as later where later.valid_from > trip_scheme.valid_from)
            as replaced
        from trip_scheme where valid_to is not null and valid_from <= :on
        """
    ).bindparams(bindparam("on", type_=Date))
)
_BEFORE_DEPARTURE = _AFTER_RETURN = timedelta(days=30)
_BEFORE_THE_END = timedelta(days=90)


async def list_acceptances(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """T16: all participants of a trip with a plan accept their price, due 30 days before departure."""
    return [
        Task.single(
            "trip_acceptance",
            starts_on - _BEFORE_DEPARTURE,
            id_,
            _about(id_, starts_on),
            on=query.on,
            recorded=int(missing == 0),
        )
        for id_, starts_on, missing in await queries.fetch(_UNACCEPTED, on=query.on)
    ]


async def list_settlements(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """T16: a trip that has been made is settled, due 30 days after its last day."""
    return [
        Task.single(
            "trip_settlement",
            ends_on + _AFTER_RETURN,
            id_,
            _about(id_, starts_on),
            on=query.on,
            recorded=int(settled),
        )
        for id_, starts_on, ends_on, settled in await queries.fetch(_UNSETTLED, on=query.on)
    ]


async def list_evaluations(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """T24: a version of the scheme that ends is evaluated, due on its last day.

    **Decided here**: a task from 90 days before, and done when a later version is recorded, which says what came of it.
    """
    subject = TaskSubject(link="/v1/trip-schemes")
    return [
        Task.single("trial_evaluation", valid_to, id_, subject, on=query.on, recorded=int(replaced), n=valid_to.year)
        for id_, valid_to, replaced in await queries.fetch(_ENDING, on=query.on)
        if valid_to - _BEFORE_THE_END <= query.on
    ]


def _about(trip_id: object, starts_on: date) -> TaskSubject:
    return TaskSubject(link=f"/v1/trips/{trip_id}", detail=f"turen {format_day(starts_on)}")
