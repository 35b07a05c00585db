"""Applications for trips (T7–T10), their assessment (T11) and withdrawal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.periods import require_not_before
from app.http.problems import VALIDATION
from app.outbox.events import TripApplicationEvent
from app.outbox.publish import publish
from app.participants.protection import find_concealed
from app.participants.tables import Participant
from app.rules.trips import EarlierTrip, TripLength, TripNorms
from app.security.roles import Actor
from app.trips.application_schemas import (
    Criterion,
    TripApplicationIn,
    TripApplicationOut,
    TripApplicationPatch,
    TripApplicationStatus,
    TripAssessmentIn,
    TripWithdrawalIn,
)
from app.trips.granted import find_last_granted, load_granted_trips
from app.trips.problems import (
    LEVEL_ONE_NOT_MUNICIPAL,
    NO_NIGHT,
    TRIP_APPLICATION_GRANTED,
    TRIP_APPLICATION_ON_TRIP,
    TRIP_APPLICATION_WITHDRAWN,
    WITHIN_INTERVAL,
)
from app.trips.rounds import load_rounds, pick_round
from app.trips.schemes import find_scheme, load_schemes, pick_scheme, read_norms
from app.trips.tables import Trip, TripApplication, TripParticipant

CRITERIA = ("benefit", "resource", "severity", "mastery")


@dataclass(frozen=True, slots=True)
class Timeliness:
    """What notice, round and interval say of an application (T9, T10, T12)."""

    round_id: UUID | None
    last_notice_on: date
    late: bool
    within_interval: bool
    last_granted_year: int | None


def find_free_from(norms: TripNorms, length: TripLength, last_granted_year: int | None) -> int | None:
    """T10: the year from which a person is free for a trip of a length; None where none was granted."""
    if last_granted_year is None:
        return None
    return norms.find_free_from([EarlierTrip(last_granted_year, length, "granted")], length)


async def record_application(unit: UnitOfWork, actor: Actor, body: TripApplicationIn) -> TripApplication:
    """T1, T7–T10: an application, with where the person is registered today. A late one is stored too.

    Raises:
        Problem: `NOT_FOUND` for the participant; `level-one-not-municipal`, `no-night`, `no-scheme-in-force`;
            `within-interval` where the version refuses that; 422 for a time that is too short for a long trip.
    """
    if body.level == 1:
        raise LEVEL_ONE_NOT_MUNICIPAL(pointer="#/level")
    if body.preferred_to == body.preferred_from:
        raise NO_NIGHT(pointer="#/preferred_to")
    # Fagutvikling finds anybody, and sees from now on who has applied (X3).
    async with unit.acting_as("auditor"):
        participant = await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    scheme = await find_scheme(unit, body.preferred_from, "#/preferred_from")
    norms = read_norms(scheme)
    if norms.find_length((body.preferred_to - body.preferred_from).days) == "short" and body.length == "long":
        raise VALIDATION(
            f"Ei lang reise har minst {norms.long_from_nights} netter; tida som passar, er kortare.",
            pointer="#/preferred_to",
        )
    year = body.preferred_from.year
    granted = await load_granted_trips(unit, [body.participant_id])
    last_granted = find_last_granted(granted, body.participant_id, body.length, year, stated=body.last_granted_year)
    free_from = find_free_from(norms, body.length, last_granted)
    if scheme.interval_mode == "refuse" and free_from is not None and year < free_from:
        raise WITHIN_INTERVAL(
            f"Personen kan få ei ny reise av same lengd frå {free_from}.",
            pointer="#/preferred_from" if last_granted != body.last_granted_year else "#/last_granted_year",
            free_from=free_from,
        )
    row = TripApplication.model_validate(
        body.model_dump(exclude={"level", "purpose"})
        | {"municipality_number": participant.municipality_number, "recorded_by": actor.name}
    )
    unit.session.add(row)
    await unit.session.flush()
    await publish(unit, TripApplicationEvent("trip.applied", row.id))
    return row


async def change_application(unit: UnitOfWork, application: TripApplication, body: TripApplicationPatch) -> None:
    """T7: what was missing or wrong of an application, which the caller holds locked.

    Raises `trip-application-withdrawn`, `trip-application-granted`.
    """
    if application.withdrawn_on is not None:
        raise TRIP_APPLICATION_WITHDRAWN()
    await _require_not_granted(unit, application)
    application.sqlmodel_update(body.model_dump(exclude_unset=True))
    await unit.session.flush()


async def assess_application(
    unit: UnitOfWork, actor: Actor, application_id: UUID, body: TripAssessmentIn
) -> TripApplication:
    """T11: the scores that a person has set, instead of those before.

    Raises:
        Problem: `NOT_FOUND`, `trip-application-withdrawn`, `trip-application-granted`; 422 for a day before the
            application's.
    """
    application = await _lock_open(unit, application_id)
    await _require_not_granted(unit, application)
    require_not_before(body.assessed_on, "assessed_on", application.received_on, "søknaden")
    scores: dict[str, Any] = {"assessed_on": body.assessed_on, "assessed_by": actor.name}
    for name, criterion in _list_criteria(body):
        scores[name] = None if criterion is None else criterion.score
        scores[f"{name}_reason"] = None if criterion is None else criterion.reason
    application.sqlmodel_update(scores)
    await unit.session.flush()
    return application


async def withdraw_application(unit: UnitOfWork, application_id: UUID, body: TripWithdrawalIn) -> TripApplication:
    """The applicant has withdrawn it; it is ranked no longer.

    **Decided here**: whoever is on a trip leaves it first, since the others' prices follow from that (T16).

    Raises:
        Problem: `NOT_FOUND`, `trip-application-withdrawn`, `trip-application-on-trip`; 422 for a day before the
            application's.
    """
    application = await _lock_open(unit, application_id)
    on_trip = select(col(TripParticipant.trip_id)).where(
        col(TripParticipant.application_id) == application.id, col(TripParticipant.active)
    )
    trip_id = await unit.fetch_value(on_trip)
    if trip_id is not None:
        raise TRIP_APPLICATION_ON_TRIP(trip_id=str(trip_id))
    require_not_before(body.withdrawn_on, "withdrawn_on", application.received_on, "søknaden")
    application.withdrawn_on = body.withdrawn_on
    await unit.session.flush()
    return application


async def measure_timeliness(queries: Queries, applications: Sequence[TripApplication]) -> dict[UUID, Timeliness]:
    """T9, T10: of each application, by the version in force on the first day that suits and its round's deadline."""
    schemes = await load_schemes(queries)
    rounds = await load_rounds(queries, {application.preferred_from.year for application in applications})
    granted = await load_granted_trips(queries, {application.participant_id for application in applications})
    found = {}
    for application in applications:
        scheme = pick_scheme(schemes, application.preferred_from)
        # One that is recorded later may end before the day: the application is then measured by the trial's values.
        norms = TripNorms() if scheme is None else read_norms(scheme)
        length = application.length
        year = application.preferred_from.year
        round_ = pick_round(rounds.get((year, length), ()), application.received_on)
        notice = norms.find_last_notice_day(application.preferred_from, length)
        last_granted = find_last_granted(
            granted,
            application.participant_id,
            length,
            year,
            stated=application.last_granted_year,
            application_id=application.id,
        )
        free_from = find_free_from(norms, length, last_granted)
        found[application.id] = Timeliness(
            round_id=None if round_ is None else round_.id,
            last_notice_on=notice,
            late=application.received_on > (notice if round_ is None else min(notice, round_.deadline)),
            within_interval=free_from is not None and year < free_from,
            last_granted_year=last_granted,
        )
    return found


async def to_response(queries: Queries, applications: Sequence[TripApplication]) -> list[TripApplicationOut]:
    """Each application as it goes out. Records access to the people."""
    record_access(queries, (application.participant_id for application in applications))
    timeliness = await measure_timeliness(queries, applications)
    concealed = await find_concealed(queries, {application.participant_id for application in applications})
    return [
        _to_out(application, timeliness[application.id], is_concealed=application.participant_id in concealed)
        for application in applications
    ]


def _to_out(application: TripApplication, timeliness: Timeliness, *, is_concealed: bool) -> TripApplicationOut:
    stored = application.model_dump()
    criteria = {
        name: None if stored[name] is None else Criterion(score=stored[name], reason=stored[f"{name}_reason"])
        for name in CRITERIA
    }
    status: TripApplicationStatus = "assessed" if None not in criteria.values() else "applied"
    return TripApplicationOut.model_validate(
        {name: value for name, value in stored.items() if not name.endswith("_reason")}
        | criteria
        | {
            "status": "withdrawn" if application.withdrawn_on is not None else status,
            "municipality_number": None if is_concealed else application.municipality_number,
            "round_id": timeliness.round_id,
            "last_notice_on": timeliness.last_notice_on,
            "late": timeliness.late,
            "within_interval": timeliness.within_interval,
        }
    )


async def _require_not_granted(unit: UnitOfWork, application: TripApplication) -> None:
    """T11, T19: the decision rests on it. Raises `trip-application-granted`."""
    granted = (
        select(col(Trip.id))
        .join(TripParticipant, col(TripParticipant.trip_id) == col(Trip.id))
        .where(
            col(TripParticipant.application_id) == application.id,
            col(TripParticipant.active),
            col(Trip.decision) == "grant",
        )
    )
    if await unit.fetch_value(granted) is not None:
        raise TRIP_APPLICATION_GRANTED()


def _list_criteria(body: TripAssessmentIn) -> list[tuple[str, Criterion | None]]:
    return list(zip(CRITERIA, (body.benefit, body.resource, body.severity, body.mastery), strict=True))


async def _lock_open(unit: UnitOfWork, application_id: UUID) -> TripApplication:
    application = await find(unit, TripApplication, application_id, lock=True)
    if application.withdrawn_on is not None:
        raise TRIP_APPLICATION_WITHDRAWN()
    return application
