"""HTTP for the trip scheme: its versions, and what a trip would cost."""

from typing import Annotated

from fastapi import APIRouter, Body
from sqlalchemy import select

from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.trips import problems
from app.trips.endpoints.roles import GrantsOfficer, TripPlanner
from app.trips.estimates import estimate_trip
from app.trips.schemas import TripSchemeIn, TripSchemeOut
from app.trips.schemes import record_scheme
from app.trips.staffing_schemas import EXAMPLES, TripEstimateIn, TripEstimateOut
from app.trips.tables import TripScheme

router = APIRouter(prefix="/v1", tags=["trips"], route_class=Route)


@router.post(
    "/trip-schemes",
    dependencies=[located_at("/v1/trip-schemes")],
    status_code=201,
    summary="Record a version of the trip scheme",
    responses=refusals(problems.TRIP_SCHEME_EXISTS),
)
async def record_trip_scheme(unit: UnitOfWorkDep, actor: GrantsOfficer, body: TripSchemeIn) -> TripSchemeOut:
    """The scheme's parameters from a day on (T6). A version is never changed; the next one takes over.

    The first day of a trip decides which version holds.
    """
    return TripSchemeOut.model_validate(await record_scheme(unit, body))


@router.get("/trip-schemes", summary="List versions of the trip scheme")
async def list_trip_schemes(
    reader: ReaderDep, actor: TripPlanner, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[TripSchemeOut]:
    """All versions, in the order they were recorded (T6)."""
    return await list_page(reader, select(TripScheme), TripSchemeOut, limit=limit, after=after)


@router.post(
    "/trips/estimate",
    summary="Compute what a trip would cost",
    responses=refusals(
        problems.NO_SCHEME_IN_FORCE,
        problems.NO_NIGHT,
        problems.LONGER_NEEDS_REASON,
        problems.WORKING_TIME_NOT_SETTLED,
        problems.SUM_DIFFERS,
    ),
)
async def compute_trip_estimate(
    unit: UnitOfWorkDep, actor: TripPlanner, body: Annotated[TripEstimateIn, Body(openapi_examples=EXAMPLES)]
) -> TripEstimateOut:
    """From days, staffing plan and rates to hours, cost, and each participant's price (T3, T4, T13–T15). Nothing is
    stored, and nobody is named: staff are references, participants a number.

    Minutes are exact: a night of 8 hours that somebody sleeps beside counts 160 minutes at a third. The participants
    pay half of the staff cost, rounded down, and staff's travel in full; the fund pays the rest. Short rests between
    shifts, a week without its rest and long shifts are warned of, and refuse nothing (T22).
    """
    return await estimate_trip(unit, body)
