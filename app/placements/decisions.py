"""Decisions about applications, `grant` and `reject` (D1–D6), and the placements they make (L1, L2, L7, P2)."""

from collections.abc import Sequence
from datetime import date

from app.budget.schemas import DecisionBudget
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.http.names import format_amount
from app.http.periods import require_not_before
from app.http.problems import VALIDATION
from app.outbox.events import ApplicationRejectedEvent, DecisionEvent, PlacementEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements import problems
from app.placements.applications import load_statuses, lock_standing_requests
from app.placements.capacity import require_room_for
from app.placements.decision_schemas import GrantDecisionIn, RejectDecisionIn
from app.placements.schemas import LegacyPlacementIn
from app.placements.tables import Application, Decision, Placement, Request
from app.placements.terms import make_terms, replace_terms
from app.rates import rates
from app.rules.calendar import add_months
from app.rules.process import GrantFacts, find_decision_obstacle, find_grant_obstacle, may_be_legacy
from app.rules.terms import build_segments
from app.security.roles import Actor


async def grant_placement(unit: UnitOfWork, actor: Actor, body: GrantDecisionIn, municipality_number: str) -> Decision:
    """D4: a placement by an accepted request of this application.

    Raises one of `problems.GRANT_OBSTACLES`, `CAPACITY_EXCEEDED` (P2), or `PLACEMENT_OVERLAP` (L1).
    """
    application = await find_reference(unit, Application, body.application_id, "#/application_id", lock=True)
    request = await find_reference(unit, Request, body.request_id, "#/request_id")
    participant = await find_reference(unit, Participant, application.participant_id, "#/application_id")
    obstacle = find_grant_obstacle(
        GrantFacts(
            application=(await load_statuses(unit, [application.id]))[application.id],
            need="temporary" if application.need == "temporary" else "permanent",
            medication_tasks=application.medication_tasks,
            medication_agreement=body.medication_agreement is not None,
            request_accepted=request.id in await lock_standing_requests(unit, application.id),
            resident=participant.municipality_number == municipality_number,
            decided_on=body.decided_on,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            effective_from=await rates.load_effective_date(unit),
        )
    )
    if obstacle is not None:
        raise problems.GRANT_OBSTACLES[obstacle]()
    require_not_before(body.decided_on, "decided_on", request.sent_on, "førespurnaden vart send")
    await require_near_start(unit, body.decided_on, body.starts_on)
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
    await _store_placement(unit, placement, body.decided_on)
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


async def require_near_start(unit: UnitOfWork, decided_on: date, starts_on: date) -> None:
    """D9: 422 where the place begins later than so many months after its decision (`most_months_ahead`)."""
    months = await rates.load_most_months_ahead(unit, decided_on)
    latest = add_months(decided_on, months)
    if starts_on > latest:
        raise VALIDATION(
            f"«starts_on» er {starts_on}, men ein plass må ta til seinast {months} månader etter vedtaket"
            f" ({decided_on}), altså seinast {latest}.",
            pointer="#/starts_on",
        )


async def require_budget_reference(unit: UnitOfWork, body: GrantDecisionIn, budgets: Sequence[DecisionBudget]) -> None:
    """C7: where the guideline asks for it (`over_frame`), a grant over the frame names the case that pays.

    `budgets` are those of the placement's first year and of the years after it, with the placement in them. Raises
    `OVER_FRAME` for the first year of the placement whose forecast is over its frame.
    """
    if body.budget_reference is not None or await rates.load_over_frame(unit, body.decided_on) == "flag":
        return
    for budget in budgets:
        if budget.flag == "overrun" and budget.difference is not None and not _ends_before(body, budget.year):
            over = -budget.difference
            raise problems.OVER_FRAME(
                f"Prognosen for {budget.year} går {format_amount(over)} over budsjettramma. Oppgje saka som dekkjer"
                " det, i «budget_reference».",
                year=budget.year,
                amount=f"{over:.2f}",
            )


def _ends_before(body: GrantDecisionIn, year: int) -> bool:
    return body.ends_on is not None and body.ends_on.year < year


async def reject_application(unit: UnitOfWork, actor: Actor, body: RejectDecisionIn) -> Decision:
    """D3: an application is decided once. Raises `APPLICATION_CLOSED`."""
    application = await find_reference(unit, Application, body.application_id, "#/application_id", lock=True)
    if find_decision_obstacle((await load_statuses(unit, [application.id]))[application.id]) is not None:
        raise problems.APPLICATION_CLOSED()
    require_not_before(body.decided_on, "decided_on", application.received_on, "søknaden kom inn")
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


async def record_legacy_placement(unit: UnitOfWork, body: LegacyPlacementIn) -> Placement:
    """L2: a placement from before the guideline, which keeps its own price. With a last day it is temporary (L7).

    Raises `LEGACY_AFTER_GUIDELINE`, `CAPACITY_EXCEEDED` (P2), or `PLACEMENT_OVERLAP` (L1), also from the database.
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
    # The terms it is recorded with count as always known.
    await _store_placement(unit, placement, None)
    await publish(unit, PlacementEvent("placement.recorded", placement.id, placement.provider_id))
    return placement


async def _store_placement(unit: UnitOfWork, placement: Placement, known_from: date | None) -> None:
    """Store a new placement with its first terms. Raises `CAPACITY_EXCEEDED` (P2) or `PLACEMENT_OVERLAP` (L1)."""
    first = make_terms(placement.share, placement.monthly_price, placement.medication_tasks)
    await require_room_for(unit, placement, build_segments(placement.starts_on, placement.ends_on, first, ()))
    unit.session.add(placement)
    await replace_terms(unit, placement, (), known_from)
