"""HTTP for the trip fund (T18)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy import select
from sqlmodel import col

from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn, Year
from app.trips import fund, problems
from app.trips.endpoints.roles import FundReader, GrantsOfficer
from app.trips.fund_schemas import TripFundEntryIn, TripFundEntryOut, TripFundYearOut
from app.trips.tables import TripFundEntry

router = APIRouter(prefix="/v1/trip-fund", tags=["trips"], route_class=Route)


@router.post(
    "/entries",
    dependencies=[located_at("/v1/trip-fund/entries")],
    status_code=201,
    summary="Record what comes into the trip fund",
)
async def record_trip_fund_entry(unit: UnitOfWorkDep, actor: GrantsOfficer, body: TripFundEntryIn) -> TripFundEntryOut:
    """What the municipality sets aside, or somebody gives (T18).

    What trips reserve, release and cost is entered by what is done to them, and never by hand.
    """
    return fund.to_entry(await fund.record_entry(unit, actor, body))


@router.post(
    "/entries/{trip_fund_entry_id}/annulment",
    summary="Annul what came into the trip fund",
    responses=refusals(ANNULLED, problems.FUND_ENTRY_OF_TRIP, problems.FUND_EXHAUSTED),
)
async def annul_trip_fund_entry(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trip_fund_entry_id: UUID, body: AnnulmentIn
) -> TripFundEntryOut:
    """It was recorded by mistake (D10): it stays readable, and counts for nothing.

    What trips have reserved or cost must remain (T18).
    """
    return fund.to_entry(await fund.annul_entry(unit, trip_fund_entry_id, body))


@router.get("/entries", summary="List entries of the trip fund")
async def list_trip_fund_entries(
    reader: ReaderDep,
    actor: FundReader,
    year: Annotated[Year | None, Query(description="Only those of this year of the fund.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[TripFundEntryOut]:
    """In the order they were recorded (T18): sums, days, and which trip, no names."""
    statement = select(TripFundEntry)
    if year is not None:
        statement = statement.where(col(TripFundEntry.year) == year)
    rows, following = await fetch_page(reader, statement, col(TripFundEntry.id), limit=limit, after=after)
    return Page(items=await fund.to_entries(reader, rows), next=following)


@router.get("/{year}", summary="Read a year of the trip fund")
async def read_trip_fund_year(
    reader: SnapshotReaderDep, actor: FundReader, year: Annotated[Year, Path(examples=[2022])]
) -> TripFundYearOut:
    """What it has, what is reserved for granted trips, and what is available (T18)."""
    return await fund.load_position(reader, year)
