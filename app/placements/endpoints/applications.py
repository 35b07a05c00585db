"""HTTP for applications and the requests to providers they lead to (D4, P3)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query
from sqlalchemy import false, select, tuple_
from sqlmodel import col

from app import clock
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, cursor, page, position_of
from app.http.periods import demand_in_order
from app.http.schemas import Day
from app.placements import applications, problems, statistics, tables
from app.placements.schemas import (
    AnswerIn,
    ApplicationIn,
    ApplicationOut,
    ProcessingTimes,
    RequestIn,
    RequestOut,
    WithdrawalIn,
)
from app.rules.process import ApplicationStatus
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["applications"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Asked = Annotated[Actor, allow("case_officer", "provider")]


@router.post("/applications", status_code=201, summary="Receive an application")
async def receive(unit: UnitOfWorkDep, actor: CaseOfficer, body: ApplicationIn) -> ApplicationOut:
    """D4: the way to a place begins with an application that holds the applicant's own wishes."""
    application = await applications.receive(unit, body)
    [out] = await applications.shown(unit, [application])
    return out


@router.get("/applications", summary="List applications")
async def list_applications(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    participant_id: UUID | None = None,
    status: Annotated[
        ApplicationStatus | Literal["waiting"] | None,
        Query(description="`waiting`: neither decided nor withdrawn."),
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ApplicationOut]:
    """Applications in order of receipt: whoever has waited longest comes first (D4)."""
    statement = select(tables.Application)
    if participant_id is not None:
        statement = statement.where(col(tables.Application.participant_id) == participant_id)
    if status is not None:
        statement = applications.with_status(statement, status)
    order = tuple_(col(tables.Application.received_on), col(tables.Application.id))
    if after is not None:
        last = await unit.session.get(tables.Application, position_of(after))
        statement = statement.where(order > (last.received_on, last.id)) if last else statement.where(false())
    rows = list(await unit.session.scalars(statement.order_by(order).limit(limit + 1)))
    following = cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=await applications.shown(unit, rows[:limit]), next=following)


@router.get("/applications/{application_id}", summary="Read an application")
async def read_application(unit: UnitOfWorkDep, actor: CaseOfficer, application_id: UUID) -> ApplicationOut:
    """One application and how far it has come (D4)."""
    [out] = await applications.shown(unit, [await find(unit, tables.Application, application_id)])
    return out


@router.post(
    "/applications/{application_id}/withdrawal",
    summary="Withdraw an application",
    responses=refusals(problems.APPLICATION_CLOSED),
)
async def withdraw(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    application_id: UUID,
    body: Annotated[WithdrawalIn, Body(default_factory=WithdrawalIn)],
) -> ApplicationOut:
    """The applicant withdraws it before it is decided (D4); it is not decided after that (D6)."""
    withdrawn = await applications.withdraw(unit, application_id, body.withdrawn_on or clock.today())
    [out] = await applications.shown(unit, [withdrawn])
    return out


@router.post(
    "/applications/{application_id}/requests",
    dependencies=[located_at("/v1/requests/{id}")],
    status_code=201,
    summary="Ask a provider for a place",
    responses=refusals(problems.APPLICATION_CLOSED, problems.REQUEST_ALREADY_OPEN),
)
async def send_request(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    application_id: UUID,
    body: RequestIn,
) -> RequestOut:
    """D4: several requests over time, one open at a time."""
    sent = await applications.send_request(unit, application_id, body)
    [out] = await applications.shown_requests(unit, [sent])
    return out


@router.get("/applications/{application_id}/requests", summary="List the requests of an application")
async def list_requests_of_application(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    application_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RequestOut]:
    """Which providers were asked, and what they answered (D4, P3)."""
    await find(unit, tables.Application, application_id)
    statement = select(tables.Request).where(col(tables.Request.application_id) == application_id)
    rows, following = await page(unit, statement, col(tables.Request.id), limit=limit, after=after)
    return Page(items=await applications.shown_requests(unit, rows), next=following)


@router.get("/requests", summary="List requests to providers")
async def list_requests(
    unit: UnitOfWorkDep,
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
    rows, following = await page(unit, statement, col(tables.Request.id), limit=limit, after=after)
    return Page(items=await applications.shown_requests(unit, rows), next=following)


@router.get("/requests/{request_id}", summary="Read a request to a provider")
async def read_request(unit: UnitOfWorkDep, actor: Asked, request_id: UUID) -> RequestOut:
    """One request and its answer (D4, P3)."""
    [out] = await applications.shown_requests(unit, [await find(unit, tables.Request, request_id)])
    return out


@router.post(
    "/requests/{request_id}/answer",
    summary="Answer a request",
    responses=refusals(problems.REQUEST_ALREADY_ANSWERED, problems.ANSWER_INCOMPLETE, problems.APPLICATION_CLOSED),
)
async def answer_request(unit: UnitOfWorkDep, actor: Asked, request_id: UUID, body: AnswerIn) -> RequestOut:
    """P3: the provider accepts, or declines with `no_capacity`, `cannot_accommodate`, or `other` and a text."""
    answered = await applications.answer(unit, actor, request_id, body, clock.today())
    [out] = await applications.shown_requests(unit, [answered])
    return out


@router.get("/statistics/processing-time", summary="Read how long decisions take")
async def processing_time(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    provider_id: UUID | None = None,
    from_: Annotated[Day | None, Query(alias="from", description="Decided on this day or later.")] = None,
    to: Annotated[Day | None, Query(description="Decided on this day or earlier.")] = None,
) -> ProcessingTimes:
    """Days from an application's receipt to its decision (D4, D6), by provider and month of decision."""
    demand_in_order(from_, to)
    return ProcessingTimes(items=await statistics.processing_time(unit, from_, to, provider_id))
