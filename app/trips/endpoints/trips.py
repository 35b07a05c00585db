"""HTTP for trips and their staffing plans (T8, T13, T16, T20–T22)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from sqlalchemy import extract, select
from sqlmodel import col

from app.database.queries import Queries
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.etag import require_fresh, require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, fetch_page
from app.http.problems import PRECONDITION_FAILED
from app.http.schemas import Year
from app.rules.trip_course import TripStatus
from app.trips import plans, problems, trip_changes, trips
from app.trips.endpoints.roles import GrantsOfficer, TripPlanner
from app.trips.staffing_schemas import WEEKEND_EXAMPLE
from app.trips.tables import Trip, TripParticipant
from app.trips.trip_schemas import StaffingPlanIn, StaffingPlanOut, TripIn, TripOut, TripPatch

router = APIRouter(prefix="/v1/trips", tags=["trips"], route_class=Route)

_DAYS = (
    problems.NO_SCHEME_IN_FORCE, problems.NO_NIGHT, problems.LONGER_NEEDS_REASON, problems.WORKING_TIME_NOT_SETTLED,
)  # fmt: skip
_PLAN_EXAMPLES = {"two_staff": {"summary": "Two staff who take turns", "value": WEEKEND_EXAMPLE}}


@router.post(
    "",
    status_code=201,
    summary="Record a trip",
    responses=refusals(
        *_DAYS, problems.TRIP_APPLICATION_WITHDRAWN, problems.TRIP_APPLICATION_TAKEN, problems.TRIP_DAYS_TAKEN
    ),
)
async def record_trip(unit: UnitOfWorkDep, actor: GrantsOfficer, body: TripIn) -> TripOut:
    """Of one or more people who applied (T20). Nobody is on two trips on one day."""
    trip = await trips.record_trip(unit, actor, body)
    (out,) = await trips.to_response(unit, [trip])
    return out


@router.get("", summary="List trips")
async def list_trips(
    reader: ReaderDep,
    actor: TripPlanner,
    year: Annotated[Year | None, Query(description="Only those that begin in this year.")] = None,
    participant_ids: ParticipantsQuery = None,
    status: Annotated[
        list[TripStatus] | None, Query(max_length=10, description="Only those with one of these statuses today.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[TripOut]:
    """In the order they were recorded (T20). A service sees those of its own area."""
    statement = select(Trip)
    if year is not None:
        statement = statement.where(extract("year", col(Trip.starts_on)) == year)
    if participant_ids is not None:
        theirs = select(col(TripParticipant.trip_id)).where(col(TripParticipant.participant_id).in_(participant_ids))
        statement = statement.where(col(Trip.id).in_(theirs))
    if status is not None:
        # Read whole: a status follows from what is recorded of the trip, its plan and its people, by one rule (T20).
        found = await trips.find_with_status(reader, await reader.select(statement), status)
        statement = statement.where(col(Trip.id).in_(found))
    rows, following = await fetch_page(reader, statement, col(Trip.id), limit=limit, after=after)
    return Page(items=await trips.to_response(reader, rows), next=following)


@router.get("/{trip_id}", summary="Read a trip")
async def read_trip(reader: ReaderDep, actor: TripPlanner, trip_id: UUID) -> TripOut:
    """With its state, its participants, and each one's price (T15, T16, T20)."""
    trip = await find(reader, Trip, trip_id)
    (out,) = await trips.to_response(reader, [trip])
    return out


@router.patch(
    "/{trip_id}",
    summary="Change a trip",
    responses=refusals(
        *_DAYS,
        problems.TRIP_STATE,
        problems.TRIP_APPLICATION_WITHDRAWN,
        problems.TRIP_APPLICATION_TAKEN,
        problems.TRIP_DAYS_TAKEN,
        PRECONDITION_FAILED,
    ),
)
async def change_trip(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, trip_id: UUID, body: TripPatch
) -> TripOut:
    """Before the decision; after a grant somebody may leave, and no more (T16, T20). Requires `If-Match`.

    Where there is a plan, the prices are made again: those whose price has risen must accept it.
    """
    record = await trips.lock_trip(unit, trip_id)
    (current,) = await trips.to_response(unit, [record.trip])
    require_match(request, current)
    trip = await trip_changes.change_trip(unit, actor, record, body)
    (out,) = await trips.to_response(unit, [trip])
    return out


@router.put(
    "/{trip_id}/staffing-plan",
    summary="Replace a trip's staffing plan",
    responses=refusals(problems.TRIP_STATE, problems.SUM_DIFFERS, PRECONDITION_FAILED),
)
async def set_staffing_plan(
    request: Request,
    unit: UnitOfWorkDep,
    actor: TripPlanner,
    trip_id: UUID,
    body: Annotated[StaffingPlanIn, Body(openapi_examples=_PLAN_EXAMPLES)],
) -> StaffingPlanOut:
    """The staff with their shifts, or hours that were counted elsewhere (T13). Prices follow from it (T15), and those
    whose price has risen must accept it (T16). Warnings refuse nothing (T22); a plan whose staff have not said that
    they come of their own will is saved, and not granted (T21).
    """
    record = await trips.lock_trip(unit, trip_id)
    require_fresh(request, None if record.plan is None else plans.to_plan(record))
    await plans.replace_plan(unit, actor, record, body)
    return await _read_plan(unit, record.trip)


@router.get("/{trip_id}/staffing-plan", summary="Read a trip's staffing plan")
async def read_staffing_plan(reader: ReaderDep, actor: TripPlanner, trip_id: UUID) -> StaffingPlanOut:
    """As it stands, with hours, cost and prices (T13–T15, T21, T22)."""
    return await _read_plan(reader, await find(reader, Trip, trip_id))


async def _read_plan(queries: Queries, trip: Trip) -> StaffingPlanOut:
    (record,) = await trips.load_records(queries, [trip])
    return plans.to_plan(record)
