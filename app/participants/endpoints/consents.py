"""HTTP for consents (M6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.participants import consents
from app.participants.consents import ConsentIn, ConsentOut, ConsentRecord, WithdrawalIn
from app.participants.tables import Participant
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/participants/{participant_id}/consents", tags=["participants"], route_class=Route)

Recorder = Annotated[Actor, allow("case_officer", "provider")]
Reader = Annotated[Actor, allow("case_officer", "provider", "service")]


@router.post(
    "",
    dependencies=[located_at("/v1/participants/{participant_id}/consents")],
    status_code=201,
    summary="Record a consent",
    responses=refusals(consents.CONSENT_DAY_INVALID),
)
async def give(
    unit: UnitOfWorkDep,
    actor: Recorder,
    participant_id: UUID,
    body: ConsentIn,
) -> ConsentOut:
    """M6: the participant or the guardian agrees that information is shared with these services, from a day on."""
    consent = await consents.give(unit, participant_id, body, clock.today())
    record_access(unit, [participant_id])
    out = ConsentOut.model_validate(consent)
    return out


@router.get("", summary="List a participant's consents")
async def list_(
    unit: UnitOfWorkDep,
    actor: Reader,
    participant_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ConsentOut]:
    """M6: every consent, the withdrawn ones too, in the order in which they were recorded."""
    await find(unit, Participant, participant_id)
    record_access(unit, [participant_id])
    statement = select(ConsentRecord).where(col(ConsentRecord.participant_id) == participant_id)
    return await list_page(unit, statement, ConsentOut, limit=limit, after=after)


@router.post(
    "/{consent_id}/withdrawal",
    summary="Withdraw a consent",
    responses=refusals(consents.CONSENT_WITHDRAWN, consents.CONSENT_DAY_INVALID),
)
async def withdraw(
    unit: UnitOfWorkDep,
    actor: Recorder,
    participant_id: UUID,
    consent_id: UUID,
    body: Annotated[WithdrawalIn, Body(default_factory=WithdrawalIn)],
) -> ConsentOut:
    """M6: from that day on no other service may take part because of this consent."""
    out = ConsentOut.model_validate(await consents.withdraw(unit, participant_id, consent_id, body, clock.today()))
    record_access(unit, [participant_id])
    return out
