"""Endpoints of needs beyond one employee to five places that turn up (L6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.participants.tables import Participant
from app.placements import need_changes
from app.placements.problems import NEED_CHANGE_CLOSED
from app.placements.supplement_schemas import NeedChangeIn, NeedChangeOut, NeedChangeOutcomeIn
from app.placements.supplement_tables import NeedChange
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/participants/{participant_id}/need-changes", tags=["participants"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]


@router.post(
    "",
    dependencies=[located_at("/v1/participants/{participant_id}/need-changes")],
    status_code=201,
    summary="Record a need that has turned up",
)
async def record_need_change(
    unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: NeedChangeIn
) -> NeedChangeOut:
    """A need beyond 1 employee to 5 places, also of an applicant. The task `staffing_discussion` is open until its
    outcome is recorded (L6).
    """
    change = await need_changes.record_need_change(unit, participant_id, body, clock.today())
    record_access(unit, [participant_id])
    return need_changes.to_response(change)


@router.get("", summary="List a participant's needs that have turned up")
async def list_need_changes(
    reader: ReaderDep, actor: CaseOfficer, participant_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[NeedChangeOut]:
    """Each need and its outcome, in the order they were recorded (L6)."""
    await find(reader, Participant, participant_id)
    record_access(reader, [participant_id])
    statement = select(NeedChange).where(col(NeedChange.participant_id) == participant_id)
    rows, following = await fetch_page(reader, statement, col(NeedChange.id), limit=limit, after=after)
    return Page(items=[need_changes.to_response(row) for row in rows], next=following)


@router.post(
    "/{need_change_id}/outcome",
    summary="Record what came of a need",
    responses=refusals(NEED_CHANGE_CLOSED),
)
async def close_need_change(
    unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, need_change_id: UUID, body: NeedChangeOutcomeIn
) -> NeedChangeOut:
    """No change, a supplement, another provider, or an end (L6). What follows is recorded or decided on its own."""
    change = await need_changes.close_need_change(unit, participant_id, need_change_id, body, clock.today())
    record_access(unit, [participant_id])
    return need_changes.to_response(change)
