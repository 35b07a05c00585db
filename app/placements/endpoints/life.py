"""HTTP for what happens to a place on the way: notices (L3, L4, L7) and supplements (L6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_flags
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, page
from app.http.problems import NOT_FOUND, ROLE_REQUIRED
from app.placements import notices, problems, supplements, tables
from app.placements.schemas import NoticeIn, NoticeOut
from app.placements.supplement_schemas import SupplementEndIn, SupplementIn, SupplementOut
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/placements/{placement_id}", tags=["placements"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Money = Annotated[Actor, allow("case_officer", "finance")]
EitherSide = Annotated[Actor, allow("case_officer", "provider")]


@router.post(
    "/notices",
    status_code=201,
    summary="Give notice of a place",
    responses=refusals(
        problems.NOTICE_INCOMPLETE,
        problems.AGREED_END_INCOMPLETE,
        problems.AGREED_END_OUTSIDE_NOTICE,
        problems.NOTICE_ALREADY_OPEN,
        problems.NOTICE_HAS_RUN_OUT,
        problems.END_ALREADY_DECIDED,
        problems.PLACE_ENDED,
        problems.END_BEFORE_START,
        problems.TOO_MANY_TERMS,
        ROLE_REQUIRED,
    ),
)
async def give_notice(unit: UnitOfWorkDep, actor: EitherSide, placement_id: UUID, body: NoticeIn) -> NoticeOut:
    """L3: the place ends three months later, on the same day number or the month's last; earlier where both agree.

    The last day counts from the day the notice is given: in the forecast, for the provider's capacity, for the
    participant's next place. A provider gives notice of its own places. The end itself is a decision (L5).
    """
    placement, notice = await notices.give(unit, actor, placement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, notice.ends_on.year, max(clock.today(), body.given_on))
    [out] = await notices.shown(unit, [notice])
    return out


@router.get("/notices", summary="List a placement's notices")
async def list_notices(
    unit: UnitOfWorkDep,
    actor: EitherSide,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[NoticeOut]:
    """Every notice of the placement, and what became of it (L3, L5)."""
    placement = await find(unit, tables.Placement, placement_id)
    record_access(unit, [placement.participant_id])
    statement = select(tables.Notice).where(col(tables.Notice.placement_id) == placement_id)
    rows, following = await page(unit, statement, col(tables.Notice.id), limit=limit, after=after)
    return Page(items=await notices.shown(unit, rows), next=following)


@router.get("/notices/{notice_id}", summary="Read a notice")
async def read_notice(
    unit: UnitOfWorkDep,
    actor: EitherSide,
    placement_id: UUID,
    notice_id: UUID,
) -> NoticeOut:
    """One notice, and what became of it (L3, L5)."""
    placement = await find(unit, tables.Placement, placement_id)
    notice = await find(unit, tables.Notice, notice_id)
    if notice.placement_id != placement.id:
        raise NOT_FOUND()
    record_access(unit, [placement.participant_id])
    [out] = await notices.shown(unit, [notice])
    return out


@router.post(
    "/supplements",
    status_code=201,
    summary="Agree on individual resources",
    responses=refusals(problems.SUPPLEMENT_NOT_AGREED, problems.CHANGE_OUTSIDE_PLACE, problems.TOO_MANY_TERMS),
)
async def agree_on_supplement(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    placement_id: UUID,
    body: SupplementIn,
) -> SupplementOut:
    """L6: a monthly amount beyond 1 employee to 5 places, agreed by the service, the case office and the provider.

    It comes on top of the price, whatever the place's share (C4), and ends with the place at the latest.
    """
    placement, supplement = await supplements.agree(unit, placement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, body.valid_from.year, clock.today())
    [out] = await supplements.shown(unit, [supplement])
    return out


@router.get("/supplements", summary="List a placement's supplements")
async def list_supplements(
    unit: UnitOfWorkDep,
    actor: Money,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SupplementOut]:
    """Every supplement of the placement (L6)."""
    placement = await find(unit, tables.Placement, placement_id)
    record_access(unit, [placement.participant_id])
    statement = select(tables.PlacementSupplement).where(col(tables.PlacementSupplement.placement_id) == placement_id)
    rows, following = await page(unit, statement, col(tables.PlacementSupplement.id), limit=limit, after=after)
    return Page(items=await supplements.shown(unit, rows), next=following)


@router.get("/supplements/{supplement_id}", summary="Read a supplement")
async def read_supplement(
    unit: UnitOfWorkDep,
    actor: Money,
    placement_id: UUID,
    supplement_id: UUID,
) -> SupplementOut:
    """One supplement (L6)."""
    placement = await find(unit, tables.Placement, placement_id)
    supplement = await supplements.of_place(unit, placement, supplement_id)
    record_access(unit, [placement.participant_id])
    [out] = await supplements.shown(unit, [supplement])
    return out


@router.post(
    "/supplements/{supplement_id}/end",
    summary="End individual resources",
    responses=refusals(
        problems.SUPPLEMENT_NOT_AGREED, problems.SUPPLEMENT_NOT_SHORTENED, problems.SUPPLEMENT_AGREED_LATER
    ),
)
async def end_supplement(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    placement_id: UUID,
    supplement_id: UUID,
    body: SupplementEndIn,
) -> SupplementOut:
    """L6: an earlier last day, which the three parties agreed on. What was agreed first is kept, and so is every end.

    The cost ends with it from the day it was agreed on (C6), and the budget's flag is looked at anew (C7). An end never
    lengthens a supplement: for more, agree on a new one.
    """
    placement, supplement = await supplements.end(unit, placement_id, supplement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, body.valid_to.year, clock.today())
    [out] = await supplements.shown(unit, [supplement])
    return out
