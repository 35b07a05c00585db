"""Needs as sources state them and what is missing (K4), and how far nursing homes reach (K7)."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.rules.stairs import Area, Gap, Stair, compute_people_per_place
from app.stairs import stairs
from app.stairs.capacities import Line, count_enterprise_places, load_capacities
from app.stairs.published_tables import name_line
from app.stairs.schemas import CoverageOut, GapOut, GapsOut, NeedIn, PopulationIn
from app.stairs.tables import StairNeed, StairPopulation

Key = tuple[UUID, UUID | None, Area | None]
"""A step, the service of it or none, and a place or all together."""


async def record_need(unit: UnitOfWork, stair: Stair, body: NeedIn) -> StairNeed:
    """K4: a number of places that a source says are needed on a step of the stair."""
    step = await stairs.find_named_step(unit, stair, body.step_id)
    await stairs.find_named_service(unit, step, body.service_id)
    need = StairNeed.model_validate(body.model_dump())
    unit.session.add(need)
    await unit.session.flush()
    return need


async def record_population(unit: UnitOfWork, body: PopulationIn) -> StairPopulation:
    """K7: the people of 80 and over in a year."""
    population = StairPopulation.model_validate(body.model_dump())
    unit.session.add(population)
    await unit.session.flush()
    return population


async def compute_gaps(queries: Queries, stair: Stair, year: int, scenario: str, today: date) -> GapsOut:
    """K4: need less capacity of every step, and of each service and place of which one of them is stated.

    **Decided here**: the capacity is that of the year's last day, or today's where that is still to come. A step's
    capacity is all of its services' together; its need is what is stated of the step itself.
    """
    on = min(date(year, 12, 31), today)
    steps = {step.id: step for step in await stairs.list_steps(queries, stair)}
    services = {service.id: service for service in await stairs.list_services(queries, stair)}
    capacities = await _add_up(queries, stair, on)
    needs = {
        (need.step_id, need.service_id, need.place): need
        for need in await queries.select(
            stairs.select_of_stair(StairNeed, stair).where(
                col(StairNeed.year) == year, col(StairNeed.scenario) == scenario
            )
        )
    }
    whole: list[Key] = [(step_id, None, None) for step_id in steps]
    order = {id_: index for index, id_ in enumerate([*steps, *services])}
    keys = sorted(
        {*whole, *capacities, *needs},
        key=lambda key: (order[key[0]], -1 if key[1] is None else order[key[1]], key[2] or ""),
    )
    items = []
    for key in keys:
        step_id, service_id, place = key
        need = needs.get(key)
        gap = Gap(capacities.get(key), None if need is None else need.number)
        items.append(
            GapOut(
                step_id=step_id,
                step_number=steps[step_id].number,
                service_id=service_id,
                name=name_line((step_id, service_id), steps, services),
                place=place,
                capacity=gap.capacity,
                need=gap.need,
                need_source=None if need is None else need.source,
                gap=gap.gap,
                state=gap.state,
            )
        )
    nursing = [
        capacities.get((one.step_id, one.id, None), 0) for one in services.values() if one.kind == "nursing_home"
    ]
    coverage = await _compute_coverage(queries, year, sum(nursing)) if stair == "housing" else None
    return GapsOut(stair=stair, year=year, scenario=scenario, capacity_on=on, items=items, coverage=coverage)


async def _add_up(queries: Queries, stair: Stair, on: date) -> dict[Key, int]:
    """K3, K5: the places on a day by step and service, in each place and in all together; what is not stated is left
    out.
    """
    sums: defaultdict[Key, int] = defaultdict(int)
    for row in await load_capacities(queries, stair, on):
        lines: set[Line] = {(row.step_id, None), (row.step_id, row.service_id)}
        for step_id, service_id in lines:
            sums[step_id, service_id, row.place] += row.number
            sums[step_id, service_id, None] += row.number
    for service in await stairs.list_services(queries, stair, on):
        if service.kind == "sheltered_enterprise":
            number = await count_enterprise_places(queries, on)
            sums[service.step_id, service.id, None] += number
            sums[service.step_id, None, None] += number
    return dict(sums)


async def _compute_coverage(queries: Queries, year: int, places: int) -> CoverageOut | None:
    """K7: None where the year's number of people is unknown."""
    rows = await queries.select(
        select(StairPopulation)
        .where(col(StairPopulation.year) == year)
        .order_by(col(StairPopulation.id).desc())
        .limit(1)
    )
    if not rows:
        return None
    return CoverageOut(
        people_80_plus=rows[0].people_80_plus,
        places=places,
        people_per_place=compute_people_per_place(rows[0].people_80_plus, places),
        source=rows[0].source,
    )
