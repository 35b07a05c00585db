"""HTTP for consents (M6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup.meetings import record_lost_consent
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.participants import consents
from app.participants.problems import CONSENT_DAY_INVALID, CONSENT_WITHDRAWN
from app.participants.schemas import ConsentIn, ConsentOut, ConsentWithdrawalIn
from app.participants.tables import ConsentRecord, Participant
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/participants/{participant_id}/consents", tags=["participants"], route_class=Route)

ConsentRecorder = Annotated[Actor, allow("case_officer", "provider")]
CaseOfficer = Annotated[Actor, allow("case_officer")]
ConsentReader = Annotated[Actor, allow("case_officer", "provider", "service")]


@router.post(
    "",
    dependencies=[located_at("/v1/participants/{participant_id}/consents")],
    status_code=201,
    summary="Record a consent",
    responses=refusals(CONSENT_DAY_INVALID),
)
async def record_consent(
    unit: UnitOfWorkDep, actor: ConsentRecorder, participant_id: UUID, body: ConsentIn
) -> ConsentOut:
    """The participant or the guardian agrees that information is shared with the named services from a day on (M6).

    How, in what words and where the document is kept show that it was given (GDPR art. 7(1)); who records it is kept.
    """
    consent = await consents.record_consent(unit, actor, participant_id, body, clock.today())
    record_access(unit, [participant_id])
    return ConsentOut.model_validate(consent)


@router.get("", summary="List a participant's consents")
async def list_consents(
    reader: ReaderDep, actor: ConsentReader, participant_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ConsentOut]:
    """All consents, withdrawn ones included, in the order they were recorded (M6).

    Annulled ones are listed for the case office alone (D10).
    """
    await find(reader, Participant, participant_id)
    record_access(reader, [participant_id])
    statement = select(ConsentRecord).where(col(ConsentRecord.participant_id) == participant_id)
    return await list_page(reader, statement, ConsentOut, limit=limit, after=after)


@router.post(
    "/{consent_id}/withdrawal",
    summary="Withdraw a consent",
    responses=refusals(CONSENT_WITHDRAWN, CONSENT_DAY_INVALID, ANNULLED),
)
async def withdraw_consent(
    unit: UnitOfWorkDep,
    actor: ConsentRecorder,
    participant_id: UUID,
    consent_id: UUID,
    body: Annotated[ConsentWithdrawalIn, Body(default_factory=ConsentWithdrawalIn)],
) -> ConsentOut:
    """The day of the withdrawal is the first day without the consent (M6)."""
    consent = await consents.withdraw_consent(unit, actor, participant_id, consent_id, body, clock.today())
    record_access(unit, [participant_id])
    return ConsentOut.model_validate(consent)


@router.post(
    "/{consent_id}/annulment",
    summary="Annul a consent",
    responses=refusals(ANNULLED),
)
async def annul_consent(
    unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, consent_id: UUID, body: AnnulmentIn
) -> ConsentOut:
    """It was recorded by mistake (D10): it stays readable for the case office, and counts for nothing from now on.

    Minutes that rested on it show a deviation (M6). A provider that recorded one by mistake withdraws it from its first
    day.
    """
    consent = await consents.annul_consent(unit, participant_id, consent_id, body, clock.today())
    await record_lost_consent(unit, consent)
    record_access(unit, [participant_id])
    return ConsentOut.model_validate(consent)
