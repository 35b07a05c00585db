"""Both stairs as open data (K8): the stairs' own tables, and one count of active places that is hidden when small."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

from sqlalchemy import func, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.rules.stairs import Stair, find_last_tertial_end
from app.stairs import stairs
from app.stairs.capacities import count_active_places, count_enterprise_places, load_capacities
from app.stairs.open_data_schemas import OpenCapacity, OpenPrintedTotal, OpenService, OpenStair, OpenStairs, OpenStep
from app.stairs.published_tables import list_tables
from app.stairs.schemas import TableOut, TotalOut
from app.stairs.tables import StairCapacity, StairService, StairStep, StairTable

LICENCE = "NLOD-2.0"
LICENCE_ADDRESS = "https://data.norge.no/nlod/no/2.0"

_TABLES = (
    "stair_step", "stair_service", "stair_capacity", "stair_table", "stair_printed_total",
    # P2, S6: the places of enterprises, and the least count that is shown.
    "provider_capacity", "guideline_version",
)  # fmt: skip
# A row's version is the transaction that wrote it: unlike the time of a change, it tells too of one that was begun
# before another and stored after it. Those in use are counted only if they are asked for.
_STATE = CompiledQuery(
    text(
        "select "
        + ", ".join(
            f"(select coalesce(sum(hashtextextended(id || ' ' || xmin, 0)), 0) from {table})" for table in _TABLES
        )
        + """
        , case when exists (
            select from stair_service where kind = 'sheltered_enterprise' and valid_from <= :today
                and coalesce(valid_to >= :today, true)
        ) then (
            select array[count(distinct placement.id), count(distinct participant_id)]
            from placement join placement_terms on placement_id = placement.id
            where known_until is null and valid_from <= :counted_on and coalesce(valid_to >= :counted_on, true)
        ) end
        """
    )
)
_LAST_CHANGE = CompiledQuery(
    select(
        func.greatest(
            *(
                select(func.max(column)).scalar_subquery()
                for column in (
                    col(StairStep.updated_at),
                    col(StairService.updated_at),
                    col(StairCapacity.updated_at),
                    col(StairTable.updated_at),
                )
            )
        )
    )
)


class OpenStairsAnswer:
    """K8: the answer as this process made it last, until what it is made of has changed."""

    def __init__(self) -> None:
        self._state: tuple[object, ...] = ()
        self._content = b""

    async def load(self, queries: Queries, today: date) -> bytes:
        """The open data of a day, as JSON; made again if anything of them has changed in the database, by anybody.

        `queries` is one snapshot, so that what is kept is what its state says.
        """
        async with queries.acting_as("case_officer"):
            rows = await queries.fetch_one(_STATE, today=today, counted_on=find_last_tertial_end(today))
        state = (today, *(rows or ()))
        if state != self._state:
            answer = await load_open_stairs(queries, today)
            self._content = answer.model_dump_json().encode()
            self._state = state
        return self._content


async def load_open_stairs(queries: Queries, today: date) -> OpenStairs:
    """K8: what is offered today, with the last counts of places, and published totals beside them."""
    shown: tuple[Stair, ...] = get_args(Stair)
    return OpenStairs(
        licence=LICENCE,
        licence_address=LICENCE_ADDRESS,
        updated_at=await _load_last_change(queries),
        stairs=[await _load_stair(queries, stair, today) for stair in shown],
    )


async def _load_last_change(queries: Queries) -> datetime | None:
    changed: datetime | None = await queries.fetch_value(_LAST_CHANGE)
    return changed


async def _load_stair(queries: Queries, stair: Stair, today: date) -> OpenStair:
    services = await stairs.list_services(queries, stair, today)
    named = {service.id: service.name for service in services}
    capacities = await load_capacities(queries, stair, today)
    return OpenStair(
        stair=stair,
        steps=[
            OpenStep(
                number=step.number,
                category=step.category,
                name=step.name,
                description=step.description,
                services=[await _describe(queries, one, today) for one in services if one.step_id == step.id],
                capacities=[
                    OpenCapacity(
                        service=None if row.service_id is None else named[row.service_id],
                        place=row.place,
                        number=row.number,
                        as_of=row.as_of,
                        source=row.source,
                    )
                    for row in capacities
                    if row.step_id == step.id
                ],
            )
            for step in await stairs.list_steps(queries, stair)
        ],
        printed_totals=[total for table in await list_tables(queries, stair) for total in _list_printed_totals(table)],
    )


async def _describe(queries: Queries, service: StairService, today: date) -> OpenService:
    counted: dict[str, Any] = {"capacity": None, "active_places": None, "active_on": None, "suppressed": False}
    if service.kind == "sheltered_enterprise":
        # Not of today: who began or left yesterday would show.
        active = await count_active_places(queries, find_last_tertial_end(today), today)
        counted = {
            "capacity": await count_enterprise_places(queries, today),
            "active_places": active.places,
            "active_on": active.on,
            "suppressed": active.places is None,
        }
    return OpenService(
        **service.model_dump(include=set(OpenService.model_fields) - counted.keys()),
        **counted,
    )


def _list_printed_totals(table: TableOut) -> Iterator[OpenPrintedTotal]:
    """Each total that was printed, the whole table's last."""
    totals: list[tuple[TotalOut, dict[str, Any]]] = [
        *((row, {"row": row.name, "place": None}) for row in table.rows),
        *((place, {"row": None, "place": place.place}) for place in table.places),
        (table.total, {"row": None, "place": None}),
    ]
    for total, of in totals:
        if total.printed is not None:
            yield OpenPrintedTotal(
                sum=total.sum,
                printed=total.printed,
                difference=total.difference,
                as_of=table.as_of,
                source=table.source,
                **of,
            )
