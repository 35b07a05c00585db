"""HTTP for the case office's decisions (D1–D6, L3, L5, L7)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Request
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import watch_decision_budget, watch_flags
from app.budget.schemas import DecisionBudget
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, page
from app.http.problems import PRECONDITION_FAILED
from app.placements import changes, decisions, problems, tables
from app.placements.examples import DECISIONS
from app.placements.history import told
from app.placements.schemas import ChangeIn, DecisionIn, DecisionOut, EndIn, GrantIn, PricedDecisionOut, RejectIn
from app.placements.sync_filters import KeepingUpQuery
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
DecisionReader = Annotated[Actor, allow("case_officer", "epj")]


class DecisionMade(PricedDecisionOut):
    """A decision just made, and the position of its year after it; `budget` is null where no rate is known."""

    budget: DecisionBudget | None


@router.post(
    "/decisions",
    status_code=201,
    summary="Decide",
    responses=refusals(
        *problems.OBSTACLES.values(),
        problems.CAPACITY_EXCEEDED,
        problems.PLACEMENT_OVERLAP,
        *problems.LIFE.values(),
        PRECONDITION_FAILED,
    ),
)
async def decide(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    body: Annotated[DecisionIn, Body(openapi_examples=DECISIONS)],
) -> DecisionMade:
    """Only the case office decides (D3), on a recorded legal basis (D2), once (D6).

    A grant needs a request that the provider has accepted (D4), a resident participant (D1), room at the provider
    (P2), and no other place in the period (L1). A `change` and an `end` follow the placement's latest decision; who
    sends the one they know as `follows_id`, or the placement's `ETag` in `If-Match`, is refused when another came
    first. It answers with the budget's flag after it (C7): an overrun is flagged, not refused, because the law asks for
    the service.
    """
    decision, first_day = await _made(request, unit, actor, body)
    position = None
    if first_day is not None:
        on = max(clock.today(), body.decided_on)
        position = await watch_decision_budget(unit, first_day.year, on)
        await watch_flags(unit, first_day.year + 1, on)
    record_access(unit, [decision.participant_id])
    out = PricedDecisionOut.model_validate(decision)
    return DecisionMade(**out.model_dump(), budget=position)


async def _made(
    request: Request, unit: UnitOfWork, actor: Actor, body: GrantIn | RejectIn | ChangeIn | EndIn
) -> tuple[tables.Decision, date | None]:
    """The decision, and the first day that it may cost something on."""
    if isinstance(body, GrantIn):
        municipality_number = request.app.state.settings.municipality_number
        return await decisions.grant(unit, actor, body, municipality_number), body.starts_on
    if isinstance(body, RejectIn):
        return await decisions.reject(unit, actor, body), None
    life = await changes.under_decision(unit, body.placement_id)
    if "if-match" in request.headers:
        require_match(request, told(life, clock.today(), money=True))
    if isinstance(body, ChangeIn):
        return await changes.change(unit, actor, life, body)
    return await changes.end(unit, actor, life, body)


@router.get("/decisions", summary="List decisions")
async def list_decisions(
    unit: UnitOfWorkDep,
    actor: DecisionReader,
    keeping_up: KeepingUpQuery,
    participant_id: UUID | None = None,
    application_id: UUID | None = None,
    placement_id: UUID | None = None,
    kind: Literal["grant", "reject", "change", "end"] | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[PricedDecisionOut] | Page[DecisionOut]:
    """Decisions in the order they were made (D3, D6)."""
    statement = select(tables.Decision).where(*keeping_up.decisions(actor))
    for column, value in (
        (tables.Decision.participant_id, participant_id),
        (tables.Decision.application_id, application_id),
        (tables.Decision.placement_id, placement_id),
        (tables.Decision.kind, kind),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    rows, following = await page(unit, statement, col(tables.Decision.id), limit=limit, after=after)
    record_access(unit, (row.participant_id for row in rows))
    if "case_officer" in actor.roles:
        return Page(items=[PricedDecisionOut.model_validate(row) for row in rows], next=following)
    return Page(items=[DecisionOut.model_validate(row) for row in rows], next=following)


@router.get("/decisions/{decision_id}", summary="Read a decision")
async def read_decision(
    unit: UnitOfWorkDep, actor: DecisionReader, decision_id: UUID
) -> PricedDecisionOut | DecisionOut:
    """One decision, as it was made (D6)."""
    shape = PricedDecisionOut if "case_officer" in actor.roles else DecisionOut
    out = shape.model_validate(await find(unit, tables.Decision, decision_id))
    record_access(unit, [out.participant_id])
    return out
