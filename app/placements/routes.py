"""HTTP for the way to a place: applications, requests, decisions (D1–D6, P2, P3, L1, L2, L7)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import or_, select
from sqlmodel import col

from app import audit, clock
from app.auth import Actor, allow
from app.budget import service as budget
from app.budget.models import DecisionBudget
from app.db import SessionDep
from app.http.openapi import refusals
from app.http.pages import AfterQuery, LimitQuery, Page, link_next, page
from app.http.preconditions import tagged
from app.http.routing import Route
from app.http.rows import find
from app.http.shapes import Day
from app.placements import applications, decisions, problems, tables
from app.placements.models import (
    AnswerIn,
    ApplicationIn,
    ApplicationOut,
    DecisionIn,
    DecisionOut,
    GrantIn,
    LegacyPlacementIn,
    PlacementOut,
    PricedPlacementOut,
    RequestIn,
    RequestOut,
)

router = APIRouter(prefix="/v1", route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Asked = Annotated[Actor, allow("case_officer", "provider")]
DecisionReader = Annotated[Actor, allow("case_officer", "epj")]
PlacementReader = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]


class DecisionMade(DecisionOut):
    """A decision just made, and the position of its year after it; `budget` is null where no rate is known."""

    budget: DecisionBudget | None


@router.post("/applications", status_code=201, summary="Receive an application", tags=["applications"])
async def receive(
    request: Request, response: Response, session: SessionDep, actor: CaseOfficer, body: ApplicationIn
) -> ApplicationOut:
    """D4: the way to a place begins with an application that holds the applicant's own wishes."""
    application = await applications.receive(session, body)
    response.headers["Location"] = f"/v1/applications/{application.id}"
    [out] = await applications.shown(session, [application])
    tagged(request, response, out)
    return out


@router.get("/applications", summary="List applications", tags=["applications"])
async def list_applications(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: CaseOfficer,
    participant_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ApplicationOut]:
    """Applications in order of receipt here (D4), optionally of one participant."""
    statement = select(tables.Application)
    if participant_id is not None:
        statement = statement.where(col(tables.Application.participant_id) == participant_id)
    rows, following = await page(session, statement, col(tables.Application.id), limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=await applications.shown(session, rows), next=following)


@router.get("/applications/{application_id}", summary="Read an application", tags=["applications"])
async def read_application(
    request: Request, response: Response, session: SessionDep, actor: CaseOfficer, application_id: UUID
) -> ApplicationOut:
    """One application and how far it has come (D4)."""
    [out] = await applications.shown(session, [await find(session, tables.Application, application_id)])
    tagged(request, response, out)
    return out


@router.post(
    "/applications/{application_id}/requests",
    status_code=201,
    summary="Ask a provider for a place",
    tags=["applications"],
    responses=refusals(problems.APPLICATION_CLOSED, problems.REQUEST_ALREADY_OPEN),
)
async def send_request(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: CaseOfficer,
    application_id: UUID,
    body: RequestIn,
) -> RequestOut:
    """D4: several requests over time, one open at a time."""
    sent = await applications.send_request(session, application_id, body)
    response.headers["Location"] = f"/v1/requests/{sent.id}"
    [out] = await applications.shown_requests(session, [sent])
    tagged(request, response, out)
    return out


@router.get(
    "/applications/{application_id}/requests", summary="List the requests of an application", tags=["applications"]
)
async def list_requests_of_application(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: CaseOfficer,
    application_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RequestOut]:
    """Which providers were asked, and what they answered (D4, P3)."""
    await find(session, tables.Application, application_id)
    statement = select(tables.Request).where(col(tables.Request.application_id) == application_id)
    rows, following = await page(session, statement, col(tables.Request.id), limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=await applications.shown_requests(session, rows), next=following)


@router.get("/requests", summary="List requests to providers", tags=["applications"])
async def list_requests(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Asked,
    provider_id: UUID | None = None,
    answer: Annotated[
        Literal["accepted", "declined", "none"] | None, Query(description="`none`: not answered yet.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RequestOut]:
    """A provider sees the requests sent to it (D4, P3)."""
    statement = select(tables.Request)
    if provider_id is not None:
        statement = statement.where(col(tables.Request.provider_id) == provider_id)
    if answer is not None:
        statement = statement.where(
            col(tables.Request.answer).is_not_distinct_from(None if answer == "none" else answer)
        )
    rows, following = await page(session, statement, col(tables.Request.id), limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=await applications.shown_requests(session, rows), next=following)


@router.get("/requests/{request_id}", summary="Read a request to a provider", tags=["applications"])
async def read_request(
    request: Request, response: Response, session: SessionDep, actor: Asked, request_id: UUID
) -> RequestOut:
    """One request and its answer (D4, P3)."""
    [out] = await applications.shown_requests(session, [await find(session, tables.Request, request_id)])
    tagged(request, response, out)
    return out


@router.post(
    "/requests/{request_id}/answer",
    summary="Answer a request",
    tags=["applications"],
    responses=refusals(problems.REQUEST_ALREADY_ANSWERED, problems.ANSWER_INCOMPLETE),
)
async def answer_request(
    request: Request, response: Response, session: SessionDep, actor: Asked, request_id: UUID, body: AnswerIn
) -> RequestOut:
    """P3: the provider accepts, or declines with `no_capacity`, `cannot_accommodate`, or `other` and a text."""
    answered = await applications.answer(session, actor, request_id, body, clock.today())
    [out] = await applications.shown_requests(session, [answered])
    tagged(request, response, out)
    return out


@router.post(
    "/decisions",
    status_code=201,
    summary="Decide",
    tags=["decisions"],
    responses=refusals(*problems.OBSTACLES.values(), problems.CAPACITY_EXCEEDED, problems.PLACEMENT_OVERLAP),
)
async def decide(
    request: Request, response: Response, session: SessionDep, actor: CaseOfficer, body: DecisionIn
) -> DecisionMade:
    """Only the case office decides (D3), on a recorded legal basis (D2), once (D6).

    A grant needs a request that the provider has accepted (D4), a resident participant (D1), room at the provider
    (P2), and no other place in the period (L1). It answers with the budget's flag after it (C7): an overrun is
    flagged, not refused, because the law asks for the service.
    """
    position = None
    if isinstance(body, GrantIn):
        settings = request.app.state.settings
        decision = await decisions.grant(session, actor, body, settings.municipality_number)
        on = max(clock.today(), body.decided_on)
        position = await budget.decision_budget(session, body.starts_on.year, on)
        await budget.watch_flags(session, body.starts_on.year + 1, on)
    else:
        decision = await decisions.reject(session, actor, body)
    response.headers["Location"] = f"/v1/decisions/{decision.id}"
    audit.saw(session, [decision.participant_id])
    out = DecisionOut.model_validate(decision)
    tagged(request, response, out)
    return DecisionMade(**out.model_dump(), budget=position)


@router.get("/decisions", summary="List decisions", tags=["decisions"])
async def list_decisions(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: DecisionReader,
    participant_id: UUID | None = None,
    application_id: UUID | None = None,
    placement_id: UUID | None = None,
    kind: Literal["grant", "reject", "change", "end"] | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[DecisionOut]:
    """Decisions in the order they were made (D3, D6)."""
    statement = select(tables.Decision)
    for column, value in (
        (tables.Decision.participant_id, participant_id),
        (tables.Decision.application_id, application_id),
        (tables.Decision.placement_id, placement_id),
        (tables.Decision.kind, kind),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    rows, following = await page(session, statement, col(tables.Decision.id), limit=limit, after=after)
    link_next(request, response, following)
    audit.saw(session, (row.participant_id for row in rows))
    return Page(items=[DecisionOut.model_validate(row) for row in rows], next=following)


@router.get("/decisions/{decision_id}", summary="Read a decision", tags=["decisions"])
async def read_decision(
    request: Request, response: Response, session: SessionDep, actor: DecisionReader, decision_id: UUID
) -> DecisionOut:
    """One decision, as it was made (D6)."""
    out = DecisionOut.model_validate(await find(session, tables.Decision, decision_id))
    audit.saw(session, [out.participant_id])
    tagged(request, response, out)
    return out


@router.post(
    "/placements",
    status_code=201,
    summary="Record a legacy place",
    tags=["placements"],
    responses=refusals(problems.LEGACY_AFTER_GUIDELINE, problems.CAPACITY_EXCEEDED, problems.PLACEMENT_OVERLAP),
)
async def record_legacy(
    request: Request, response: Response, session: SessionDep, actor: CaseOfficer, body: LegacyPlacementIn
) -> PricedPlacementOut:
    """L2: a place from before the guideline keeps its own monthly price. A new place comes by a grant."""
    placement = await decisions.record_legacy(session, body)
    await budget.watch_flags(session, body.starts_on.year, clock.today())
    response.headers["Location"] = f"/v1/placements/{placement.id}"
    audit.saw(session, [placement.participant_id])
    out = PricedPlacementOut.model_validate(placement)
    tagged(request, response, out)
    return out


@router.get("/placements", summary="List placements", tags=["placements"])
async def list_placements(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: PlacementReader,
    provider_id: UUID | None = None,
    participant_id: UUID | None = None,
    active_on: Annotated[Day | None, Query(description="Only places that this day belongs to.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[PricedPlacementOut] | Page[PlacementOut]:
    """L1: a provider sees its own, a service those of its area. Prices are for the case office and finance alone."""
    placement = tables.Placement
    statement = select(placement)
    if provider_id is not None:
        statement = statement.where(col(placement.provider_id) == provider_id)
    if participant_id is not None:
        statement = statement.where(col(placement.participant_id) == participant_id)
    if active_on is not None:
        statement = statement.where(
            col(placement.starts_on) <= active_on,
            or_(col(placement.ends_on).is_(None), col(placement.ends_on) >= active_on),
        )
    rows, following = await page(session, statement, col(placement.id), limit=limit, after=after)
    link_next(request, response, following)
    audit.saw(session, (row.participant_id for row in rows))
    if sees_money(actor):
        return Page(items=[PricedPlacementOut.model_validate(row) for row in rows], next=following)
    return Page(items=[PlacementOut.model_validate(row) for row in rows], next=following)


@router.get("/placements/{placement_id}", summary="Read a placement", tags=["placements"])
async def read_placement(
    request: Request, response: Response, session: SessionDep, actor: PlacementReader, placement_id: UUID
) -> PricedPlacementOut | PlacementOut:
    """One placement (L1)."""
    placement = await find(session, tables.Placement, placement_id)
    shape = PricedPlacementOut if sees_money(actor) else PlacementOut
    audit.saw(session, [placement.participant_id])
    out = shape.model_validate(placement)
    tagged(request, response, out)
    return out


def sees_money(actor: Actor) -> bool:
    """Providers, services and the EPJ never get an amount."""
    return not actor.roles.isdisjoint({"case_officer", "finance"})
