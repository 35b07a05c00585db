"""A trip that has been made, by its actual hours and vouchers, against its estimate (T16, T18)."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND
from app.outbox.events import TripEvent, TripFundEvent
from app.outbox.publish import publish
from app.rules.money import from_ore
from app.security.roles import Actor
from app.trips import fund
from app.trips.plans import find_days_of, make_plan
from app.trips.staffing import compute_staffing
from app.trips.tables import StaffingPlan, TripFundEntry, TripSettlementLine
from app.trips.trip_schemas import TripSettlementIn, TripSettlementLineOut, TripSettlementOut
from app.trips.trips import TripRecord


async def settle_trip(unit: UnitOfWork, actor: Actor, record: TripRecord, body: TripSettlementIn) -> None:
    """T16, T18: what each owes or gets back, and what the fund pays.

    The trip has been made, so that a fund that is short refuses nothing: an event says so.

    Raises `TRIP_STATE`, and as `compute_staffing`.
    """
    trip = record.trip
    record.require("settle", body.settled_on)
    travellers = record.travellers
    staffing = compute_staffing(body, await find_days_of(unit, record), len(travellers), needs_days=True)
    short = await fund.settle(unit, actor, trip, staffing.shares.fund, body.settled_on)
    plan = make_plan(trip, "actual", 1, body.model_dump(mode="json", by_alias=True), staffing, actor)
    plan.computed = plan.computed | {"fund_short": f"{from_ore(short)}"}
    unit.session.add(plan)
    for one, actual in zip(travellers, staffing.out.each_in_all, strict=True):
        estimated = one.price or Decimal(0)
        unit.session.add(
            TripSettlementLine(
                trip_id=trip.id,
                participant_id=one.participant_id,
                estimated=estimated,
                actual=actual,
                difference=actual - estimated,
            )
        )
    trip.settled_on = body.settled_on
    await unit.session.flush()
    await publish(unit, TripEvent("trip.settled", trip.id))
    if short:
        await publish(unit, TripFundEvent("trip_fund.short", trip.starts_on.year, trip.id))


async def load_settlement(queries: Queries, record: TripRecord) -> TripSettlementOut:
    """The settlement of a trip. Raises `NOT_FOUND` before there is one."""
    trip = record.trip
    actual = await _find_actual(queries, trip.id)
    if actual is None or trip.settled_on is None:
        raise NOT_FOUND("Turen er ikkje gjord opp.")
    lines = await queries.select(select(TripSettlementLine).where(col(TripSettlementLine.trip_id) == trip.id))
    # As the prices stand: who gets the øre that is left over is seen by the order (T15).
    order = [one.participant_id for one in record.participants]
    lines.sort(key=lambda line: order.index(line.participant_id))
    (entry,) = await queries.select(
        select(TripFundEntry).where(col(TripFundEntry.trip_id) == trip.id, col(TripFundEntry.kind) == "settle")
    )
    reserved = entry.reserved or Decimal(0)
    rates = ("hourly_rate", "allowance_per_day", "diet_per_staff")
    return TripSettlementOut.model_validate(
        actual.computed
        | {name: Decimal(actual.content[name]) for name in rates}
        | {
            "trip_id": trip.id,
            "settled_on": trip.settled_on,
            "lines": [TripSettlementLineOut.model_validate(line) for line in lines],
            "reserved": reserved,
            "fund_difference": entry.amount - reserved,
        }
    )


async def _find_actual(queries: Queries, trip_id: UUID) -> StaffingPlan | None:
    rows = await queries.select(
        select(StaffingPlan).where(col(StaffingPlan.trip_id) == trip_id, col(StaffingPlan.kind) == "actual")
    )
    return rows[0] if rows else None
