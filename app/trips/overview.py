"""The overview of trips for rotation (T23): who was granted and rejected what, and from which year each is free."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.queries import Queries
from app.rules.trips import EarlierTrip, TripLength, TripNorms
from app.trips.overview_schemas import TripOverviewOut, TripReasonCount, TripRotation, TripYearCounts
from app.trips.schemes import load_schemes, pick_scheme, read_norms
from app.trips.tables import Trip, TripApplication, TripDecision, TripParticipant, TripScheme


@dataclass(frozen=True, slots=True)
class DecidedApplication:
    """A person's application on a trip that was granted or rejected; `reason` is a rejection's code."""

    application_id: UUID
    participant_id: UUID
    trip_id: UUID
    starts_on: date
    length: TripLength
    reason: str | None

    @property
    def earlier(self) -> EarlierTrip:
        """The same as the interval counts it (T10)."""
        return EarlierTrip(self.starts_on.year, self.length, "granted" if self.reason is None else "rejected")


async def load_decided(queries: Queries, first: date, last: date) -> list[DecidedApplication]:
    """The applications that were granted or rejected a trip that begins from `first` to `last`.

    Not of a trip that was cancelled, nor of who left before departure.
    """
    statement = (
        select(
            col(TripParticipant.application_id),
            col(TripParticipant.participant_id),
            col(Trip.id),
            col(Trip.starts_on),
            col(Trip.ends_on),
            col(TripDecision.created_at),
            col(TripDecision.reason),
        )
        .join(Trip, col(Trip.id) == col(TripParticipant.trip_id))
        .join(TripDecision, col(TripDecision.trip_id) == col(Trip.id))
        .where(
            col(TripDecision.kind).in_(("grant", "reject")),
            col(Trip.cancelled_on).is_(None),
            col(TripParticipant.left_on).is_(None),
            col(Trip.starts_on).between(first, last),
        )
        .order_by(col(Trip.starts_on), col(TripParticipant.id))
    )
    schemes = await load_schemes(queries)
    return [
        DecidedApplication(
            application_id,
            participant_id,
            trip_id,
            starts_on,
            _find_length(schemes, starts_on, ends_on, decided_at),
            reason,
        )
        for application_id, participant_id, trip_id, starts_on, ends_on, decided_at, reason in await queries.fetch(
            statement
        )
    ]


def _find_length(schemes: Sequence[TripScheme], starts_on: date, ends_on: date, decided_at: datetime) -> TripLength:
    """T10: by the version in force on the first day, as known when the trip was decided."""
    length = _pick_norms(schemes, starts_on, decided_at).find_length((ends_on - starts_on).days)
    assert length is not None
    return length


def _pick_norms(schemes: Sequence[TripScheme], day: date, known_at: datetime | None = None) -> TripNorms:
    scheme = pick_scheme(schemes, day, known_at)
    return TripNorms() if scheme is None else read_norms(scheme)


async def build_overview(queries: Queries, year: int) -> TripOverviewOut:
    """T23: of everybody who has applied for or been decided a trip up to a year. Records access to them.

    Without those whose data may only be stored (G1).
    What is stated of trips from before they were kept here counts (T10).
    """
    last = date(year, 12, 31)
    decided = await load_decided(queries, date.min, last)
    applications = await queries.select(select(TripApplication).where(col(TripApplication.preferred_from) <= last))
    norms = _pick_norms(await load_schemes(queries), last)
    earlier: defaultdict[tuple[UUID, TripLength], list[EarlierTrip]] = defaultdict(list)
    for one in decided:
        earlier[one.participant_id, one.length].append(one.earlier)
    for application in applications:
        stated = application.last_granted_year
        earlier[application.participant_id, application.length] += (
            [] if stated is None else [EarlierTrip(stated, application.length, "granted")]
        )
    restricted = await find_restricted(queries, {participant_id for participant_id, _ in earlier})
    people = {key: trips for key, trips in earlier.items() if key[0] not in restricted}
    record_access(queries, {participant_id for participant_id, _ in people})
    return TripOverviewOut(
        year=year,
        people=[
            TripRotation(
                participant_id=participant_id,
                length=length,
                last_granted_year=_find_last(trips, "granted"),
                last_rejected_year=_find_last(trips, "rejected"),
                free_from=norms.find_free_from(trips, length),
            )
            for (participant_id, length), trips in sorted(people.items(), key=lambda item: item[0])
        ],
        years=_count_years(decided),
    )


def _find_last(trips: Sequence[EarlierTrip], outcome: str) -> int | None:
    return max((trip.year for trip in trips if trip.outcome == outcome), default=None)


def _count_years(decided: Sequence[DecidedApplication]) -> list[TripYearCounts]:
    granted = Counter(one.starts_on.year for one in decided if one.reason is None)
    reasons: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for one in decided:
        if one.reason is not None:
            reasons[one.starts_on.year][one.reason] += 1
    return [
        TripYearCounts(
            year=year,
            granted=granted[year],
            rejected=reasons[year].total(),
            rejected_by_reason=[
                TripReasonCount.model_validate({"reason": reason, "count": count})
                for reason, count in sorted(reasons[year].items())
            ],
        )
        for year in sorted({*granted, *reasons})
    ]
