"""HTTP for extensive absence: the summary, and the reviews that it asks for (A3)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.absence.endpoints.roles import AbsenceReader, CaseOfficer, ReviewReader
from app.absence.problems import NOTHING_TO_REVIEW
from app.absence.reviews import record_review, summarise_absence
from app.absence.schemas import AbsenceReviewIn, AbsenceReviewOut, AbsenceSummary
from app.absence.tables import AbsenceReview
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import NOT_FOUND
from app.http.schemas import Day
from app.placements.access import record_placement_access
from app.placements.problems import NO_GUIDELINE_IN_FORCE
from app.placements.tables import Placement

router = APIRouter(prefix="/v1/placements/{placement_id}", tags=["absences"], route_class=Route)

OnQuery = Annotated[Day | None, Query(description="The last day of the window. Default: today.")]


@router.get("/absence-summary", summary="Summarise a placement's absence", responses=refusals(NO_GUIDELINE_IN_FORCE))
async def get_absence_summary(
    reader: SnapshotReaderDep, actor: AbsenceReader, placement_id: UUID, on: OnQuery = None
) -> AbsenceSummary:
    """Absent days against planned days, in the window of the guideline version in force on the day (A3).

    By default the window is 90 days, and absence is extensive from 30 %. Planned days are weekdays that are not public
    holidays, times the placement's share. `holiday` does not count as absence. A whole day of absence counts as one
    day, but a calendar week never counts more absent days than are planned in it: for a placement of 50 %, one Monday
    is 1 day and a whole week is 2.5 of 2.5 days. `by_kind` shows what was documented, without this limit.
    """
    placement = await find(reader, Placement, placement_id)
    summary = await summarise_absence(reader, placement, on or clock.today())
    if summary is None:
        raise NO_GUIDELINE_IN_FORCE("Inga retningslinje galdt den dagen, og ho seier korleis fråværet vert rekna.")
    await record_placement_access(reader, {placement.id})
    return summary


@router.post(
    "/absence-reviews",
    status_code=201,
    summary="Record a review of extensive absence",
    responses=refusals(NOTHING_TO_REVIEW),
)
async def create_absence_review(
    unit: UnitOfWorkDep, actor: CaseOfficer, placement_id: UUID, body: AbsenceReviewIn
) -> AbsenceReviewOut:
    """What was decided about absence that was extensive on the day of the review (A3).

    The review closes the task until new absence is recorded. A change or end of the placement is a decision of its own.
    """
    placement = await find(unit, Placement, placement_id)
    review = await record_review(unit, actor, placement, body, clock.today())
    await record_placement_access(unit, {placement.id})
    return AbsenceReviewOut.model_validate(review)


@router.get("/absence-reviews", summary="List absence reviews of a placement")
async def list_absence_reviews(
    reader: ReaderDep,
    actor: ReviewReader,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceReviewOut]:
    """What was decided about extensive absence, and when (A3)."""
    placement = await find(reader, Placement, placement_id)
    await record_placement_access(reader, {placement.id})
    statement = select(AbsenceReview).where(col(AbsenceReview.placement_id) == placement.id)
    return await list_page(reader, statement, AbsenceReviewOut, limit=limit, after=after)


@router.get("/absence-reviews/{absence_review_id}", summary="Get an absence review")
async def get_absence_review(
    reader: ReaderDep, actor: ReviewReader, placement_id: UUID, absence_review_id: UUID
) -> AbsenceReviewOut:
    """One review (A3)."""
    review = await find(reader, AbsenceReview, absence_review_id)
    if review.placement_id != placement_id:
        raise NOT_FOUND()
    await record_placement_access(reader, {review.placement_id})
    return AbsenceReviewOut.model_validate(review)
