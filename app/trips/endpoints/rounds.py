"""HTTP for rounds of trips (T12) and the ranking of their applications (T11)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select

from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.trips import problems, ranking, rounds
from app.trips.application_schemas import TripRankingOut, TripRoundIn, TripRoundOut
from app.trips.endpoints.roles import GrantsOfficer, TripPlanner
from app.trips.tables import TripRound

router = APIRouter(prefix="/v1/trip-rounds", tags=["trips"], route_class=Route)

PlacesQuery = Annotated[int, Query(ge=0, le=1000, description="How many there is room for.", examples=[3])]


@router.post(
    "",
    dependencies=[located_at("/v1/trip-rounds/{id}")],
    status_code=201,
    summary="Record a round of trips",
    responses=refusals(problems.TRIP_ROUND_OPEN, problems.NO_SCHEME_IN_FORCE),
)
async def record_trip_round(unit: UnitOfWorkDep, actor: GrantsOfficer, body: TripRoundIn) -> TripRoundOut:
    """A call for applications for the long or the short trips of a year (T12). One is open at a time.

    The deadline may be earlier than the last day of notice, never later (T9).
    """
    return TripRoundOut.model_validate(await rounds.record_round(unit, actor, body))


@router.get("", summary="List rounds of trips")
async def list_trip_rounds(
    reader: ReaderDep, actor: TripPlanner, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[TripRoundOut]:
    """All rounds, in the order they were recorded (T12)."""
    return await list_page(reader, select(TripRound), TripRoundOut, limit=limit, after=after)


@router.get("/{trip_round_id}", summary="Read a round of trips")
async def read_trip_round(reader: ReaderDep, actor: TripPlanner, trip_round_id: UUID) -> TripRoundOut:
    """One round (T12)."""
    return TripRoundOut.model_validate(await find(reader, TripRound, trip_round_id))


@router.get("/{trip_round_id}/ranking", summary="Rank a round's applications")
async def rank_trip_round(
    reader: SnapshotReaderDep, actor: GrantsOfficer, trip_round_id: UUID, places: PlacesQuery
) -> TripRankingOut:
    """A proposal that says why each application stands where it stands (T11). Nothing is stored: a person decides each.

    By late, within the interval, the sum of the four scores, longest since the last granted trip, received, id. An
    application with a missing score is not ranked.
    """
    return await ranking.compute_ranking(reader, trip_round_id, places)
