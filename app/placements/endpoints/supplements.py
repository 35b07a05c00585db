"""Endpoints of supplements (L6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_flags
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.schemas import json_response
from app.placements import problems, supplements
from app.placements.access import may_see_money, may_see_reasons
from app.placements.supplement_schemas import SupplementEndIn, SupplementIn, SupplementOut, SupplementWithoutAmountOut
from app.placements.supplement_tables import PlacementSupplement
from app.placements.tables import Placement
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/placements/{placement_id}/supplements", tags=["placements"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
SupplementReader = Annotated[Actor, allow("case_officer", "service", "finance")]


@router.post(
    "",
    status_code=201,
    summary="Add a supplement",
    responses=refusals(problems.SUPPLEMENT_NOT_AGREED, problems.CHANGE_OUTSIDE_PLACE, problems.TOO_MANY_TERMS),
)
async def add_supplement(
    unit: UnitOfWorkDep, actor: CaseOfficer, placement_id: UUID, body: SupplementIn
) -> SupplementOut:
    """A monthly amount for resources beyond 1 employee to 5 places, agreed by the service, the case office and the
    provider (L6).

    It is added to the price, whatever the placement's share (C4), and ends with the placement at the latest.
    """
    placement, supplement = await supplements.add_supplement(unit, placement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, body.valid_from.year, clock.today())
    [out] = await supplements.to_response(unit, [supplement], SupplementOut, reasons=True)
    return out


@router.get(
    "",
    summary="List supplements of a placement",
    response_model=Page[SupplementOut] | Page[SupplementWithoutAmountOut],
)
async def list_supplements(
    reader: ReaderDep,
    actor: SupplementReader,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Response:
    """All supplements of the placement (L6). The service that agreed to them sees no amount (M7), finance no reason."""
    placement = await find(reader, Placement, placement_id)
    record_access(reader, [placement.participant_id])
    statement = select(PlacementSupplement).where(col(PlacementSupplement.placement_id) == placement_id)
    rows, following = await fetch_page(reader, statement, col(PlacementSupplement.id), limit=limit, after=after)
    reasons = may_see_reasons(actor, placement)
    if may_see_money(actor):
        priced = await supplements.to_response(reader, rows, SupplementOut, reasons=reasons)
        return json_response(Page[SupplementOut](items=priced, next=following))
    items = await supplements.to_response(reader, rows, SupplementWithoutAmountOut, reasons=reasons)
    return json_response(Page[SupplementWithoutAmountOut](items=items, next=following))


@router.get("/{supplement_id}", summary="Get a supplement", response_model=SupplementOut | SupplementWithoutAmountOut)
async def read_supplement(
    reader: ReaderDep, actor: SupplementReader, placement_id: UUID, supplement_id: UUID
) -> Response:
    """One supplement with its agreed ends (L6). The service that agreed sees no amount (M7), finance no reason."""
    placement = await find(reader, Placement, placement_id)
    supplement = await supplements.find_supplement(reader, placement, supplement_id)
    record_access(reader, [placement.participant_id])
    shape = SupplementOut if may_see_money(actor) else SupplementWithoutAmountOut
    reasons = may_see_reasons(actor, placement)
    return json_response(*await supplements.to_response(reader, [supplement], shape, reasons=reasons))


@router.post(
    "/{supplement_id}/end",
    summary="End a supplement",
    responses=refusals(
        problems.SUPPLEMENT_NOT_AGREED, problems.SUPPLEMENT_NOT_SHORTENED, problems.SUPPLEMENT_AGREED_LATER
    ),
)
async def end_supplement(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    placement_id: UUID,
    supplement_id: UUID,
    body: SupplementEndIn,
) -> SupplementOut:
    """Sets an earlier last day, agreed by the same three parties (L6). The original agreement and all ends are kept.

    The cost ends from the day it was agreed (C6), and the budget's flag is updated (C7). A supplement cannot be
    extended this way: add a new one.
    """
    placement, supplement = await supplements.end_supplement(unit, placement_id, supplement_id, body)
    record_access(unit, [placement.participant_id])
    await watch_flags(unit, body.valid_to.year, clock.today())
    [out] = await supplements.to_response(unit, [supplement], SupplementOut, reasons=True)
    return out
