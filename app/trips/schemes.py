"""Versions of the trip scheme (T6)."""

from collections.abc import Sequence
from datetime import date, datetime
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


async def load_schemes(queries: Queries) -> list[TripScheme]:
    """All versions by their first day."""
    return await queries.select(select(TripScheme).order_by(col(TripScheme.valid_from)))


def pick_scheme(schemes: Sequence[TripScheme], day: date, known_at: datetime | None = None) -> TripScheme | None:
    """T6: of all versions the one in force on a day: the last that has begun, unless it has ended.

    With `known_at` of those that were recorded by then.
    """
    scheme = pick_begun(schemes, day, known_at)
    return None if scheme is None or (scheme.valid_to is not None and scheme.valid_to < day) else scheme


def pick_begun(schemes: Sequence[TripScheme], day: date, known_at: datetime | None = None) -> TripScheme | None:
    """The last version that has begun on a day, whether or not it has ended."""
    begun = [
        scheme for scheme in schemes if scheme.valid_from <= day and (known_at is None or scheme.created_at <= known_at)
    ]
    return begun[-1] if begun else None


async def find_scheme(queries: Queries, day: date, pointer: str, known_at: datetime | None = None) -> TripScheme:
    """The version in force on a day, as `pick_scheme`. Raises `NO_SCHEME_IN_FORCE`."""
    scheme = pick_scheme(await load_schemes(queries), day, known_at)
    if scheme is None:
        raise NO_SCHEME_IN_FORCE(f"Det finst inga utgåve av ferieordninga som gjeld {day}.", pointer=pointer)
    return scheme


def read_norms(scheme: TripScheme) -> TripNorms:
    """Its norms of length, notice and interval (T2, T9, T10)."""
    return TripNorms(
        most_nights=scheme.most_nights,
        long_from_nights=scheme.long_from_nights,
        notice_months_long=scheme.notice_months_long,
        notice_months_short=scheme.notice_months_short,
        interval_years=scheme.interval_years,
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
