"""Endpoints of notices (L3, L4, L7)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_flags
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.problems import ANNULLED, NOT_FOUND, ROLE_REQUIRED
from app.http.schemas import AnnulmentIn
from app.placements import notices, problems
from app.placements.schemas import NoticeIn, NoticeOut
from app.placements.tables import Notice, Placement
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/placements/{placement_id}/notices", tags=["placements"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
EitherSide = Annotated[Actor, allow("case_officer", "provider")]


@router.post(
    "",
    status_code=201,
    summary="Give notice of a placement",
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
    """The placement ends three months later, on the same day number or the last day of the month, or earlier if both
    parties agree (L3).

    The last day counts from the day the notice is given: in the forecast, in the provider's capacity, and for the
    participant's next placement. A provider gives notice of its own placements. The end itself is a decision (L5).
    """
    placement, notice = await notices.give_notice(unit, actor, placement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, notice.ends_on.year, max(clock.today(), body.given_on))
    [out] = await notices.to_response(unit, [notice])
    return out


@router.get("", summary="List notices of a placement")
async def list_notices(
    reader: ReaderDep,
    actor: EitherSide,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[NoticeOut]:
    """All notices of the placement and their status (L3, L5)."""
    placement = await find(reader, Placement, placement_id)
    record_access(reader, [placement.participant_id])
    statement = select(Notice).where(col(Notice.placement_id) == placement_id)
    rows, following = await fetch_page(reader, statement, col(Notice.id), limit=limit, after=after)
    return Page(items=await notices.to_response(reader, rows), next=following)


@router.get("/{notice_id}", summary="Get a notice")
async def read_notice(reader: ReaderDep, actor: EitherSide, placement_id: UUID, notice_id: UUID) -> NoticeOut:
    """One notice and its status (L3, L5)."""
    placement = await find(reader, Placement, placement_id)
    notice = await find(reader, Notice, notice_id)
    if notice.placement_id != placement.id:
        raise NOT_FOUND()
    record_access(reader, [placement.participant_id])
    [out] = await notices.to_response(reader, [notice])
    return out


@router.post(
    "/{notice_id}/annulment",
    summary="Annul a notice",
    responses=refusals(
        ANNULLED,
        problems.NOTICE_NOT_OPEN,
        problems.PLACEMENT_ANNULLED,
        problems.CAPACITY_EXCEEDED,
        problems.PLACEMENT_OVERLAP,
        problems.TOO_MANY_TERMS,
    ),
)
async def annul_notice(
    unit: UnitOfWorkDep, actor: CaseOfficer, placement_id: UUID, notice_id: UUID, body: AnnulmentIn
) -> NoticeOut:
    """It was recorded by mistake (D10): the placement is as if it had never been given, with the last day before it.

    It stays readable for the case office alone. A notice that was rightly given is withdrawn by a decision (L3).
    """
    placement, notice = await notices.annul_notice(unit, placement_id, notice_id, body, clock.today())
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, notice.ends_on.year, clock.today())
    [out] = await notices.to_response(unit, [notice])
    return out
