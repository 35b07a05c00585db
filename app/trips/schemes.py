"""Versions of the trip scheme (T6)."""

from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.rules.trip_hours import Weights
from app.rules.trip_rest import RestNorms
from app.rules.trips import TripNorms
from app.trips.problems import NO_SCHEME_IN_FORCE
from app.trips.schemas import TripSchemeIn
from app.trips.tables import TripScheme


async def record_scheme(unit: UnitOfWork, body: TripSchemeIn) -> TripScheme:
    """A new version. Raises `TRIP_SCHEME_EXISTS` by the database's constraint."""
    scheme = TripScheme(**body.model_dump())
    unit.session.add(scheme)
    await unit.session.flush()
    return scheme


async def find_scheme(queries: Queries, day: date, pointer: str) -> TripScheme:
    """The version in force on a day: the last that has begun, unless it has ended. Raises `NO_SCHEME_IN_FORCE`."""
    begun = select(TripScheme).where(col(TripScheme.valid_from) <= day)
    found = await queries.select(begun.order_by(col(TripScheme.valid_from).desc()).limit(1))
    if not found or (found[0].valid_to is not None and found[0].valid_to < day):
        raise NO_SCHEME_IN_FORCE(f"Det finst inga utgåve av ferieordninga som gjeld {day}.", pointer=pointer)
    return found[0]


def read_norms(scheme: TripScheme) -> TripNorms:
    """Its norms of length and notice (T2, T9)."""
    return TripNorms(
        most_nights=scheme.most_nights,
        long_from_nights=scheme.long_from_nights,
        notice_months_long=scheme.notice_months_long,
        notice_months_short=scheme.notice_months_short,
    )


def read_weights(scheme: TripScheme) -> Weights:
    """Its weights of minutes (T13)."""
    return Weights(travel=Fraction(scheme.travel_weight), passive=Fraction(scheme.passive_night_weight))


def read_rest_norms(scheme: TripScheme) -> RestNorms:
    """Its limits of working time (T22)."""
    return RestNorms(
        daily=scheme.daily_rest_minutes,
        agreed=scheme.agreed_rest_minutes,
        weekly=scheme.weekly_rest_minutes,
        longest_shift=scheme.longest_shift_minutes,
    )
