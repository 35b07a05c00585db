"""HTTP for a person's rights to have everything that is held about them, and to be erased."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from app import clock
from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.participants.tables import Participant
from app.privacy.erasure import erase_person
from app.privacy.export import load_personal_data
from app.privacy.problems import PLACEMENT_ACTIVE, RETENTION_NOT_OVER
from app.privacy.schemas import ErasureOut, ExportOut
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["access log"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]


@router.get("/participants/{participant_id}/export", summary="Export all data about a participant")
async def export_participant(unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID) -> ExportOut:
    """Everything stored about the person (GDPR art. 15 and 20); of an identity number only that there is one."""
    participant = await find(unit, Participant, participant_id)
    record_access(unit, [participant_id])
    return ExportOut(
        participant_id=participant_id,
        exported_at=clock.now(),
        identity_number_held=participant.identity_number_index is not None,
        held=await load_personal_data(unit, participant_id),
        access_log=f"/v1/participants/{participant_id}/access-log",
    )


@router.post(
    "/participants/{participant_id}/erasure",
    summary="Erase a participant's personal data",
    responses=refusals(PLACEMENT_ACTIVE, RETENTION_NOT_OVER),
)
async def erase_participant(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID
) -> ErasureOut:
    """Replaces names, numbers, contacts and free texts after the retention period, and reports what was done.

    Amounts and dates are kept for the accounts. Refused while a placement is active or the retention period runs.
    Answers kept for `Idempotency-Key` disappear within a day; backups follow their own retention.
    """
    participant = await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    return await erase_person(unit, participant, request.app.state.settings.retention_years, clock.today())
