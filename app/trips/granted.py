"""Trips that people have been granted (T10): what the interval counts from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries, any_of
from app.rules.trips import TripLength, TripNorms
from app.trips.schemes import load_schemes, pick_scheme, read_norms
from app.trips.tables import Trip, TripDecision, TripParticipant

_GRANTED = CompiledQuery(
    select(
        col(TripParticipant.participant_id),
        col(TripParticipant.application_id),
        col(Trip.starts_on),
        col(Trip.ends_on),
        col(TripDecision.created_at),
    )
    .join(Trip, col(Trip.id) == col(TripParticipant.trip_id))
    .join(TripDecision, col(TripDecision.trip_id) == col(Trip.id))
    .where(
        col(TripParticipant.participant_id) == any_of("participant_ids"),
        col(TripParticipant.active),
        col(Trip.decision) == "grant",
        col(Trip.cancelled_on).is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class GrantedTrip:
    """A person's trip that was granted and not cancelled."""

    participant_id: UUID
    application_id: UUID
    year: int
    length: TripLength


async def load_granted_trips(queries: Queries, participant_ids: Collection[UUID]) -> list[GrantedTrip]:
    """Of these people; who left before departure was granted none after all."""
    if not participant_ids:
        return []
    schemes = await load_schemes(queries)
    found = []
    rows = await queries.fetch(_GRANTED, participant_ids=[*participant_ids])
    for participant_id, application_id, starts_on, ends_on, decided_at in rows:
        scheme = pick_scheme(schemes, starts_on, decided_at)
        norms = TripNorms() if scheme is None else read_norms(scheme)
        length = norms.find_length((ends_on - starts_on).days)
        assert length is not None
        found.append(GrantedTrip(participant_id, application_id, starts_on.year, length))
    return found


def find_last_granted(
    trips: Iterable[GrantedTrip],
    participant_id: UUID,
    length: TripLength,
    year: int,
    *,
    stated: int | None = None,
    application_id: UUID | None = None,
) -> int | None:
    """T10: the year of the last trip of a length up to a year, or the one that is stated from before trips were kept.

    The trip of the application itself starts no interval for it.
    """
    years = [
        trip.year
        for trip in trips
        if trip.participant_id == participant_id
        and trip.length == length
        and trip.year <= year
        and trip.application_id != application_id
    ]
    return max([*years, *([] if stated is None else [stated])], default=None)
