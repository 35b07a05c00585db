"""Decisions by the case office (D1–D6) and the placements they grant (L1, L2, L7, P2)."""

from datetime import date

from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.outbox.events import ApplicationRejectedEvent, DecisionEvent, PlacementEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements import problems
from app.placements.applications import statuses
from app.placements.capacity import demand_room_for
from app.placements.schemas import GrantIn, LegacyPlacementIn, RejectIn
from app.placements.tables import Application, Decision, Placement, Request
from app.placements.terms import rewrite
from app.rates import rates
from app.rules.process import GrantFacts, find_decision_obstacle, find_grant_obstacle, may_be_legacy
from app.security.tokens import Actor


async def grant(unit: UnitOfWork, actor: Actor, body: GrantIn, municipality_number: str) -> Decision:
    """D4: a place by an accepted request of this application; everything the rules ask is checked before.

    Raises one of `problems.OBSTACLES`, `CAPACITY_EXCEEDED` (P2), or `PLACEMENT_OVERLAP` (L1) from the database.
    """
    application = await find_reference(unit, Application, body.application_id, "#/application_id", lock=True)
    request = await find_reference(unit, Request, body.request_id, "#/request_id")
    participant = await find_reference(unit, Participant, application.participant_id, "#/application_id")
    obstacle = find_grant_obstacle(
        GrantFacts(
            application=(await statuses(unit, [application.id]))[application.id],
            need="temporary" if application.need == "temporary" else "permanent",
            medication_tasks=application.medication_tasks,
            medication_agreement=body.medication_agreement is not None,
            request_accepted=request.application_id == application.id and request.answer == "accepted",
            resident=participant.municipality_number == municipality_number,
            decided_on=body.decided_on,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            effective_from=await rates.load_effective_date(unit),
        )
    )
    if obstacle is not None:
        raise problems.OBSTACLES[obstacle]()
    placement = Placement(
        participant_id=participant.id,
        provider_id=request.provider_id,
        service_area=participant.service_area,
        need=application.need,
        address_protection=participant.address_protection,
        terms="standard",
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        share=body.share,
        medication_tasks=application.medication_tasks,
        decided_on=body.decided_on,
    )
    await _place(unit, placement, body.decided_on)
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
    unit.session.add(decision)
    await unit.session.flush()
    await publish(unit, DecisionEvent("placement.granted", placement.id, placement.provider_id, decision.id))
    return decision


async def reject(unit: UnitOfWork, actor: Actor, body: RejectIn) -> Decision:
    """D3: an application is rejected; it is decided once."""
    application = await find_reference(unit, Application, body.application_id, "#/application_id", lock=True)
    if find_decision_obstacle((await statuses(unit, [application.id]))[application.id]) is not None:
        raise problems.APPLICATION_CLOSED()
    participant = await find_reference(unit, Participant, application.participant_id, "#/application_id")
    decision = Decision(
        **body.model_dump(),
        decided_by=actor.name,
        participant_id=participant.id,
        address_protection=participant.address_protection,
    )
    unit.session.add(decision)
    await unit.session.flush()
    await publish(unit, ApplicationRejectedEvent("application.rejected", application.id, decision.id))
    return decision


async def record_legacy(unit: UnitOfWork, body: LegacyPlacementIn) -> Placement:
    """L2: a place from before the guideline is recorded with its own price, kept as long as the place goes on.

    Where it has a last day it is temporary (L7).
    """
    if not may_be_legacy(body.starts_on, body.decided_on, await rates.load_effective_date(unit)):
        raise problems.LEGACY_AFTER_GUIDELINE()
    participant = await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    placement = Placement(
        **body.model_dump(),
        service_area=participant.service_area,
        need="permanent" if body.ends_on is None else "temporary",
        address_protection=participant.address_protection,
    )
    # What it was recorded with was always known.
    await _place(unit, placement, None)
    await publish(unit, PlacementEvent("placement.recorded", placement.id, placement.provider_id))
    return placement


async def _place(unit: UnitOfWork, placement: Placement, known_from: date | None) -> None:
    """Take one of the provider's places (P2), and begin its terms over time."""
    await demand_room_for(unit, placement, placement.ends_on)
    unit.session.add(placement)
    await rewrite(unit, placement, (), known_from)
