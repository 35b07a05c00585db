"""Erasure of a person (G3): names, numbers, contacts and free texts go; amounts and dates stay, for the accounts."""

from datetime import date
from uuid import UUID

from sqlalchemy import case, delete, func, select, text, update
from sqlmodel import col

from app import clock
from app.database.unit_of_work import UnitOfWork
from app.http.idempotency import erase_kept_answers
from app.outbox.events import ErasureEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.tables import Application, Decision, Placement
from app.privacy.personal_data import PERSONAL_DATA, load_duplicate_ids
from app.privacy.problems import (
    ERASURE_NOT_REQUESTED,
    ERASURE_REQUESTED,
    OWN_ERASURE,
    PLACEMENT_ACTIVE,
    RETENTION_NOT_OVER,
)
from app.privacy.schemas import Erased, ErasureOut
from app.privacy.tables import ErasureRequest
from app.rules.calendar import add_months
from app.security.roles import OTHER_LOGIN, Actor
from app.service_hours.tables import ServiceHours
from app.settings import Settings
from app.trips.tables import Trip, TripApplication, TripParticipant
from app.trust.tables import TrustApplication, TrustEntry


async def request_erasure(
    unit: UnitOfWork, actor: Actor, participant: Participant, reason: str, settings: Settings, today: date
) -> ErasureRequest:
    """Ask for a person's erasure; another case officer decides. The caller holds the participant locked.

    Raises:
        Problem: `placement-active`, `retention-not-over`, `erasure-requested`.
    """
    await _require_erasable(unit, participant, settings.retention_years, today)
    if await _find_open_request(unit, participant.id) is not None:
        raise ERASURE_REQUESTED()
    request = ErasureRequest.model_validate(
        {"participant_id": participant.id, "reason": reason, "requested_by": actor.name}
    )
    unit.session.add(request)
    await unit.session.flush()
    return request


async def decide_erasure(
    unit: UnitOfWork, actor: Actor, participant: Participant, *, approved: bool, settings: Settings, today: date
) -> ErasureOut:
    """Approve and carry out, or decline, what another case officer asked for. The caller holds the participant locked.

    Raises:
        Problem: `erasure-not-requested`, `own-erasure`, `placement-active`, `retention-not-over`.
    """
    request = await _find_open_request(unit, participant.id)
    if request is None:
        raise ERASURE_NOT_REQUESTED()
    if request.requested_by == actor.name:
        raise OWN_ERASURE()
    if not actor.is_another_person_than(request.requested_by):
        raise OWN_ERASURE(OTHER_LOGIN)
    if approved:
        # A place may have been given since it was asked for.
        await _require_erasable(unit, participant, settings.retention_years, today)
    request.sqlmodel_update({"approved": approved, "decided_by": actor.name, "decided_at": clock.now()})
    await unit.session.flush()
    held = await _erase(unit, participant) if approved else []
    return ErasureOut(**request.model_dump(), erased_on=today if approved else None, held=held)


async def _find_open_request(unit: UnitOfWork, participant_id: UUID) -> ErasureRequest | None:
    statement = select(ErasureRequest).where(
        col(ErasureRequest.participant_id) == participant_id, col(ErasureRequest.decided_at).is_(None)
    )
    return next(iter(await unit.select(statement)), None)


async def _require_erasable(unit: UnitOfWork, participant: Participant, retention_years: int, today: date) -> None:
    """Raises `placement-active`, `retention-not-over`."""
    places = select(col(Placement.ends_on)).where(
        col(Placement.participant_id) == participant.id, col(Placement.annulled_on).is_(None)
    )
    ends = list(await unit.session.scalars(places))
    if any(day is None or day >= today for day in ends):
        raise PLACEMENT_ACTIVE()
    last_day = max(
        [day for day in ends if day is not None] + await _load_case_days(unit, participant.id, today), default=None
    )
    if last_day is not None:
        erasable_from = add_months(last_day, 12 * retention_years)
        if today < erasable_from:
            raise RETENTION_NOT_OVER(
                f"Opplysningane må takast vare på til {erasable_from}.", erasable_from=erasable_from.isoformat()
            )


async def _erase(unit: UnitOfWork, participant: Participant) -> list[Erased]:
    """Replace names, numbers, contacts and free texts; keep amounts and dates. A second time changes nothing more."""
    await unit.session.execute(text("select set_config('app.erasing', 'on', true)"))
    done: list[Erased] = []
    for entry in PERSONAL_DATA:
        table, about_person = entry.table, entry.of_person(entry.table, participant.id)
        count = await unit.session.scalar(select(func.count()).select_from(table).where(about_person)) or 0
        if entry.delete:
            await unit.session.execute(delete(table).where(about_person))
        elif entry.erase:
            values = {
                name: None if new is None else case((table.columns[name].is_not(None), new))
                for name, new in entry.erase.items()
            }
            await unit.session.execute(update(table).where(about_person).values(values))
        done.append(Erased(held=entry.name, rows=count, replaced=sorted(entry.erase), deleted=entry.delete))
    await erase_kept_answers(unit, [participant.id, *await load_duplicate_ids(unit, participant.id)])
    await publish(unit, ErasureEvent("participant.erased", participant.id))
    return done


async def _load_case_days(unit: UnitOfWork, participant_id: UUID, today: date) -> list[date]:
    """When the case went on: days of decisions and applications (trips' too, with their last days and settlements), of
    the trust's with their payments, and the last days of hours of services, today at the latest.

    With these and no place, retention counts from the last of them; with none at all there is nothing to retain.
    """
    decided = select(col(Decision.decided_on)).where(col(Decision.participant_id) == participant_id)
    received = select(col(Application.received_on)).where(col(Application.participant_id) == participant_id)
    asked = select(col(TrustApplication.received_on)).where(col(TrustApplication.participant_id) == participant_id)
    travels = select(col(TripApplication.received_on)).where(col(TripApplication.participant_id) == participant_id)
    went = select(col(TripParticipant.ends_on)).where(
        col(TripParticipant.participant_id) == participant_id, col(TripParticipant.active)
    )
    concluded = (
        select(func.greatest(col(Trip.decided_on), col(Trip.cancelled_on), col(Trip.settled_on)))
        .join(TripParticipant, col(TripParticipant.trip_id) == col(Trip.id))
        .where(col(TripParticipant.participant_id) == participant_id)
    )
    entered = (
        select(col(TrustEntry.entered_on))
        .join(TrustApplication, col(TrustApplication.id) == col(TrustEntry.application_id))
        .where(col(TrustApplication.participant_id) == participant_id)
    )
    served = select(func.least(func.coalesce(col(ServiceHours.ends_on), today), today)).where(
        col(ServiceHours.participant_id) == participant_id, col(ServiceHours.cancelled).is_(False)
    )
    found = (decided, received, asked, travels, went, concluded, entered, served)
    return [day for days in found for day in await unit.session.scalars(days) if day is not None]
