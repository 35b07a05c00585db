"""Acceptances (T16), decisions (T9, T10, T18, T19, T21) and cancellations (T20) of trips."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.names import format_amount
from app.http.periods import require_not_before
from app.http.problems import VALIDATION
from app.outbox.events import TripEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.problems import NOT_RESIDENT
from app.rules.money import to_ore
from app.security.roles import Actor
from app.trips import fund, problems
from app.trips.applications import measure_timeliness
from app.trips.plans import list_not_voluntary
from app.trips.schemes import find_scheme, load_schemes, pick_begun
from app.trips.tables import TripApplication, TripDecision
from app.trips.trip_changes import close_participants
from app.trips.trip_schemas import (
    StaffingPlanIn,
    TripAcceptanceIn,
    TripCancellationIn,
    TripDecisionOut,
    TripGrantIn,
    TripRejectionIn,
    TripWithdrawIn,
)
from app.trips.trips import TripRecord, find_late

DecisionIn = TripGrantIn | TripRejectionIn | TripWithdrawIn


async def accept_price(unit: UnitOfWork, record: TripRecord, body: TripAcceptanceIn) -> None:
    """T16: the price as it is now. Raises `TRIP_STATE`, `price-changed`; 422 for somebody who is not to go."""
    record.require("accept", min(clock.today(), record.trip.starts_on))
    one = next((one for one in record.travellers if one.participant_id == body.participant_id), None)
    if one is None or one.price is None:
        raise VALIDATION("Deltakaren er ikkje med på turen («trip_id»).", pointer="#/participant_id")
    if body.price is not None and body.price != one.price:
        raise problems.PRICE_CHANGED(f"Prisen er {format_amount(one.price)}.", price=f"{one.price}")
    require_not_before(body.accepted_on, "accepted_on", one.received_on, "søknaden")
    one.sqlmodel_update({"accepted_price": one.price, "accepted_on": body.accepted_on, "accepted_by": body.accepted_by})
    await unit.session.flush()


async def decide_trip(
    unit: UnitOfWork, actor: Actor, record: TripRecord, body: DecisionIn, municipality_number: str
) -> TripDecision:
    """T19: the one decision of a trip. A grant reserves the fund's part.

    Raises:
        Problem: `TRIP_STATE`; of a grant `staff-not-voluntary`, `not-resident`, `need-not-documented`,
            `late-needs-reason`, `within-interval` where the version refuses that, `fund-exhausted`; 422 for a day
            before an application's.
    """
    trip = record.trip
    record.require(body.kind, min(clock.today(), trip.starts_on))
    for one in record.travellers:
        require_not_before(body.decided_on, "decided_on", one.received_on, "søknaden")
    reserved = None
    if isinstance(body, TripGrantIn):
        await _require_grantable(unit, record, body, municipality_number)
        assert record.plan is not None
        reserved = record.plan.fund_part
        await fund.reserve(unit, actor, trip, to_ore(reserved), body.decided_on)
    decision = TripDecision(
        trip_id=trip.id,
        kind=body.kind,
        decided_on=body.decided_on,
        late_reason=body.late_reason if isinstance(body, TripGrantIn) else None,
        reason=body.reason if isinstance(body, TripRejectionIn) else None,
        text=body.text,
        reserved=reserved,
        recorded_by=actor.name,
    )
    unit.session.add(decision)
    trip.sqlmodel_update({"decision": body.kind, "decided_on": body.decided_on})
    if body.kind != "grant":
        await close_participants(unit, record)
    await unit.session.flush()
    if body.kind != "withdraw":
        await publish(unit, TripEvent("trip.granted" if body.kind == "grant" else "trip.rejected", trip.id))
    return decision


async def _require_grantable(unit: UnitOfWork, record: TripRecord, body: TripGrantIn, municipality_number: str) -> None:
    assert record.plan is not None
    missing = list_not_voluntary(StaffingPlanIn.model_validate(record.plan.content))
    if missing:
        raise problems.STAFF_NOT_VOLUNTARY(staff=missing)
    people = [one.participant_id for one in record.travellers]
    elsewhere = select(col(Participant.id)).where(
        col(Participant.id).in_(people), col(Participant.municipality_number) != municipality_number
    )
    async with unit.acting_as("case_officer"):
        if await unit.fetch(elsewhere):
            raise NOT_RESIDENT("Reise kan berre innvilgast personar som er busette i Alver kommune.")
    ids = [one.application_id for one in record.travellers]
    applications = await unit.select(select(TripApplication).where(col(TripApplication.id).in_(ids)))
    if any(one.documented_on is None or one.documented_on > body.decided_on for one in applications):
        raise problems.NEED_NOT_DOCUMENTED()
    if body.late_reason is None and await find_late(unit, [record]):
        raise problems.LATE_NEEDS_REASON(pointer="#/late_reason")
    scheme = await find_scheme(unit, record.trip.starts_on, "#/kind")
    if scheme.interval_mode == "refuse":
        timeliness = await measure_timeliness(unit, applications)
        if any(one.within_interval for one in timeliness.values()):
            raise problems.WITHIN_INTERVAL(pointer="#/kind")


async def cancel_trip(unit: UnitOfWork, actor: Actor, record: TripRecord, body: TripCancellationIn) -> None:
    """T18, T20: the trip is not made, and what the fund had reserved is free again. Raises `TRIP_STATE`."""
    trip = record.trip
    record.require("cancel", body.cancelled_on)
    require_not_before(body.cancelled_on, "cancelled_on", trip.decided_on, "vedtaket")
    trip.sqlmodel_update({"cancelled_on": body.cancelled_on, "cancelled_reason": body.reason})
    await close_participants(unit, record)
    if trip.decision == "grant":
        await fund.release(unit, actor, trip, body.cancelled_on)
    await publish(unit, TripEvent("trip.cancelled", trip.id))


async def to_decision(queries: Queries, decision: TripDecision, starts_on: date) -> TripDecisionOut:
    """A decision as it goes out, with what the version that was known then says of appeals (T19)."""
    scheme = pick_begun(await load_schemes(queries), starts_on, decision.created_at)
    # A trip is recorded under a version, and no version goes.
    assert scheme is not None
    return TripDecisionOut.model_validate(decision.model_dump() | {"appeal_text": scheme.appeal_text})
