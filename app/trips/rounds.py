"""Rounds of trips (T12): calls for applications, and which of them an application belongs to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from app.database.locks import AdvisoryLock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION
from app.rules.trips import TripLength
from app.security.roles import Actor
from app.trips.application_schemas import TripRoundIn
from app.trips.problems import NO_SCHEME_IN_FORCE
from app.trips.schemes import load_schemes, pick_scheme, read_norms
from app.trips.tables import TripRound, TripScheme


async def record_round(unit: UnitOfWork, actor: Actor, body: TripRoundIn) -> TripRound:
    """T12: one open round of a year and a length at a time; the database refuses another that overlaps it.

    **Decided here**: the deadline is not later than the last day of notice (T9) of a trip that begins on the last day
    of the year that has a scheme. Of an earlier trip T9's own day counts.

    Raises:
        Problem: `trip-round-open`; `no-scheme-in-force` for a year without a version; 422 for a later deadline.
    """
    # Two rounds that overlap would wait for each other at the constraint, and neither be recorded.
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.TRIP_ROUNDS)))
    schemes = await load_schemes(unit)
    last, scheme = _find_last_day(schemes, body.year)
    notice = read_norms(scheme).find_last_notice_day(last, body.length)
    if body.deadline > notice:
        raise VALIDATION(
            f"Søknadsfristen er {body.deadline}, etter den siste dagen ein kan søkje i tide ({notice}).",
            pointer="#/deadline",
        )
    row = TripRound.model_validate(body.model_dump() | {"recorded_by": actor.name})
    unit.session.add(row)
    await unit.session.flush()
    return row


def _find_last_day(schemes: Sequence[TripScheme], year: int) -> tuple[date, TripScheme]:
    """The last day of a year on which a version is in force, and that version. Raises `NO_SCHEME_IN_FORCE`."""
    ends = {scheme.valid_to for scheme in schemes if scheme.valid_to is not None and scheme.valid_to.year == year}
    for day in sorted({date(year, 12, 31)} | ends, reverse=True):
        scheme = pick_scheme(schemes, day)
        if scheme is not None:
            return day, scheme
    raise NO_SCHEME_IN_FORCE(f"Det finst inga utgåve av ferieordninga som gjeld i {year}.", pointer="#/year")


async def load_rounds(queries: Queries, years: Collection[int]) -> Mapping[tuple[int, TripLength], list[TripRound]]:
    """The rounds of some years by year and length, each list in the order of the deadlines."""
    found: defaultdict[tuple[int, TripLength], list[TripRound]] = defaultdict(list)
    statement = select(TripRound).where(col(TripRound.year).in_(years)).order_by(col(TripRound.deadline))
    for row in await queries.select(statement):
        found[row.year, row.length].append(row)
    return found


def pick_round(rounds: Sequence[TripRound], received_on: date) -> TripRound | None:
    """T12: of the rounds of an application's year and length its own: the first whose deadline it met, or the last."""
    return next((row for row in rounds if received_on <= row.deadline), rounds[-1] if rounds else None)
