"""Statistics of applications and ends, about nobody (D4, D6, L8)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app import clock
from app.database.reader import ReaderDep
from app.http.endpoint import Route
from app.http.periods import require_in_order
from app.http.schemas import Day
from app.placements import statistics
from app.placements.statistics_schemas import Moves, ProcessingTimes
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
MovesReader = Annotated[Actor, allow("case_officer", "finance", "manager")]


@router.get("/processing-time", summary="Get processing times of applications")
async def read_processing_times(
    reader: ReaderDep,
    actor: CaseOfficer,
    provider_id: UUID | None = None,
    from_: Annotated[Day | None, Query(alias="from", description="Decided on this day or later.")] = None,
    to: Annotated[Day | None, Query(description="Decided on this day or earlier.")] = None,
) -> ProcessingTimes:
    """Days from receipt to decision, per provider and month of decision (D4, D6)."""
    require_in_order(from_, to)
    return ProcessingTimes(items=await statistics.load_processing_times(reader, from_, to, provider_id))


@router.get("/moves", summary="Count where people go when a place ends")
async def read_moves(reader: ReaderDep, actor: MovesReader) -> Moves:
    """People by the year in which a place ended and where they went (L8).

    A person whose places ended more than once in a year counts once, by the last of them. Others than the case office
    do not see small counts, nor what would tell them: such a count is null, and `suppressed` is true (S6). There are no
    filters, since the difference between two answers would tell them too.
    """
    is_suppressed = "case_officer" not in actor.roles
    return await statistics.load_moves(reader, clock.today(), is_suppressed=is_suppressed)
