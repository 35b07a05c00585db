"""Trips (T8, T20): who goes, when, and how they go out."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.base import NIL_UUID
from app.database.queries import CompiledQuery, Queries, any_of
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.problems import NOT_FOUND, VALIDATION
from app.participants.tables import Participant
from app.rules.money import to_ore
from app.rules.trip_course import (
    BEFORE_DECISION,
    TripAct,
    TripFacts,
    TripStatus,
    determine_trip_status,
    is_allowed,
    list_acts,
    must_accept,
)
from app.rules.trips import TripLength, TripNorms
from app.security.roles import SERVICE_AREAS, Actor
from app.trips.applications import measure_timeliness
from app.trips.estimates import find_trip_days
from app.trips.problems import STATE_DETAILS, TRIP_APPLICATION_TAKEN, TRIP_APPLICATION_WITHDRAWN, TRIP_STATE
from app.trips.schemes import load_schemes, pick_scheme, read_norms
from app.trips.tables import StaffingPlan, Trip, TripApplication, TripDecision, TripParticipant, TripScheme
from app.trips.trip_schemas import TripIn, TripOut, TripParticipantOut

CRITERIA = (
    TripApplication.benefit, TripApplication.resource, TripApplication.severity, TripApplication.mastery,
)  # fmt: skip
_PEOPLE = CompiledQuery(
    select(col(TripParticipant.id), col(TripParticipant.participant_id)).where(
        col(TripParticipant.trip_id) == any_of("ids")
    )
)
_NOT_ASSESSED = CompiledQuery(
    select(col(TripParticipant.trip_id))
    .join(TripApplication, col(TripApplication.id) == col(TripParticipant.application_id))
    .where(
        col(TripParticipant.trip_id) == any_of("ids"),
        func.num_nulls(*(col(criterion) for criterion in CRITERIA)) > 0,
    )
)
_DECIDED = CompiledQuery(
    select(col(TripDecision.trip_id), col(TripDecision.created_at)).where(col(TripDecision.trip_id) == any_of("ids"))
)


@dataclass(frozen=True, slots=True)
class TripMeasures:
    """What the version in force on a trip's first day says of its days; of one that was decided as known then."""

    scheme: TripScheme | None
    nights: int
    length: TripLength
    last_notice_on: date


@dataclass(frozen=True, slots=True)
class TripRecord:
    """A trip with its participants in the order applications were received, and its plan.

    Attributes:
        participants: all of them: the state and the prices are theirs together.
        seen: those whom the caller sees.
        decided_at: when its decision was recorded: later versions of the scheme change nothing of it.
    """

    trip: Trip
    participants: Sequence[TripParticipant]
    seen: Sequence[TripParticipant]
    plan: StaffingPlan | None
    assessed: bool
    decided_at: datetime | None

    @property
    def travellers(self) -> list[TripParticipant]:
        """Those who have not left."""
        return [one for one in self.participants if one.left_on is None]

    def determine_status(self, on: date) -> TripStatus:
        """T20: its state on a day."""
        facts = replace(
            list_facts(self.trip),
            assessed=self.assessed,
            planned=self.plan is not None,
            accepted=not any(needs_acceptance(one) for one in self.travellers),
        )
        return determine_trip_status(facts, on)

    def require(self, act: TripAct, on: date) -> TripStatus:
        """T20: raises `TRIP_STATE` where the act is not the next step. The state."""
        status = self.determine_status(on)
        if not is_allowed(act, status):
            raise TRIP_STATE(STATE_DETAILS[status], trip_status=status)
        return status


def list_facts(trip: Trip) -> TripFacts:
    """T20: what its own row says of its state."""
    return TripFacts(
        trip.ends_on,
        decision=trip.decision,
        cancelled=trip.cancelled_on is not None,
        settled=trip.settled_on is not None,
    )


def needs_acceptance(one: TripParticipant) -> bool:
    """T16: the price is not accepted, or has risen since."""
    return must_accept(
        None if one.price is None else to_ore(one.price),
        None if one.accepted_price is None else to_ore(one.accepted_price),
    )


async def find_with_status(queries: Queries, trips: Sequence[Trip], statuses: Collection[TripStatus]) -> list[UUID]:
    """T20: the ids of those that have one of these statuses today. Nobody on them is shown.

    People and plans say how far a trip has come before its decision, and nothing of it afterwards.
    """
    today = clock.today()
    alone = {trip.id: determine_trip_status(list_facts(trip), today) for trip in trips}
    asked = not BEFORE_DECISION.isdisjoint(statuses)
    undecided = [trip for trip in trips if asked and alone[trip.id] in BEFORE_DECISION]
    records = await load_records(queries, undecided, shown=False)
    states = alone | {record.trip.id: record.determine_status(today) for record in records}
    return [id_ for id_, state in states.items() if state in statuses]


async def load_records(queries: Queries, trips: Sequence[Trip], *, shown: bool = True) -> list[TripRecord]:
    """The trips with who goes and how. If they are shown, records access to the people whom the caller sees.

    A service reads no applications, and of the people those of its area whose address is not protected.
    """
    ids = [trip.id for trip in trips]
    of_trips = col(TripParticipant.trip_id).in_(ids)
    rows = await queries.fetch(_PEOPLE, ids=ids)
    if shown:
        record_access(queries, (row["participant_id"] for row in rows))
    plans = {
        plan.trip_id: plan
        for plan in await queries.select(
            select(StaffingPlan)
            .where(col(StaffingPlan.trip_id).in_(ids), col(StaffingPlan.kind) == "estimate")
            .order_by(col(StaffingPlan.version))
        )
    }
    by_trip: defaultdict[UUID, list[TripParticipant]] = defaultdict(list)
    order = (col(TripParticipant.received_on), col(TripParticipant.application_id))
    async with queries.acting_as("case_officer"):
        for one in await queries.select(select(TripParticipant).where(of_trips).order_by(*order)):
            by_trip[one.trip_id].append(one)
        missing = await queries.fetch(_NOT_ASSESSED, ids=ids)
        decided = {row["trip_id"]: row["created_at"] for row in await queries.fetch(_DECIDED, ids=ids)}
    not_assessed = {row[0] for row in missing}
    seen = {row["id"] for row in rows}
    return [
        TripRecord(
            trip,
            by_trip[trip.id],
            [one for one in by_trip[trip.id] if one.id in seen],
            plans.get(trip.id),
            assessed=trip.id not in not_assessed,
            decided_at=decided.get(trip.id),
        )
        for trip in trips
    ]


async def lock_trip(unit: UnitOfWork, trip_id: UUID) -> TripRecord:
    """A trip that the caller may see, locked for what is done to it. Raises `NOT_FOUND`."""
    # Not as a row of the session: what it was before the lock is not to be read again.
    if await unit.fetch_value(select(col(Trip.id)).where(col(Trip.id) == trip_id)) is None:
        raise NOT_FOUND()
    # A service plans the staff of its own trips, and prices follow from that; the rows are the office's.
    async with unit.acting_as("case_officer"):
        trip = await find(unit, Trip, trip_id, lock=True)
        (record,) = await load_records(unit, [trip])
    return record


async def record_trip(unit: UnitOfWork, actor: Actor, body: TripIn) -> Trip:
    """T8, T20: a trip of the people who applied.

    Raises:
        Problem: as `find_trip_days`; `trip-application-withdrawn`; 404 at the application; 422 for a participant who is
            named twice, or is on another trip on one of the days; `trip-application-taken`.
    """
    await find_trip_days(
        unit,
        body.starts_on,
        body.ends_on,
        longer_reason=body.longer_reason,
        working_time_agreed_on=body.working_time_agreed_on,
    )
    applications = await lock_applications(unit, body.application_ids)
    await require_free(unit, applications, body.starts_on, body.ends_on)
    trip = Trip.model_validate(
        body.model_dump(exclude={"application_ids"})
        | {
            "service_area": body.service_area or await _find_common_area(unit, applications),
            "recorded_by": actor.name,
        }
    )
    unit.session.add(trip)
    await unit.session.flush()
    unit.session.add_all(make_participant(trip, application) for application in applications)
    await unit.session.flush()
    return trip


def make_participant(trip: Trip, application: TripApplication) -> TripParticipant:
    """Who goes, by their application."""
    return TripParticipant(
        trip_id=trip.id,
        application_id=application.id,
        participant_id=application.participant_id,
        received_on=application.received_on,
        starts_on=trip.starts_on,
        ends_on=trip.ends_on,
    )


async def lock_applications(unit: UnitOfWork, application_ids: Sequence[UUID]) -> list[TripApplication]:
    """The applications in the order they are named. Raises as `record_trip` says of them."""
    # All of these people's, in the order of their ids: two trips of one person on the same days, by whichever
    # applications, then come one after the other, and never wait for each other at the constraint.
    theirs = select(col(TripApplication.participant_id)).where(col(TripApplication.id).in_(application_ids))
    of_people = select(col(TripApplication.id)).where(col(TripApplication.participant_id).in_(theirs))
    await unit.fetch(of_people.order_by(col(TripApplication.id)).with_for_update())
    found: list[TripApplication] = []
    people: set[UUID] = set()
    for number, id_ in enumerate(application_ids):
        application = await find_reference(unit, TripApplication, id_, f"#/application_ids/{number}", lock=True)
        if application.participant_id in people:
            raise VALIDATION("Deltakaren er ført opp to gonger.", pointer=f"#/application_ids/{number}")
        if application.withdrawn_on is not None:
            raise TRIP_APPLICATION_WITHDRAWN()
        people.add(application.participant_id)
        found.append(application)
    return found


async def require_free(
    unit: UnitOfWork,
    applications: Sequence[TripApplication],
    starts_on: date,
    ends_on: date,
    *,
    trip_id: UUID | None = None,
    pointer: str | None = None,
) -> None:
    """T20: nobody is on two trips on one day, and no application has two trips.

    Raises 422 for somebody who is, at the application or at `pointer`, and `trip-application-taken`.
    """
    if not applications:
        return
    people = [application.participant_id for application in applications]
    busy = await unit.select(
        select(TripParticipant).where(
            col(TripParticipant.active),
            col(TripParticipant.participant_id).in_(people),
            col(TripParticipant.trip_id) != (trip_id or NIL_UUID),
        )
    )
    taken = {application.id for application in applications}
    for other in busy:
        if other.starts_on <= ends_on and other.ends_on >= starts_on:
            raise VALIDATION(
                f"Deltakaren er med på ein annan tur {other.starts_on}–{other.ends_on}.",
                pointer=pointer or f"#/application_ids/{people.index(other.participant_id)}",
            )
        if other.application_id in taken:
            raise TRIP_APPLICATION_TAKEN()


async def _find_common_area(unit: UnitOfWork, applications: Sequence[TripApplication]) -> str | None:
    """The service that all of them have, or None."""
    people = [application.participant_id for application in applications]
    async with unit.acting_as("case_officer"):
        rows = await unit.fetch(select(col(Participant.service_area)).where(col(Participant.id).in_(people)))
    areas = {row[0] for row in rows}
    return areas.pop() if len(areas) == 1 and areas <= SERVICE_AREAS else None


async def find_late(queries: Queries, records: Sequence[TripRecord]) -> set[UUID]:
    """T9: the trips with an application that came after the last day of notice of its days, or after its round's
    deadline.
    """
    ids = [one.application_id for record in records for one in record.travellers]
    async with queries.acting_as("case_officer"):
        applications = await queries.select(select(TripApplication).where(col(TripApplication.id).in_(ids)))
        timeliness = await measure_timeliness(queries, applications)
    schemes = await load_schemes(queries)
    found = set()
    for record in records:
        notice = measure_days(schemes, record).last_notice_on
        if any(one.received_on > notice or timeliness[one.application_id].late for one in record.travellers):
            found.add(record.trip.id)
    return found


def measure_days(schemes: Sequence[TripScheme], record: TripRecord) -> TripMeasures:
    """T6, T9, T10: what the version in force on a trip's first day says of its days.

    One that was recorded before a decision may end before that day: the trip is then measured by the trial's values.
    """
    trip = record.trip
    scheme = pick_scheme(schemes, trip.starts_on, record.decided_at)
    norms = TripNorms() if scheme is None else read_norms(scheme)
    nights = (trip.ends_on - trip.starts_on).days
    length = norms.find_length(nights)
    assert length is not None
    return TripMeasures(scheme, nights, length, norms.find_last_notice_day(trip.starts_on, length))


async def to_response(queries: Queries, trips: Sequence[Trip]) -> list[TripOut]:
    """Each trip as it goes out. Records access to the people."""
    records = await load_records(queries, trips)
    late, schemes = await find_late(queries, records), await load_schemes(queries)
    return [_to_out(record, measure_days(schemes, record), late=record.trip.id in late) for record in records]


def _to_out(record: TripRecord, measures: TripMeasures, *, late: bool) -> TripOut:
    plan, status = record.plan, record.determine_status(clock.today())
    return TripOut.model_validate(
        record.trip.model_dump()
        | {
            "status": status,
            "acts": list_acts(status),
            "nights": measures.nights,
            "days": measures.nights + 1,
            "length": measures.length,
            "scheme_valid_from": None if measures.scheme is None else measures.scheme.valid_from,
            "last_notice_on": measures.last_notice_on,
            "late": late,
            "plan_version": None if plan is None else plan.version,
            "staff_cost": None if plan is None else plan.staff_cost,
            "participants_part": None if plan is None else plan.participants_part,
            "fund_part": None if plan is None else plan.fund_part,
            "participants": [to_participant(one) for one in record.seen],
        }
    )


def to_participant(one: TripParticipant) -> TripParticipantOut:
    """A participant as they go out."""
    stored = {name: value for name, value in one.model_dump().items() if name in TripParticipantOut.model_fields}
    computed = {"price": one.price, "must_accept": one.left_on is None and needs_acceptance(one)}
    return TripParticipantOut.model_validate(stored | computed)
