"""Endpoints of placements: legacy ones recorded, all listed, each with its history (L1, L2, D6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_flags
from app.database.queries import CompiledQuery
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import JSON
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.pagination import (
    AfterQuery,
    IdsQuery,
    LimitQuery,
    Page,
    ParticipantsQuery,
    cut_page,
    parse_cursor,
    write_page,
)
from app.http.schemas import Day, json_response
from app.placements import decisions, problems
from app.placements.access import may_see_money
from app.placements.history import load_history, to_detail
from app.placements.queries import compile_placement_list, select_placements
from app.placements.schemas import (
    LegacyPlacementIn,
    PlacementDetail,
    PlacementOut,
    PricedPlacementDetail,
    PricedPlacementOut,
)
from app.placements.sync_filters import SyncFilterDep
from app.placements.terms import get_legacy_price, load_segments
from app.rules.terms import find_terms
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/placements", tags=["placements"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
PlacementReader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]


@router.post(
    "",
    status_code=201,
    summary="Record a legacy placement",
    responses=refusals(problems.LEGACY_AFTER_GUIDELINE, problems.CAPACITY_EXCEEDED, problems.PLACEMENT_OVERLAP),
)
async def record_legacy_placement(
    unit: UnitOfWorkDep, actor: CaseOfficer, body: LegacyPlacementIn
) -> PricedPlacementDetail:
    """A placement from before the guideline keeps its own monthly price (L2). New placements are made by a grant
    (`POST /v1/decisions`).
    """
    placement = await decisions.record_legacy_placement(unit, body)
    await watch_flags(unit, body.starts_on.year, clock.today())
    record_access(unit, [placement.participant_id])
    return to_detail(await load_history(unit, placement.id), clock.today(), PricedPlacementDetail)


@router.get("", summary="List placements", response_model=Page[PricedPlacementOut] | Page[PlacementOut])
async def list_placements(
    reader: ReaderDep,
    actor: PlacementReader,
    sync_filter: SyncFilterDep,
    id_: IdsQuery = None,
    provider_id: UUID | None = None,
    participant_ids: ParticipantsQuery = None,
    active_on: Annotated[Day | None, Query(description="Only placements that are active on this day.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Response:
    """A provider gets its own placements, a service those of its area (L1). Prices are shown to the case office and
    finance only.
    """
    values = {"ids": id_, "provider_id": provider_id, "participant_ids": participant_ids, "active_on": active_on}
    values["after"] = None if after is None else parse_cursor(after)
    filters = frozenset(name for name, value in values.items() if value is not None)
    conditions = sync_filter.filter_placements(actor)
    query = CompiledQuery(select_placements(filters, *conditions)) if conditions else compile_placement_list(filters)
    rows, following = cut_page(await reader.fetch(query, **values, limit=limit + 1), limit)
    record_access(reader, (row["participant_id"] for row in rows))
    segments = await load_segments(reader, [row["id"] for row in rows])
    placements = [dict(row) for row in rows]
    for placement in placements:
        # The row itself has the first terms.
        if placement["id"] in segments:
            terms = find_terms(segments[placement["id"]], clock.today())
            placement |= {
                "share": terms.share,
                "medication_tasks": terms.medication_tasks,
                "monthly_price": get_legacy_price(terms),
            }
    shape = PricedPlacementOut if may_see_money(actor) else PlacementOut
    return Response(write_page(shape, placements, following), media_type=JSON)


@router.get(
    "/{placement_id}",
    summary="Get a placement with its history",
    response_model=PricedPlacementDetail | PlacementDetail,
)
async def read_placement(reader: ReaderDep, actor: PlacementReader, placement_id: UUID) -> Response:
    """The placement (L1) and its history in order, each event with its decision (D6)."""
    history = await load_history(reader, placement_id)
    record_access(reader, [history.placement["participant_id"]])
    if may_see_money(actor):
        return json_response(to_detail(history, clock.today(), PricedPlacementDetail))
    return json_response(to_detail(history, clock.today(), PlacementDetail))
