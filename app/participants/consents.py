"""Consents to share information with other services, and their withdrawal (M6)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import NOT_FOUND
from app.outbox.events import ConsentEvent
from app.outbox.publish import publish
from app.participants.problems import CONSENT_DAY_INVALID, CONSENT_WITHDRAWN
from app.participants.schemas import ConsentIn, ConsentWithdrawalIn
from app.participants.tables import ConsentRecord, Participant
from app.rules import minutes


async def record_consent(unit: UnitOfWork, participant_id: UUID, body: ConsentIn, today: date) -> ConsentRecord:
    """A consent of a participant that the caller may see (M6). Raises `consent-day-invalid`."""
    await find(unit, Participant, participant_id)
    if body.given_on > today:
        raise CONSENT_DAY_INVALID(pointer="#/given_on")
    services = sorted(set(body.services))
    consent = ConsentRecord.model_validate(body.model_dump() | {"participant_id": participant_id, "services": services})
    unit.session.add(consent)
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.given", consent.id, consent.participant_id))
    return consent


async def withdraw_consent(
    unit: UnitOfWork, participant_id: UUID, consent_id: UUID, body: ConsentWithdrawalIn, today: date
) -> ConsentRecord:
    """The consent, withdrawn (M6). Raises `consent-withdrawn` the second time, and `consent-day-invalid`."""
    consent = await find(unit, ConsentRecord, consent_id, lock=True)
    if consent.participant_id != participant_id:
        raise NOT_FOUND()
    if consent.withdrawn_on is not None:
        raise CONSENT_WITHDRAWN()
    withdrawn_on = body.withdrawn_on or today
    if not consent.given_on <= withdrawn_on <= today:
        raise CONSENT_DAY_INVALID(pointer="#/withdrawn_on")
    consent.withdrawn_on = withdrawn_on
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.withdrawn", consent.id, consent.participant_id))
    return consent


async def load_consents(queries: Queries, participant_id: UUID) -> list[minutes.Consent]:
    """A participant's consents as the rules take them (M6)."""
    rows = await queries.select(select(ConsentRecord).where(col(ConsentRecord.participant_id) == participant_id))
    return [minutes.Consent(row.given_on, frozenset(row.services), row.valid_to, row.withdrawn_on) for row in rows]
