"""HTTP for the overview of trips for rotation (T23) and the evaluation of the trial (T24)."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.database.reader import SnapshotReaderDep
from app.http.endpoint import Route
from app.http.periods import require_in_order
from app.http.schemas import Day, Year
from app.trips import evaluation, overview
from app.trips.endpoints.roles import GrantsOfficer
from app.trips.overview_schemas import TripEvaluationOut, TripOverviewOut

router = APIRouter(prefix="/v1/trips", tags=["trips"], route_class=Route)


@router.get("/overview", summary="Read who has had trips, and who is free for one")
async def read_trip_overview(
    reader: SnapshotReaderDep,
    actor: GrantsOfficer,
    year: Annotated[Year, Query(description="The last year of trips.", examples=[2022])],
) -> TripOverviewOut:
    """For rotation (T23): of each person and length the last granted and the last rejected, and from which year the
    person is free (T10); of each year how many were granted and rejected, and why.
    """
    return await overview.build_overview(reader, year)


@router.get("/evaluation", summary="Evaluate the trial of trips")
async def compute_trip_evaluation(
    reader: SnapshotReaderDep,
    actor: GrantsOfficer,
    first: Annotated[Day, Query(alias="from", description="First day of trips.", examples=["2021-01-01"])],
    last: Annotated[Day, Query(alias="to", description="Last first day of trips.", examples=["2022-12-31"])],
) -> TripEvaluationOut:
    """Applications and what came of them, nights, hours and cost (T24). No names, and no count of one to four people,
    nor what would tell it (S6).
    """
    require_in_order(first, last)
    return await evaluation.build_evaluation(reader, first, last)
