"""What is changed of a trip before it is decided, and who leaves it before departure (T16, T20)."""

from app import clock
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION, Problem
from app.security.roles import Actor
from app.trips.estimates import find_trip_days
from app.trips.plans import make_prices
from app.trips.tables import Trip
from app.trips.trip_schemas import TripPatch
from app.trips.trips import TripRecord, load_records, lock_applications, make_participant, require_free


async def change_trip(unit: UnitOfWork, actor: Actor, record: TripRecord, body: TripPatch) -> Trip:
    """T16, T20: days, participants and reasons. With a plan the prices are made again, and whoever's price has risen
    must accept it.

    Raises as `record_trip`, and `TRIP_STATE`: before the decision all may be changed, after a grant somebody may leave.
    """
    trip = record.trip
    # Somebody leaves before departure, whenever it is recorded.
    day = min(clock.today(), trip.starts_on)
    here = {one.application_id for one in record.travellers}
    changes = body.model_dump(exclude_unset=True)
    wanted = changes.pop("application_ids", None)
    leaves = wanted is not None and not changes and set(wanted) <= here
    record.require("leave" if leaves else "change", day)
    trip.sqlmodel_update(changes)
    if changes:
        await find_trip_days(
            unit,
            trip.starts_on,
            trip.ends_on,
            longer_reason=trip.longer_reason,
            working_time_agreed_on=trip.working_time_agreed_on,
        )
    own = [one.application_id for one in record.travellers]
    applications = await lock_applications(unit, own if wanted is None else wanted)
    moved = "starts_on" in changes or "ends_on" in changes
    pointer = ("#/starts_on" if "starts_on" in changes else "#/ends_on") if moved else None
    await require_free(unit, applications, trip.starts_on, trip.ends_on, trip_id=trip.id, pointer=pointer)
    kept = {application.id for application in applications}
    for one in record.travellers:
        if one.application_id not in kept:
            one.sqlmodel_update({"active": False, "left_on": day, "of_staff_cost": None, "of_staff_travel": None})
        else:
            one.sqlmodel_update({"starts_on": trip.starts_on, "ends_on": trip.ends_on})
    # Before others come: one may have come with another application.
    await unit.session.flush()
    unit.session.add_all(make_participant(trip, one) for one in applications if one.id not in here)
    await unit.session.flush()
    if record.plan is not None and (moved or wanted is not None):
        (changed,) = await load_records(unit, [trip])
        try:
            await make_prices(unit, actor, changed, record.plan.content)
        except Problem as problem:
            if pointer is None or problem.type is not VALIDATION:
                raise
            raise VALIDATION(
                "Bemanningsplanen har vakter som ikkje går i hop med dei nye dagane. Endra han først.", pointer=pointer
            ) from problem
    return trip


async def close_participants(unit: UnitOfWork, record: TripRecord) -> None:
    """T20: a trip that has ended keeps nobody from another."""
    for one in record.travellers:
        one.active = False
    await unit.session.flush()
