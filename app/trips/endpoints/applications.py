"""HTTP for applications for trips (T7–T10), their assessment (T11) and withdrawal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import extract, select
from sqlmodel import col

from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, fetch_page
from app.http.problems import PRECONDITION_FAILED
from app.http.schemas import Year
from app.rules.trips import TripLength
from app.trips import applications, problems
from app.trips.application_schemas import (
    TripApplicationIn,
    TripApplicationOut,
    TripApplicationPatch,
    TripAssessmentIn,
    TripWithdrawalIn,
)
from app.trips.endpoints.roles import GrantsOfficer
from app.trips.tables import TripApplication

router = APIRouter(prefix="/v1/trip-applications", tags=["trips"], route_class=Route)

_APPLICATION = located_at("/v1/trip-applications/{trip_application_id}")


@router.post(
    "",
    status_code=201,
    summary="Record an application for a trip",
    responses=refusals(problems.LEVEL_ONE_NOT_MUNICIPAL, problems.NO_SCHEME_IN_FORCE, problems.WITHIN_INTERVAL),
)
async def record_trip_application(
    unit: UnitOfWorkDep, actor: GrantsOfficer, body: TripApplicationIn
) -> TripApplicationOut:
    """Of a person who is registered, with a place or without (T7). A late one is stored too, and marked (T9)."""
    application = await applications.record_application(unit, actor, body)
    (out,) = await applications.to_response(unit, [application])
    return out


@router.get("", summary="List applications for trips")
async def list_trip_applications(
    reader: ReaderDep,
    actor: GrantsOfficer,
    year: Annotated[Year | None, Query(description="Only those for trips in this year.")] = None,
    length: Annotated[TripLength | None, Query(description="Only those for trips of this length.")] = None,
    participant_ids: ParticipantsQuery = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[TripApplicationOut]:
    """Withdrawn ones too (T7, T9, T10)."""
    statement = select(TripApplication)
    if year is not None:
        statement = statement.where(extract("year", col(TripApplication.preferred_from)) == year)
    if length is not None:
        statement = statement.where(col(TripApplication.length) == length)
    if participant_ids is not None:
        statement = statement.where(col(TripApplication.participant_id).in_(participant_ids))
    rows, following = await fetch_page(reader, statement, col(TripApplication.id), limit=limit, after=after)
    return Page(items=await applications.to_response(reader, rows), next=following)


@router.get("/{trip_application_id}", summary="Read an application for a trip")
async def read_trip_application(
    reader: ReaderDep, actor: GrantsOfficer, trip_application_id: UUID
) -> TripApplicationOut:
    """With its assessment (T7, T11)."""
    application = await find(reader, TripApplication, trip_application_id)
    (out,) = await applications.to_response(reader, [application])
    return out


@router.patch(
    "/{trip_application_id}",
    summary="Change an application for a trip",
    responses=refusals(problems.TRIP_APPLICATION_WITHDRAWN, problems.TRIP_APPLICATION_GRANTED, PRECONDITION_FAILED),
)
async def change_trip_application(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, trip_application_id: UUID, body: TripApplicationPatch
) -> TripApplicationOut:
    """The need was documented later, or what the person wants has changed (T7). Requires `If-Match`."""
    application = await find(unit, TripApplication, trip_application_id, lock=True)
    (current,) = await applications.to_response(unit, [application])
    require_match(request, current)
    await applications.change_application(unit, application, body)
    (out,) = await applications.to_response(unit, [application])
    return out


@router.post(
    "/{trip_application_id}/assessment",
    dependencies=[_APPLICATION],
    status_code=201,
    summary="Assess an application for a trip",
    responses=refusals(problems.TRIP_APPLICATION_WITHDRAWN, problems.TRIP_APPLICATION_GRANTED),
)
async def assess_trip_application(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trip_application_id: UUID, body: TripAssessmentIn
) -> TripApplicationOut:
    """Four scores from 0 to 3, each with one sentence of reason, set by a person (T11). The last assessment counts, and
    stands while the trip is granted.
    """
    application = await applications.assess_application(unit, actor, trip_application_id, body)
    (out,) = await applications.to_response(unit, [application])
    return out


@router.post(
    "/{trip_application_id}/withdrawal",
    dependencies=[_APPLICATION],
    status_code=201,
    summary="Withdraw an application for a trip",
    responses=refusals(problems.TRIP_APPLICATION_WITHDRAWN, problems.TRIP_APPLICATION_ON_TRIP),
)
async def withdraw_trip_application(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trip_application_id: UUID, body: TripWithdrawalIn
) -> TripApplicationOut:
    """The applicant does not want to go; the application is ranked no longer (T11). Of somebody on a trip: 409."""
    application = await applications.withdraw_application(unit, trip_application_id, body)
    (out,) = await applications.to_response(unit, [application])
    return out
