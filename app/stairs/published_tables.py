"""Tables of places as they were published (K3, K6): the cells are capacities, the printed totals stand beside them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries, models
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, VALIDATION
from app.rules.stairs import AREAS, Stair, Total, add_up_table
from app.stairs import stairs
from app.stairs.capacities import Line, require_stated
from app.stairs.schemas import CellIn, GrandTotalOut, PlaceTotalOut, RowTotalOut, TableIn, TableOut
from app.stairs.tables import StairCapacity, StairPrintedTotal, StairService, StairStep, StairTable

_OF_STAIR = select(col(StairTable.id)).where(col(StairTable.stair) == stairs.OF_STAIR)
_TABLES = CompiledQuery(select(StairTable).where(col(StairTable.stair) == stairs.OF_STAIR).order_by(col(StairTable.id)))
_CELLS = CompiledQuery(select(StairCapacity).where(col(StairCapacity.table_id).in_(_OF_STAIR)))
_PRINTED = CompiledQuery(select(StairPrintedTotal).where(col(StairPrintedTotal.table_id).in_(_OF_STAIR)))


async def record_table(unit: UnitOfWork, stair: Stair, body: TableIn) -> StairTable:
    """K3, K6: a published table. Each cell becomes a capacity, each printed total stands beside them."""
    printed = [(total.place, total.number) for total in body.printed_place_totals]
    _require_once([place for place, _ in printed], "#/printed_place_totals/{}/place", "Staden står to gonger.")
    _require_once(
        [(row.step_id, row.service_id) for row in body.rows], "#/rows/{}", "Trinnet og tenesta har alt ei rad."
    )
    table = StairTable.model_validate(
        {**body.model_dump(include={"as_of", "source", "target_group", "printed_total"}), "stair": stair}
    )
    unit.session.add(table)
    await unit.session.flush()
    for place, number in printed:
        unit.session.add(StairPrintedTotal(table_id=table.id, place=place, number=number))
    for index, row in enumerate(body.rows):
        step = await stairs.find_named_step(unit, stair, row.step_id, f"#/rows/{index}/step_id")
        pointer = f"#/rows/{index}/service_id"
        require_stated(await stairs.find_named_service(unit, step, row.service_id, pointer), pointer)
        _require_once(
            [cell.place for cell in row.cells], f"#/rows/{index}/cells/{{}}/place", "Staden står to gonger i rada."
        )
        line = {"step_id": row.step_id, "service_id": row.service_id, "table_id": table.id}
        if row.printed_total is not None:
            unit.session.add(StairPrintedTotal.model_validate({**line, "number": row.printed_total}))
        for cell in row.cells:
            counted = {"as_of": body.as_of, "source": body.source, **cell.model_dump()}
            unit.session.add(StairCapacity.model_validate({**line, **counted}))
    await unit.session.flush()
    return table


async def find_table(queries: Queries, stair: Stair, table_id: UUID) -> TableOut:
    """A table of this stair with its totals. Raises `NOT_FOUND`, also for one of the other."""
    found = [one for one in await list_tables(queries, stair) if one.id == table_id]
    if not found:
        raise NOT_FOUND()
    return found[0]


async def list_tables(queries: Queries, stair: Stair) -> list[TableOut]:
    """Every published table of a stair with its totals, in the order they were recorded (K3, K6)."""
    tables = models(StairTable, await queries.fetch(_TABLES, stair=stair))
    cells = models(StairCapacity, await queries.fetch(_CELLS, stair=stair))
    printed = models(StairPrintedTotal, await queries.fetch(_PRINTED, stair=stair))
    steps = {step.id: step for step in await stairs.list_steps(queries, stair)}
    services = {service.id: service for service in await stairs.list_services(queries, stair)}
    return [
        _represent(
            table,
            [cell for cell in cells if cell.table_id == table.id],
            [total for total in printed if total.table_id == table.id],
            steps,
            services,
        )
        for table in tables
    ]


def _represent(
    table: StairTable,
    cells: Sequence[StairCapacity],
    printed: Sequence[StairPrintedTotal],
    steps: Mapping[UUID, StairStep],
    services: Mapping[UUID, StairService],
) -> TableOut:
    order = [None, *services]
    cells = sorted(
        cells,
        key=lambda cell: (steps[cell.step_id].number, order.index(cell.service_id), AREAS.index(cell.place)),
    )
    totals = add_up_table(
        {((cell.step_id, cell.service_id), cell.place): cell.number for cell in cells},
        {(one.step_id, one.service_id): one.number for one in printed if one.step_id is not None},
        {one.place: one.number for one in printed if one.place is not None},
        table.printed_total,
    )
    rows = [
        RowTotalOut(
            step_id=step_id,
            service_id=service_id,
            step_number=steps[step_id].number,
            name=name_line((step_id, service_id), steps, services),
            cells=[
                CellIn(place=cell.place, number=cell.number)
                for cell in cells
                if (cell.step_id, cell.service_id) == (step_id, service_id)
            ],
            **_total(total),
        )
        for (step_id, service_id), total in totals.rows.items()
    ]
    return TableOut(
        **table.model_dump(include={"id", "created_at", "updated_at", "stair", "as_of", "source", "target_group"}),
        rows=rows,
        places=[
            PlaceTotalOut(place=place, **_total(totals.places[place])) for place in AREAS if place in totals.places
        ],
        total=GrandTotalOut(
            sum_of_printed_rows=totals.sum_of_printed_rows,
            sum_of_printed_places=totals.sum_of_printed_places,
            **_total(totals.total),
        ),
    )


def name_line(line: Line, steps: Mapping[UUID, StairStep], services: Mapping[UUID, StairService]) -> str:
    """What a row of places is called: by its service, else by its step."""
    step_id, service_id = line
    return steps[step_id].name if service_id is None else services[service_id].name


def _total(total: Total) -> dict[str, Any]:
    return {"sum": total.sum, "printed": total.printed, "difference": total.difference}


def _require_once(values: Sequence[object], pointer: str, sentence: str) -> None:
    """422 that points at the first value that stands there already; `pointer` takes its index."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise VALIDATION(sentence, pointer=pointer.format(index))
