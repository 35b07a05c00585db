"""What a new database begins with: the guideline of 2022, the rates and stairs that are published, and the
providers of a file.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, TypeAdapter
from sqlalchemy import func, select
from sqlmodel import col

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.http.schemas import Day
from app.providers import providers
from app.providers.schemas import CapacityIn, ProviderIn
from app.providers.tables import Provider
from app.rates import rates
from app.rates.published import PUBLISHED_RATES
from app.rates.schemas import GuidelineVersionIn
from app.rates.tables import GuidelineVersion, Rate
from app.settings import Settings
from app.stairs.published import add_published_stairs

IN_FORCE = date(2022, 1, 1)
_IDENTITY = DatabaseIdentity(actor="initialise", roles=frozenset({"case_officer", "finance"}))


class InitialProvider(ProviderIn):
    """A provider of the file: as it is registered, and its places from a day on (P1, P2)."""

    places: Annotated[int, Field(ge=0, le=1000)]
    valid_from: Day


PROVIDER_LIST = TypeAdapter(list[InitialProvider])


@dataclass(frozen=True, slots=True)
class Initialised:
    """How many rows were new."""

    guideline_versions: int
    rates: int
    providers: int
    stair_steps: int


async def initialise(database: Database, settings: Settings, listed: list[InitialProvider]) -> Initialised:
    """Store what is missing, in one transaction; a second time nothing is. Raises the rules' problems."""
    async with database.unit_of_work(_IDENTITY) as unit:
        # Two that start at once would both find nothing.
        await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.INITIAL_DATA)))
        versions = 0
        if not await unit.select(select(GuidelineVersion).where(col(GuidelineVersion.valid_from) == IN_FORCE)):
            await rates.record_guideline_version(unit, GuidelineVersionIn(valid_from=IN_FORCE))
            versions = 1
        known_rates = {(rate.valid_from, rate.known_from) for rate in await unit.select(select(Rate))}
        new_rates = [rate for rate in PUBLISHED_RATES if (rate.valid_from, rate.known_from) not in known_rates]
        for rate in new_rates:
            await rates.record_rate(unit, rate)
        known = {one.organisation_number for one in await unit.select(select(Provider))}
        new_providers = [one for one in listed if one.organisation_number not in known]
        for one in new_providers:
            await _add_provider(unit, one, settings)
        stair_steps = await add_published_stairs(unit)
        return Initialised(versions, len(new_rates), len(new_providers), stair_steps)


async def _add_provider(unit: UnitOfWork, one: InitialProvider, settings: Settings) -> None:
    body = ProviderIn.model_validate(one.model_dump(exclude={"places", "valid_from"}))
    provider = await providers.register_provider(unit, body, settings)
    await providers.set_capacity(unit, provider, CapacityIn(valid_from=one.valid_from, places=one.places))
