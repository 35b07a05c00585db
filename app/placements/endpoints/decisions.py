"""Endpoints of the case office's decisions and the letters about them (D1–D8, L3, L5, L7, L8)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.budget.position import load_position, watch_decision_budget, watch_flags
from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.budget.representations import to_response
from app.budget.schemas import DecisionBudget, PositionOut
from app.budget.settled_and_invoiced import load_settled_and_invoiced
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import header_parameter, refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.http.problems import PRECONDITION_FAILED, VALIDATION
from app.http.schemas import Day, Shape
from app.placements import problems
from app.placements.changes import change_placement, end_placement, lock_for_decision
from app.placements.corrections import annul_placement, correct_placement
from app.placements.decision_schemas import (
    AnnulDecisionIn,
    ChangeDecisionIn,
    CorrectDecisionIn,
    DecisionIn,
    DecisionOut,
    GrantDecisionIn,
    PricedDecisionOut,
    RejectDecisionIn,
)
from app.placements.decisions import grant_placement, reject_application, require_budget_reference
from app.placements.examples import DECISIONS
from app.placements.history import to_detail
from app.placements.letters import HEADERS, MEDIA_TYPE, write_letter
from app.placements.schemas import PricedPlacementDetail
from app.placements.sync_filters import SyncFilterDep
from app.placements.tables import Decision
from app.rates import rates
from app.rules.process import DecisionKind
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
DecisionReader = Annotated[Actor, allow("case_officer", "epj")]


class DecisionWithBudget(PricedDecisionOut):
    """A new decision with the position of its year after it; `budget` is null if no rate is known."""

    budget: DecisionBudget | None


class DecisionEffect(Shape):
    """A year's position without a decision and with it (C7)."""

    year: int
    before: PositionOut
    after: PositionOut


@router.post(
    "",
    status_code=201,
    summary="Make a decision",
    responses=refusals(
        *problems.GRANT_OBSTACLES.values(),
        problems.CAPACITY_EXCEEDED,
        problems.PLACEMENT_OVERLAP,
        problems.OVER_FRAME,
        *problems.STEP_REFUSALS,
        PRECONDITION_FAILED,
    ),
    openapi_extra={
        "parameters": [header_parameter("If-Match", "The `ETag` of the placement that the decision is based on.")]
    },
)
async def create_decision(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    body: Annotated[DecisionIn, Body(openapi_examples=DECISIONS)],
) -> DecisionWithBudget:
    """`grant`, `reject`, `change`, `end`, `correct` or `annul`. Only the case office decides (D3), on a legal basis out
    of the guideline's (D2), and a decision is final (D6). A rejection, a correction and an annulment have a reason,
    every decision may have one (D3).

    A grant requires a request that the provider has accepted (D4), a participant who lives in the municipality (D1),
    free capacity (P2), and no other placement in the period (L1). A `change` or an `end` follows the placement's latest
    decision: with `follows_id`, or the placement's `ETag` in `If-Match`, it is refused if another decision came first.
    No `end` requires a notice, and a death ends the placement on its own day whatever was decided before (L8).

    Mistakes are mended by decisions and never edited (D8). `correct` sets right what a grant, a change or an end said
    from the day it should have; `annul` takes a placement away from its first day. Both name the decision
    (`corrects_id`), a reason, and who found the mistake. Positions of earlier days stay as they were known, and closed
    months get differences with the cause `correction` (C13).

    The answer has the budget's flag after the decision (C7). An overrun is flagged and does not refuse the decision,
    unless `over_frame` of the guideline version is `confirm`: then a grant over the frame needs `budget_reference`.
    """
    decision, first_day = await _decide(request, unit, actor, body)
    budget = None
    if first_day is not None:
        on = max(clock.today(), body.decided_on)
        budget = await watch_decision_budget(unit, first_day.year, on)
        later = await watch_flags(unit, first_day.year + 1, on)
        if isinstance(body, GrantDecisionIn):
            await require_budget_reference(unit, body, [*later] if budget is None else [budget, *later])
    record_access(unit, [decision.participant_id])
    out = PricedDecisionOut.model_validate(decision)
    return DecisionWithBudget(**out.model_dump(), budget=budget)


@router.post(
    "/effects",
    summary="Compute what a decision would do to the budget",
    responses=refusals(
        *problems.GRANT_OBSTACLES.values(),
        problems.CAPACITY_EXCEEDED,
        problems.PLACEMENT_OVERLAP,
        *problems.STEP_REFUSALS,
        RATE_MISSING,
        GUIDELINE_MISSING,
    ),
)
async def compute_decision_effect(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    body: Annotated[DecisionIn, Body(openapi_examples=DECISIONS)],
    on: Annotated[
        Day | None,
        Query(
            description="The day the positions are computed for. Default: today, or the decision's day if it is later."
        ),
    ] = None,
) -> DecisionEffect:
    """The year's position without the decision and with it (C7, C9): the year of the day asked for, or the first year
    that the decision affects if that is later.

    Nothing is stored: the decision is made as `POST /v1/decisions` makes it, refused for the same reasons, and undone.
    """
    day = max(on or clock.today(), body.decided_on)
    async with unit.rolled_back():
        decision, first_day = await _decide(request, unit, actor, body)
        year = max(day.year, day.year if first_day is None else first_day.year)
        after = await load_position(unit, year, day)
        record_access(unit, [decision.participant_id])
    sums = await load_settled_and_invoiced(unit, year)
    before = await load_position(unit, year, day)
    return DecisionEffect(year=year, before=to_response(before, sums), after=to_response(after, sums))


async def _decide(
    request: Request,
    unit: UnitOfWork,
    actor: Actor,
    body: DecisionIn,
) -> tuple[Decision, date | None]:
    """The decision, and the first day whose cost it may affect; None for a rejection."""
    await _require_legal_basis(unit, body)
    if isinstance(body, GrantDecisionIn):
        municipality_number = request.app.state.settings.municipality_number
        return await grant_placement(unit, actor, body, municipality_number), body.starts_on
    if isinstance(body, RejectDecisionIn):
        return await reject_application(unit, actor, body), None
    placement, history = await lock_for_decision(unit, body.placement_id)
    if "if-match" in request.headers:
        require_match(request, to_detail(history, clock.today(), PricedPlacementDetail))
    if isinstance(body, ChangeDecisionIn):
        return await change_placement(unit, actor, placement, history, body)
    if isinstance(body, CorrectDecisionIn):
        return await correct_placement(unit, actor, placement, history, body)
    if isinstance(body, AnnulDecisionIn):
        return await annul_placement(unit, actor, placement, history, body)
    return await end_placement(unit, actor, placement, history, body)


async def _require_legal_basis(unit: UnitOfWork, body: DecisionIn) -> None:
    """D2: 422 where the legal basis is none of the guideline's for the kind; it lists them."""
    bases = await rates.load_legal_bases(unit, body.kind, body.decided_on)
    if body.legal_basis not in bases:
        allowed = ", ".join(f"«{basis}»" for basis in bases)
        raise VALIDATION(
            f"«legal_basis» for vedtak av dette slaget ({body.decided_on}) må vere ein av: {allowed}.",
            pointer="#/legal_basis",
        )


@router.get("", summary="List decisions")
async def list_decisions(
    reader: ReaderDep,
    actor: DecisionReader,
    sync_filter: SyncFilterDep,
    participant_id: UUID | None = None,
    application_id: UUID | None = None,
    placement_id: UUID | None = None,
    kind: DecisionKind | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[PricedDecisionOut] | Page[DecisionOut]:
    """In the order they were made (D3, D6)."""
    statement = select(Decision).where(*sync_filter.filter_decisions(actor))
    for column, value in (
        (Decision.participant_id, participant_id),
        (Decision.application_id, application_id),
        (Decision.placement_id, placement_id),
        (Decision.kind, kind),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    decisions = await list_page(reader, statement, _choose_shape(actor), limit=limit, after=after)
    record_access(reader, (decision.participant_id for decision in decisions.items))
    return decisions


@router.get("/{decision_id}", summary="Get a decision")
async def read_decision(reader: ReaderDep, actor: DecisionReader, decision_id: UUID) -> PricedDecisionOut | DecisionOut:
    """One decision as it was made (D6)."""
    decision = _choose_shape(actor).model_validate(await find(reader, Decision, decision_id))
    record_access(reader, [decision.participant_id])
    return decision


@router.get(
    "/{decision_id}/letter",
    summary="Get the letter about a decision",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
async def read_letter(
    reader: ReaderDep, actor: DecisionReader, decision_id: UUID, media_type: Annotated[str, produces(MEDIA_TYPE)]
) -> Response:
    """The letter to the participant about any kind of decision (D3): an HTML document in nynorsk, for print. It says
    what is decided, why, on what legal basis, and how to see the case and to appeal, and no amount.

    Its texts are those of the guideline version in force on the day of the decision (`letter_texts`).
    """
    decision = await find(reader, Decision, decision_id)
    record_access(reader, [decision.participant_id])
    return Response(await write_letter(reader, decision), media_type=media_type, headers=HEADERS)


def _choose_shape(actor: Actor) -> type[DecisionOut]:
    return PricedDecisionOut if "case_officer" in actor.roles else DecisionOut
