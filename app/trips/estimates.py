"""What a trip would cost, without storing anything (T3, T4, T13–T15, T22)."""

from datetime import date

from app.database.queries import Queries
from app.http.problems import VALIDATION, Problem
from app.rules.trips import TripObstacle
from app.trips.problems import LONGER_NEEDS_REASON, NO_NIGHT, WORKING_TIME_NOT_SETTLED
from app.trips.schemes import find_scheme, read_norms
from app.trips.staffing import TripDays, compute_staffing
from app.trips.staffing_schemas import TripEstimateIn, TripEstimateOut

_OBSTACLES: dict[TripObstacle, Problem] = {
    "no-night": NO_NIGHT(pointer="#/ends_on"),
    "longer-needs-reason": LONGER_NEEDS_REASON(pointer="#/longer_reason"),
    "working-time-not-settled": WORKING_TIME_NOT_SETTLED(pointer="#/working_time_agreed_on"),
}


async def find_trip_days(
    queries: Queries,
    starts_on: date,
    ends_on: date,
    *,
    longer_reason: str | None,
    working_time_agreed_on: date | None,
) -> TripDays:
    """T6, T8: the days, with the version in force on the first of them.

    Raises `NO_SCHEME_IN_FORCE`, `NO_NIGHT`, `LONGER_NEEDS_REASON`, `WORKING_TIME_NOT_SETTLED`, and `VALIDATION` for an
    end before the beginning.
    """
    if ends_on < starts_on:
        raise VALIDATION("Siste dag («ends_on») er før første dag («starts_on»).", pointer="#/ends_on")
    scheme = await find_scheme(queries, starts_on, "#/starts_on")
    obstacle = read_norms(scheme).find_obstacle(
        starts_on, ends_on, longer_reason=longer_reason, working_time_agreed_on=working_time_agreed_on
    )
    if obstacle is not None:
        raise _OBSTACLES[obstacle]
    return TripDays(starts_on, ends_on, scheme)


async def estimate_trip(queries: Queries, body: TripEstimateIn) -> TripEstimateOut:
    """The estimate by the version in force on the first day. Raises as `find_trip_days` and `compute_staffing`."""
    days = await find_trip_days(
        queries,
        body.starts_on,
        body.ends_on,
        longer_reason=body.longer_reason,
        working_time_agreed_on=body.working_time_agreed_on,
    )
    norms = read_norms(days.scheme)
    length = norms.find_length(days.nights)
    assert length is not None
    staffing = compute_staffing(body, days, body.participants)
    return TripEstimateOut(
        **staffing.out.model_dump(),
        scheme_valid_from=days.scheme.valid_from,
        length=length,
        last_notice_on=norms.find_last_notice_day(days.starts_on, length),
    )
