"""The trial of holiday trips in the demo (T6): the version of 2021 and 2022."""

from datetime import date

from app.database.unit_of_work import UnitOfWork
from app.trips.schemas import TripSchemeIn
from app.trips.schemes import record_scheme


async def add_scheme(unit: UnitOfWork) -> None:
    """The two years that the municipality tried it, with the paper's own values."""
    body = TripSchemeIn(valid_from=date(2021, 1, 1), valid_to=date(2022, 12, 31), source="Prøveordning 2021–2022")
    await record_scheme(unit, body)
