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


@router.get("/participants/{participant_id}/export", summary="Export everything held about a person")
async def export_participant(unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID) -> ExportOut:
    """The person's right to have it all (GDPR art. 15 and 20). An identity number is mentioned and never shown."""
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
    summary="Erase a person",
    responses=refusals(PLACEMENT_ACTIVE, RETENTION_NOT_OVER),
)
async def erase_participant(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID
) -> ErasureOut:
    """Replace names, numbers, contacts and free texts once retention is over, and say what was done.

    Amounts and dates stay, for the accounts. Refused while a place is active. What `Idempotency-Key` keeps goes by
    itself within a day, backups with their own retention.
    """
    participant = await find(unit, Participant, participant_id, lock=True)
    record_access(unit, [participant_id])
    return await erase_person(unit, participant, request.app.state.settings.retention_years, clock.today())
