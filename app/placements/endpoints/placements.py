"""HTTP for placements: the legacy ones recorded, all of them listed, and each with its history (L1, L2, D6)."""

from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_flags
from app.database.queries import CompiledQuery
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import JSON
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, cut, position_of, write_page
from app.http.problems import NOT_FOUND
from app.http.schemas import Day, json_response
from app.placements import decisions, problems, tables
from app.placements.history import life_of, read_life, told
from app.placements.schemas import (
    LegacyPlacementIn,
    PlacementOut,
    PlacementTold,
    PricedPlacementOut,
    PricedPlacementTold,
)
from app.placements.sync_filters import KeepingUpQuery
from app.placements.terms import known_segments, price_of
from app.rules.terms import find_terms
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/placements", tags=["placements"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
PlacementReader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]


@router.post(
    "",
    status_code=201,
    summary="Record a legacy place",
    responses=refusals(problems.LEGACY_AFTER_GUIDELINE, problems.CAPACITY_EXCEEDED, problems.PLACEMENT_OVERLAP),
)
async def record_legacy(unit: UnitOfWorkDep, actor: CaseOfficer, body: LegacyPlacementIn) -> PricedPlacementTold:
    """L2: a place from before the guideline keeps its own monthly price. A new place comes by a grant."""
    placement = await decisions.record_legacy(unit, body)
    await watch_flags(unit, body.starts_on.year, clock.today())
    record_access(unit, [placement.participant_id])
    out = told(await life_of(unit, placement), clock.today(), money=True)
    assert isinstance(out, PricedPlacementTold)
    return out


@router.get("", summary="List placements", response_model=Page[PricedPlacementOut] | Page[PlacementOut])
async def list_placements(
    reader: ReaderDep,
    actor: PlacementReader,
    keeping_up: KeepingUpQuery,
    provider_id: UUID | None = None,
    participant_id: UUID | None = None,
    active_on: Annotated[Day | None, Query(description="Only places that this day belongs to.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Response:
    """L1: a provider sees its own, a service those of its area. Prices are for the case office and finance alone."""
    asked = {"provider_id": provider_id, "participant_id": participant_id, "active_on": active_on}
    asked["after"] = None if after is None else position_of(after)
    given = frozenset(name for name, value in asked.items() if value is not None)
    further = keeping_up.placements(actor)
    statement = CompiledQuery(_listed(given, *further)) if further else _compiled(given)
    rows, following = cut(await reader.fetch(statement, **asked, limit=limit + 1), limit)
    record_access(reader, (row["participant_id"] for row in rows))
    segments = await known_segments(reader, [row["id"] for row in rows])
    places = [dict(row) for row in rows]
    for place in places:
        # The row itself has the first terms.
        if place["id"] in segments:
            terms = find_terms(segments[place["id"]], clock.today())
            place |= {
                "share": terms.share,
                "medication_tasks": terms.medication_tasks,
                "monthly_price": price_of(terms),
            }
    shape = PricedPlacementOut if sees_money(actor) else PlacementOut
    return Response(write_page(shape, places, following), media_type=JSON)


@router.get(
    "/{placement_id}",
    summary="Read a placement and its history",
    response_model=PricedPlacementTold | PlacementTold,
)
async def read_placement(reader: ReaderDep, actor: PlacementReader, placement_id: UUID) -> Response:
    """One placement (L1) and all that happened to it, in order, each step with its decision (D6)."""
    life = await read_life(reader, placement_id)
    if life is None:
        raise NOT_FOUND()
    record_access(reader, [life.placement.participant_id])
    return json_response(told(life, clock.today(), money=sees_money(actor)))


_CONDITIONS = {
    "provider_id": col(tables.Placement.provider_id) == bindparam("provider_id"),
    "participant_id": col(tables.Placement.participant_id) == bindparam("participant_id"),
    "active_on": and_(
        col(tables.Placement.starts_on) <= bindparam("active_on"),
        or_(col(tables.Placement.ends_on).is_(None), col(tables.Placement.ends_on) >= bindparam("active_on")),
    ),
    "after": col(tables.Placement.id) > bindparam("after"),
}


def _listed(given: frozenset[str], *further: ColumnElement[bool]) -> Select[Any]:
    """The places that fulfil these of the conditions, and one more than a page of them."""
    conditions = (condition for name, condition in _CONDITIONS.items() if name in given)
    return (
        select(*tables.PLACEMENT_COLUMNS)
        .where(*conditions, *further)
        .order_by(col(tables.Placement.id))
        .limit(bindparam("limit"))
    )


@cache
def _compiled(given: frozenset[str]) -> CompiledQuery:
    return CompiledQuery(_listed(given))


def sees_money(actor: Actor) -> bool:
    """Providers, services and the EPJ never get an amount."""
    return not actor.roles.isdisjoint({"case_officer", "finance"})
