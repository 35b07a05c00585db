"""The trip fund (T18): what comes in, what trips reserve, and what a year has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.names import format_amount
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.rules.money import from_ore, to_ore
from app.rules.trip_fund import FundEntry, FundYear, compute_fund_year
from app.rules.trips import FundEntryKind
from app.security.roles import Actor
from app.trips.fund_schemas import TripFundEntryIn, TripFundEntryOut, TripFundYearOut
from app.trips.problems import FUND_ENTRY_OF_TRIP, FUND_EXHAUSTED
from app.trips.tables import Trip, TripFundEntry, TripScheme


@dataclass(frozen=True, slots=True)
class TripFundBook:
    """Every entry of the fund, and the versions that say whether a year takes over what the year before left."""

    entries: Sequence[FundEntry]
    schemes: Sequence[TripScheme]

    def carries_over(self, year: int) -> bool:
        """T6: by the version in force on the year's first day, else by the first of the year.

        **Decided here**: in a year without a version what is left is kept.
        """
        first_day, last_day = date(year, 1, 1), date(year, 12, 31)
        for scheme in sorted(self.schemes, key=lambda one: one.valid_from, reverse=True):
            if scheme.valid_from <= first_day and (scheme.valid_to is None or scheme.valid_to >= first_day):
                return scheme.fund_carries_over
            if scheme.valid_from <= first_day:
                break
        begun = [one for one in self.schemes if first_day < one.valid_from <= last_day]
        return min(begun, key=lambda one: one.valid_from).fund_carries_over if begun else True

    def compute_year(self, year: int) -> FundYear:
        """The year's position, in øre."""
        return compute_fund_year(self.entries, year, self.carries_over)


async def lock_fund(unit: UnitOfWork) -> None:
    """T18: one entry at a time, to the end of the transaction: years share what is carried over."""
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.TRIP_FUND)))


async def load_book(queries: Queries) -> TripFundBook:
    """The fund's book: the sums of each year and kind. Called with rights to read all entries."""
    reserved = func.coalesce(func.sum(col(TripFundEntry.reserved)), 0)
    sums = select(
        col(TripFundEntry.year), col(TripFundEntry.kind), func.sum(col(TripFundEntry.amount)), reserved
    ).where(col(TripFundEntry.annulled_at).is_(None))
    sums = sums.group_by(col(TripFundEntry.year), col(TripFundEntry.kind))
    entries = [
        FundEntry(year, kind, to_ore(amount), to_ore(freed)) for year, kind, amount, freed in await queries.fetch(sums)
    ]
    return TripFundBook(entries, await queries.select(select(TripScheme)))


async def load_position(queries: Queries, year: int) -> TripFundYearOut:
    """T18: a year of the fund."""
    book = await load_book(queries)
    found = book.compute_year(year)
    return TripFundYearOut(
        year=year,
        carries_over=book.carries_over(year),
        carried=from_ore(found.carried),
        allocated=from_ore(found.allocated),
        gifts=from_ore(found.gifts),
        settled=from_ore(found.settled),
        balance=from_ore(found.balance),
        reserved=from_ore(found.reserved),
        available=from_ore(found.available),
    )


async def record_entry(unit: UnitOfWork, actor: Actor, body: TripFundEntryIn) -> TripFundEntry:
    """T18: what comes into the fund."""
    await lock_fund(unit)
    year = body.on.year if body.year is None else body.year
    entry = TripFundEntry(
        year=year, kind=body.kind, entered_on=body.on, amount=body.amount, reason=body.reason, recorded_by=actor.name
    )
    unit.session.add(entry)
    await unit.session.flush()
    return entry


async def annul_entry(unit: UnitOfWork, entry_id: UUID, body: AnnulmentIn) -> TripFundEntry:
    """D10, T18: what came in was recorded by mistake. It stays readable, and counts for nothing.

    Raises `not-found`; `annulled` the second time; `trip-fund-entry-of-trip`; `fund-exhausted` where trips have
    reserved or cost what would be gone.
    """
    await lock_fund(unit)
    entry = await find(unit, TripFundEntry, entry_id, lock=True)
    if entry.annulled_at is not None:
        raise ANNULLED()
    if entry.trip_id is not None:
        raise FUND_ENTRY_OF_TRIP()
    _require_available((await load_book(unit)).compute_year(entry.year), to_ore(entry.amount))
    entry.annulled_at = clock.now()
    entry.annulled_reason = body.reason
    await unit.session.flush()
    return entry


async def reserve(unit: UnitOfWork, actor: Actor, trip: Trip, ore: int, on: date) -> None:
    """T18: what a grant promises of the fund. Raises `FUND_EXHAUSTED` with the sum that is missing."""
    await lock_fund(unit)
    year = trip.starts_on.year
    _require_available((await load_book(unit)).compute_year(year), ore)
    await _enter(unit, actor, trip, "reserve", ore, on)


def _require_available(position: FundYear, ore: int) -> None:
    missing = from_ore(position.find_missing(ore))
    if missing:
        raise FUND_EXHAUSTED(
            f"Feriefondet manglar {format_amount(missing)} for {position.year}.",
            missing=f"{missing}",
            available=f"{from_ore(position.available)}",
        )


async def release(unit: UnitOfWork, actor: Actor, trip: Trip, on: date) -> None:
    """T18: what a cancelled trip had reserved is free again."""
    await lock_fund(unit)
    await _enter(unit, actor, trip, "release", await _find_reserved(unit, trip), on)


async def settle(unit: UnitOfWork, actor: Actor, trip: Trip, ore: int, on: date) -> int:
    """T18: what a trip has cost the fund; its reservation is free again.

    How much of what it cost above that is missing in the fund: the trip has been made, so that it is entered all the
    same.
    """
    await lock_fund(unit)
    reserved = await _find_reserved(unit, trip)
    position = (await load_book(unit)).compute_year(trip.starts_on.year)
    await _enter(unit, actor, trip, "settle", ore, on, reserved=reserved)
    return max(ore - reserved - max(position.available, 0), 0)


async def _find_reserved(unit: UnitOfWork, trip: Trip) -> int:
    (entry,) = await unit.select(
        select(TripFundEntry).where(col(TripFundEntry.trip_id) == trip.id, col(TripFundEntry.kind) == "reserve")
    )
    return to_ore(entry.amount)


async def _enter(
    unit: UnitOfWork, actor: Actor, trip: Trip, kind: FundEntryKind, ore: int, on: date, reserved: int | None = None
) -> None:
    entry = TripFundEntry(
        year=trip.starts_on.year,
        kind=kind,
        entered_on=on,
        amount=from_ore(ore),
        reserved=None if reserved is None else from_ore(reserved),
        trip_id=trip.id,
        recorded_by=actor.name,
    )
    unit.session.add(entry)
    await unit.session.flush()


async def to_entries(queries: Queries, entries: Sequence[TripFundEntry]) -> list[TripFundEntryOut]:
    """Each entry as it goes out. Finance reads no trips; their days tell it which is which."""
    days = select(col(Trip.id), col(Trip.starts_on), col(Trip.ends_on)).where(
        col(Trip.id).in_([entry.trip_id for entry in entries if entry.trip_id is not None])
    )
    async with queries.acting_as("case_officer"):
        trips = {id_: (starts_on, ends_on) for id_, starts_on, ends_on in await queries.fetch(days)}
    return [to_entry(entry, trips[entry.trip_id] if entry.trip_id is not None else (None, None)) for entry in entries]


def to_entry(entry: TripFundEntry, trip_days: tuple[date | None, date | None] = (None, None)) -> TripFundEntryOut:
    """An entry as it goes out; of a trip with its first and last day."""
    starts_on, ends_on = trip_days
    return TripFundEntryOut.model_validate(
        entry.model_dump(exclude={"entered_on"})
        | {"on": entry.entered_on, "trip_starts_on": starts_on, "trip_ends_on": ends_on}
    )
