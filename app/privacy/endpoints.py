"""HTTP for a person's rights to have everything that is held about them, and to be erased."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import not_, select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, list_page
from app.participants.tables import Participant
from app.privacy import erasure, restriction
from app.privacy.export import make_export, open_identity_number
from app.privacy.problems import (
    ALREADY_RESTRICTED,
    ERASURE_NOT_REQUESTED,
    ERASURE_REQUESTED,
    NOT_RESTRICTED,
    OWN_ERASURE,
    PLACEMENT_ACTIVE,
    RETENTION_NOT_OVER,
)
from app.privacy.retention import list_retention_over
from app.privacy.schemas import (
    AccessCopyOut,
    ErasureApprovalIn,
    ErasureIn,
    ErasureOut,
    ErasureRequestOut,
    ExportOut,
    RestrictionIn,
    RestrictionLiftingIn,
    RestrictionOut,
    RetentionOut,
)
from app.privacy.tables import ErasureRequest, Restriction
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["access log"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]


@router.get("/participants/{participant_id}/export", summary="Export all data about a participant")
async def export_participant(unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID) -> ExportOut:
    """Everything stored about the person (GDPR art. 15 and 20); of an identity number only that there is one."""
    participant = await find(unit, Participant, participant_id)
    record_access(unit, [participant_id])
    return await make_export(unit, participant, clock.now())


@router.get("/participants/{participant_id}/access-copy", summary="Make the copy that a participant has a right to")
async def export_access_copy(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID
) -> AccessCopyOut:
    """As the export, and with the identity number in the clear, for the person alone (GDPR art. 15).

    Nothing else answers with the number. The access log has the copy as an operation of its own.
    """
    participant = await find(unit, Participant, participant_id)
    record_access(unit, [participant_id])
    export = await make_export(unit, participant, clock.now())
    number = open_identity_number(participant, request.app.state.settings)
    return AccessCopyOut(**export.model_dump(), identity_number=number)


@router.get("/retention-over", summary="List participants whose data need not be kept")
async def list_participants_to_erase(
    request: Request, reader: ReaderDep, actor: CaseOfficer, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[RetentionOut]:
    """Whose last place, decision or application is longer ago than the retention period, and who is not erased yet.

    Those who have neither are not listed: nothing of them had to be kept.
    """
    years = request.app.state.settings.retention_years
    return await list_retention_over(reader, years, clock.today(), limit=limit, after=after)


@router.post(
    "/participants/{participant_id}/erasure",
    status_code=202,
    summary="Ask for the erasure of a participant's personal data",
    responses=refusals(PLACEMENT_ACTIVE, RETENTION_NOT_OVER, ERASURE_REQUESTED),
)
async def request_erasure(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: ErasureIn
) -> ErasureRequestOut:
    """By one case officer, with a reason; another one approves or declines it. Nothing is erased before that.

    Refused while a placement is active or the retention period runs.
    """
    participant = await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    settings = request.app.state.settings
    asked = await erasure.request_erasure(unit, actor, participant, body.reason, settings, clock.today())
    return ErasureRequestOut.model_validate(asked)


@router.get("/erasure-requests", summary="List requests to erase a participant")
async def list_erasure_requests(
    reader: ReaderDep,
    actor: CaseOfficer,
    participant_ids: ParticipantsQuery = None,
    status: Literal["open", "decided"] | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ErasureRequestOut]:
    """Who asked for whose erasure, and why, in the order of asking; `open` ones wait for an answer."""
    statement = select(ErasureRequest)
    if participant_ids is not None:
        statement = statement.where(col(ErasureRequest.participant_id).in_(participant_ids))
    if status is not None:
        undecided = col(ErasureRequest.decided_at).is_(None)
        statement = statement.where(undecided if status == "open" else not_(undecided))
    page = await list_page(reader, statement, ErasureRequestOut, limit=limit, after=after)
    record_access(reader, (item.participant_id for item in page.items))
    return page


@router.post(
    "/participants/{participant_id}/erasure/approval",
    summary="Approve or decline an erasure",
    responses=refusals(ERASURE_NOT_REQUESTED, OWN_ERASURE, PLACEMENT_ACTIVE, RETENTION_NOT_OVER),
)
async def decide_erasure(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: ErasureApprovalIn
) -> ErasureOut:
    """By another case officer than the one who asked. An approval replaces names, numbers, contacts and free texts, and
    reports what was done.

    Amounts and dates are kept for the accounts, and the reason of the request. Answers kept for `Idempotency-Key` are
    emptied; backups follow their own retention.
    """
    participant = await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    settings = request.app.state.settings
    return await erasure.decide_erasure(
        unit, actor, participant, approved=body.approved, settings=settings, today=clock.today()
    )


@router.post(
    "/participants/{participant_id}/restriction",
    status_code=201,
    dependencies=[located_at("/v1/participants/{participant_id}/restrictions")],
    summary="Restrict the processing of a participant's data",
    responses=refusals(ALREADY_RESTRICTED),
)
async def restrict_participant(
    unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: RestrictionIn
) -> RestrictionOut:
    """The data is stored, and neither shown nor changed (GDPR art. 18): 423 `restricted` to all who ask for the person,
    and lists leave the person out.

    What goes on: the person's own export, copy and log, the auditor's log, what other systems send is stored, and the
    accounts count places by their ids.
    """
    await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    return RestrictionOut.model_validate(await restriction.restrict(unit, actor, participant_id, body.reason))


@router.post(
    "/participants/{participant_id}/restriction/lifting",
    summary="Lift the restriction of a participant's data",
    responses=refusals(NOT_RESTRICTED),
)
async def lift_restriction(
    unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: RestrictionLiftingIn
) -> RestrictionOut:
    """The person is told before (GDPR art. 18(3)); the reason says what came of it."""
    await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    return RestrictionOut.model_validate(await restriction.lift(unit, actor, participant_id, body.reason))


@router.get("/participants/{participant_id}/restrictions", summary="List restrictions of a participant's data")
async def list_restrictions(
    reader: ReaderDep, actor: CaseOfficer, participant_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[RestrictionOut]:
    """Those that were lifted too, in the order they were set."""
    await find(reader, Participant, participant_id)
    record_access(reader, [participant_id])
    statement = select(Restriction).where(col(Restriction.participant_id) == participant_id)
    return await list_page(reader, statement, RestrictionOut, limit=limit, after=after)
