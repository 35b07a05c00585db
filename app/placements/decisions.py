"""Decisions by the case office (D1–D6) and the placements they grant (L1, L2, L7, P2)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.auth import Actor
from app.events import publish
from app.http.rows import find_reference
from app.participants.models import Participant
from app.placements import problems
from app.placements.applications import statuses
from app.placements.models import GrantIn, LegacyPlacementIn, RejectIn
from app.placements.tables import Application, Decision, Placement, Request
from app.providers import service as providers
from app.providers.models import Provider
from app.rates import service as rates
from app.rules.capacity import first_day_over_capacity
from app.rules.process import GrantFacts, may_be_legacy, obstacle_to_decision, obstacle_to_grant


async def grant(session: AsyncSession, actor: Actor, body: GrantIn, municipality_number: str) -> Decision:
    """D4: a place by an accepted request of this application; everything the rules ask is checked before.

    Raises one of `problems.OBSTACLES`, `CAPACITY_EXCEEDED` (P2), or `PLACEMENT_OVERLAP` (L1) from the database.
    """
    application = await find_reference(session, Application, body.application_id, "#/application_id", lock=True)
    request = await find_reference(session, Request, body.request_id, "#/request_id")
    participant = await find_reference(session, Participant, application.participant_id, "#/application_id")
    obstacle = obstacle_to_grant(
        GrantFacts(
            application=(await statuses(session, [application.id]))[application.id],
            need="temporary" if application.need == "temporary" else "permanent",
            medication_tasks=application.medication_tasks,
            medication_agreement=body.medication_agreement is not None,
            request_accepted=request.application_id == application.id and request.answer == "accepted",
            resident=participant.municipality_number == municipality_number,
            decided_on=body.decided_on,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            effective_from=await rates.effective_from(session),
        )
    )
    if obstacle is not None:
        raise problems.OBSTACLES[obstacle]()
    placement = Placement(
        participant_id=participant.id,
        provider_id=request.provider_id,
        service_area=participant.service_area,
        address_protection=participant.address_protection,
        terms="standard",
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        share=body.share,
        decided_on=body.decided_on,
    )
    await _place(session, placement)
    agreement = body.medication_agreement
    decision = Decision(
        **body.model_dump(exclude={"medication_agreement"}),
        medication_agreement=None if agreement is None else agreement.model_dump(mode="json"),
        decided_by=actor.name,
        participant_id=participant.id,
        address_protection=participant.address_protection,
        provider_id=request.provider_id,
        placement_id=placement.id,
    )
    session.add(decision)
    await session.flush()
    await publish(
        session,
        "placement.granted",
        f"/v1/placements/{placement.id}",
        {
            "placement_id": str(placement.id),
            "decision_id": str(decision.id),
            "provider_id": str(placement.provider_id),
        },
    )
    return decision


async def reject(session: AsyncSession, actor: Actor, body: RejectIn) -> Decision:
    """D3: an application is rejected; it is decided once."""
    application = await find_reference(session, Application, body.application_id, "#/application_id", lock=True)
    if obstacle_to_decision((await statuses(session, [application.id]))[application.id]) is not None:
        raise problems.APPLICATION_CLOSED()
    participant = await find_reference(session, Participant, application.participant_id, "#/application_id")
    decision = Decision(
        **body.model_dump(),
        decided_by=actor.name,
        participant_id=participant.id,
        address_protection=participant.address_protection,
    )
    session.add(decision)
    await session.flush()
    await publish(
        session,
        "application.rejected",
        f"/v1/applications/{application.id}",
        {"application_id": str(application.id), "decision_id": str(decision.id)},
    )
    return decision


async def record_legacy(session: AsyncSession, body: LegacyPlacementIn) -> Placement:
    """L2: a place from before the guideline is recorded with its own price, kept as long as the place goes on."""
    if not may_be_legacy(body.starts_on, await rates.effective_from(session)):
        raise problems.LEGACY_AFTER_GUIDELINE()
    participant = await find_reference(session, Participant, body.participant_id, "#/participant_id")
    placement = Placement(
        **body.model_dump(),
        service_area=participant.service_area,
        address_protection=participant.address_protection,
    )
    await _place(session, placement)
    await publish(
        session,
        "placement.recorded",
        f"/v1/placements/{placement.id}",
        {"placement_id": str(placement.id), "provider_id": str(placement.provider_id)},
    )
    return placement


async def _place(session: AsyncSession, placement: Placement) -> None:
    """Take one of the provider's places, or raise `CAPACITY_EXCEEDED` with the first day that has none (P2)."""
    provider = await find_reference(session, Provider, placement.provider_id, "#/provider_id", lock=True)
    taken = await _periods(session, provider.id)
    day = first_day_over_capacity(
        await providers.capacities(session, provider.id), [*taken, (placement.starts_on, placement.ends_on)]
    )
    if day is not None:
        raise problems.CAPACITY_EXCEEDED(f"{provider.name} har ikkje ledig plass {day}.", day=day.isoformat())
    session.add(placement)
    await session.flush()


async def demand_room(session: AsyncSession, provider_id: UUID) -> None:
    """P2: active places fit in the capacities just set. Raises `CAPACITY_IN_USE` with the first day they do not.

    The caller holds the provider's row locked.
    """
    taken = await _periods(session, provider_id)
    day = first_day_over_capacity(await providers.capacities(session, provider_id), taken)
    if day is not None:
        raise problems.CAPACITY_IN_USE(
            f"Fleire plassar er i bruk {day} enn kapasiteten gjev rom for.", day=day.isoformat()
        )


async def _periods(session: AsyncSession, provider_id: UUID) -> list[tuple[date, date | None]]:
    rows = await session.execute(
        select(col(Placement.starts_on), col(Placement.ends_on)).where(col(Placement.provider_id) == provider_id)
    )
    return [(starts_on, ends_on) for starts_on, ends_on in rows]
