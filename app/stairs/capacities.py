"""Places on a stair: as they were counted (K3), and those of sheltered enterprises, counted where they are (K5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries, models
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION
from app.placements.tables import Placement, PlacementTerms
from app.providers.providers import load_capacities_by_provider
from app.rates.rates import load_least_count
from app.rules.capacity import calculate_vacancy
from app.rules.stairs import AREAS, Stair, StatedCapacity, find_capacities
from app.stairs import stairs
from app.stairs.schemas import StairCapacityIn
from app.stairs.tables import StairCapacity, StairService

Line = tuple[UUID, UUID | None]
"""A row of places: a step, and the service of it that has them, if one is named."""

_CAPACITIES = CompiledQuery(stairs.select_of_stair(StairCapacity, stairs.OF_STAIR))
_ACTIVE = CompiledQuery(
    select(
        func.count(col(Placement.id).distinct()).label("places"),
        func.count(col(Placement.participant_id).distinct()).label("people"),
    )
    .join(PlacementTerms, col(PlacementTerms.placement_id) == col(Placement.id))
    .where(
        col(PlacementTerms.known_until).is_(None),
        col(PlacementTerms.valid_from) <= bindparam("on"),
        or_(col(PlacementTerms.valid_to).is_(None), col(PlacementTerms.valid_to) >= bindparam("on")),
    )
)


async def record_capacity(unit: UnitOfWork, stair: Stair, body: StairCapacityIn) -> StairCapacity:
    """K3: a number of places on a step of the stair, counted on a day."""
    step = await stairs.find_named_step(unit, stair, body.step_id)
    require_stated(await stairs.find_named_service(unit, step, body.service_id), "#/service_id")
    row = StairCapacity.model_validate(body.model_dump())
    unit.session.add(row)
    await unit.session.flush()
    return row


def require_stated(service: StairService | None, pointer: str) -> None:
    """422 that points at the service where its places are counted at the providers (K5)."""
    if service is not None and service.kind == "sheltered_enterprise":
        raise VALIDATION(
            "Plassane i vekstbedrift vert henta frå vekstbedriftene, og kan ikkje førast her.", pointer=pointer
        )


async def load_capacities(queries: Queries, stair: Stair, on: date) -> Sequence[StairCapacity]:
    """K3: of each step, service and place the last count on or before a day, of what is offered then. By service, the
    step's own first, and by place.
    """
    services = [None, *(service.id for service in await stairs.list_services(queries, stair, on))]
    counted: dict[tuple[Line, str, date], StairCapacity] = {
        ((row.step_id, row.service_id), row.place, row.as_of): row
        for row in models(StairCapacity, await queries.fetch(_CAPACITIES, stair=stair))
        if row.service_id in services
    }
    stated = (StatedCapacity(line, place, as_of, row.number) for (line, place, as_of), row in counted.items())
    in_force = [counted[one.row, one.place, one.as_of] for one in find_capacities(stated, on)]
    return sorted(in_force, key=lambda row: (services.index(row.service_id), AREAS.index(row.place)))


@dataclass(frozen=True, slots=True)
class ActivePlaces:
    """How many places are active on a day; None where it is too small a count of people to be shown (S6)."""

    places: int | None
    on: date


async def count_enterprise_places(queries: Queries, on: date) -> int:
    """P2, K5: the places that the sheltered enterprises have on a day, all together."""
    async with queries.acting_as("case_officer"):
        capacities = await load_capacities_by_provider(queries)
    return sum(int(calculate_vacancy(stated, (), (), on).capacity) for stated in capacities.values())


async def count_active_places(queries: Queries, on: date, today: date) -> ActivePlaces:
    """L1, K5, S6: the places active on a day, each one whatever its share.

    A day of few people is hidden: 1 to less than the least count of the guideline's version of today.
    """
    async with queries.acting_as("case_officer"):
        places, people = await queries.fetch_one(_ACTIVE, on=on) or (0, 0)
        least = await load_least_count(queries, today)
    return ActivePlaces(None if 0 < people < least else places, on)
