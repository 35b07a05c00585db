"""Staffing plans (T13, T21, T22), and the prices that follow from them (T15)."""

from typing import Any

from app import clock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND
from app.security.roles import Actor
from app.trips.schemes import find_scheme
from app.trips.staffing import Staffing, TripDays, compute_staffing
from app.trips.staffing_schemas import StaffingIn
from app.trips.tables import StaffingPlan, Trip
from app.trips.trip_schemas import StaffingPlanIn, StaffingPlanOut
from app.trips.trips import TripRecord


async def find_days_of(queries: Queries, record: TripRecord) -> TripDays:
    """The trip's days with the version in force: of one that was decided as known then (T6)."""
    trip = record.trip
    scheme = await find_scheme(queries, trip.starts_on, "#/starts_on", record.decided_at)
    return TripDays(trip.starts_on, trip.ends_on, scheme)


async def replace_plan(unit: UnitOfWork, actor: Actor, record: TripRecord, body: StaffingPlanIn) -> StaffingPlan:
    """T13, T16: the plan, which replaces the one before it, and each participant's price.

    Raises `TRIP_STATE`, and as `compute_staffing`.
    """
    record.require("plan", min(clock.today(), record.trip.starts_on))
    return await make_prices(unit, actor, record, body.model_dump(mode="json", by_alias=True))


async def make_prices(unit: UnitOfWork, actor: Actor, record: TripRecord, content: dict[str, Any]) -> StaffingPlan:
    """T15: the plan of this content for those who go now, and what each of them pays."""
    days = await find_days_of(unit, record)
    travellers = record.travellers
    body = StaffingPlanIn.model_validate(content)
    staffing = compute_staffing(body, days, len(travellers), needs_days=True)
    version = 1 if record.plan is None else record.plan.version + 1
    # A service plans, and the rows of prices are the office's.
    async with unit.acting_as("case_officer"):
        plan = make_plan(record.trip, "estimate", version, content, staffing, actor)
        unit.session.add(plan)
        shares = zip(staffing.out.each_of_staff_cost, staffing.out.each_of_staff_travel, travellers, strict=True)
        for of_staff_cost, of_staff_travel, one in shares:
            one.sqlmodel_update({"of_staff_cost": of_staff_cost, "of_staff_travel": of_staff_travel})
        await unit.session.flush()
    return plan


def make_plan(
    trip: Trip, kind: str, version: int, content: dict[str, Any], staffing: Staffing, actor: Actor
) -> StaffingPlan:
    """A plan, or how it was, with what came of it."""
    return StaffingPlan.model_validate(
        {
            "trip_id": trip.id,
            "kind": kind,
            "version": version,
            "content": content,
            "computed": staffing.out.model_dump(mode="json"),
            "staff_cost": staffing.out.staff_cost,
            "staff_travel": staffing.out.staff_travel_and_lodging,
            "participants_part": staffing.out.participants_part,
            "fund_part": staffing.out.fund_part,
            "recorded_by": actor.name,
        }
    )


def list_not_voluntary(body: StaffingIn) -> list[str]:
    """T21: who of the staff has not said that they come of their own will; all of them where nobody is listed."""
    if body.staff is None:
        return [f"{number}" for number in range(1, (body.staff_count or 0) + 1)]
    return [line.reference for line in body.staff if line.volunteered_on is None]


def to_plan(record: TripRecord) -> StaffingPlanOut:
    """The plan as it goes out. Raises `NOT_FOUND` without one."""
    plan = record.plan
    if plan is None:
        raise NOT_FOUND("Turen har ingen bemanningsplan.")
    body = StaffingPlanIn.model_validate(plan.content)
    return StaffingPlanOut.model_validate(
        plan.computed
        | {
            "trip_id": plan.trip_id,
            "version": plan.version,
            "staff": body.staff,
            "home_shifts": body.home_shifts,
            "ordinary_shifts": body.ordinary_shifts,
            "hourly_rate": body.hourly_rate,
            "allowance_per_day": body.allowance_per_day,
            "diet_per_staff": body.diet_per_staff,
            "not_voluntary": list_not_voluntary(body),
            "recorded_by": plan.recorded_by,
        }
    )
