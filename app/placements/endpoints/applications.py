"""Endpoints of applications and of requests to providers (D4, P3)."""

from typing import Annotated, Literal
from uuid import UUID

import fastapi
from fastapi import APIRouter, Body, Query
from sqlalchemy import false, select, tuple_
from sqlmodel import col

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_fresh
from app.http.lookup import find
from app.http.openapi import header_parameter, refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, fetch_page, format_cursor, parse_cursor
from app.http.problems import ANNULLED, PRECONDITION_FAILED
from app.http.schemas import AnnulmentIn
from app.placements import applications, problems, requests
from app.placements.schemas import (
    ApplicationIn,
    ApplicationOut,
    ApplicationWithdrawalIn,
    RequestAnswerIn,
    RequestIn,
    RequestOut,
    RequestRecallIn,
    RequestRetractionIn,
    ServiceView,
)
from app.placements.tables import Application, Request
from app.rules.process import ApplicationStatus
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["applications"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
ApplicationReader = Annotated[Actor, allow("case_officer", "service")]
RequestReader = Annotated[Actor, allow("case_officer", "provider")]


@router.post(
    "/applications",
    status_code=201,
    summary="Record an application",
)
async def record_application(unit: UnitOfWorkDep, actor: CaseOfficer, body: ApplicationIn) -> ApplicationOut:
    """An application with the applicant's own wishes (D4)."""
    application = await applications.record_application(unit, body)
    [out] = await applications.to_response(unit, [application])
    return out


@router.get("/applications", summary="List applications")
async def list_applications(
    reader: ReaderDep,
    actor: ApplicationReader,
    participant_ids: ParticipantsQuery = None,
    status: Annotated[
        ApplicationStatus | Literal["waiting"] | None,
        Query(description="Only applications with this status; `waiting` means not decided, withdrawn or annulled."),
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ApplicationOut]:
    """In order of receipt, the longest waiting first (D4). A service gets those of its area (M7)."""
    statement = select(Application)
    if participant_ids is not None:
        statement = statement.where(col(Application.participant_id).in_(participant_ids))
    if status is not None:
        statement = applications.filter_by_status(statement, status)
    order = tuple_(col(Application.received_on), col(Application.id))
    if after is not None:
        last = await reader.select(select(Application).where(col(Application.id) == parse_cursor(after)))
        statement = statement.where(order > (last[0].received_on, last[0].id) if last else false())
    rows = await applications.fetch_applications(reader, statement.order_by(order).limit(limit + 1))
    following = format_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return Page(items=await applications.to_response(reader, rows[:limit]), next=following)


@router.get("/applications/{application_id}", summary="Get an application")
async def read_application(reader: ReaderDep, actor: ApplicationReader, application_id: UUID) -> ApplicationOut:
    """One application and its status (D4)."""
    [out] = await applications.to_response(reader, [await find(reader, Application, application_id)])
    return out


@router.post(
    "/applications/{application_id}/withdrawal",
    summary="Withdraw an application",
    responses=refusals(problems.APPLICATION_CLOSED),
)
async def withdraw_application(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    application_id: UUID,
    body: Annotated[ApplicationWithdrawalIn, Body(default_factory=ApplicationWithdrawalIn)],
) -> ApplicationOut:
    """The applicant withdraws it before it is decided (D4). A withdrawn application cannot be decided (D6)."""
    withdrawn = await applications.withdraw_application(unit, application_id, body.withdrawn_on or clock.today())
    [out] = await applications.to_response(unit, [withdrawn])
    return out


@router.put(
    "/applications/{application_id}/service-view",
    summary="Record the service's view of an application",
    responses=refusals(problems.APPLICATION_CLOSED, PRECONDITION_FAILED),
    openapi_extra={"parameters": [header_parameter("If-Match", "The `ETag` of the application that was read.")]},
)
async def record_service_view(
    request: fastapi.Request, unit: UnitOfWorkDep, actor: CaseOfficer, application_id: UUID, body: ServiceView
) -> ApplicationOut:
    """What the service that knows the applicant thinks, until the decision; it replaces an earlier one (D4).

    `If-Match` is optional: with the application's `ETag` it is refused if the application has changed since.
    """
    application = await find(unit, Application, application_id, lock=True)
    [current] = await applications.to_response(unit, [application])
    require_fresh(request, current)
    [out] = await applications.to_response(unit, [await applications.record_service_view(unit, application, body)])
    return out


@router.post(
    "/applications/{application_id}/annulment",
    summary="Annul an application",
    responses=refusals(ANNULLED, problems.APPLICATION_CLOSED),
)
async def annul_application(
    unit: UnitOfWorkDep, actor: CaseOfficer, application_id: UUID, body: AnnulmentIn
) -> ApplicationOut:
    """It was recorded by mistake (D10): it stays readable for the case office, and counts for nothing.

    Its requests go with it: no provider sees them any more. A granted one may be annulled once its grant is (D8).
    """
    annulled = await applications.annul_application(unit, application_id, body)
    [out] = await applications.to_response(unit, [annulled])
    return out


@router.post(
    "/applications/{application_id}/requests",
    dependencies=[located_at("/v1/requests/{id}")],
    status_code=201,
    summary="Ask a provider for a place",
    responses=refusals(problems.APPLICATION_CLOSED, problems.REQUEST_ALREADY_OPEN),
)
async def send_request(unit: UnitOfWorkDep, actor: CaseOfficer, application_id: UUID, body: RequestIn) -> RequestOut:
    """An application may have several requests over time, one open at a time (D4)."""
    sent = await requests.send_request(unit, application_id, body)
    [out] = await requests.to_response(unit, [sent])
    return out


@router.get("/applications/{application_id}/requests", summary="List requests of an application")
async def list_application_requests(
    reader: ReaderDep,
    actor: CaseOfficer,
    application_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RequestOut]:
    """Which providers were asked, and what they answered (D4, P3)."""
    await find(reader, Application, application_id)
    statement = select(Request).where(col(Request.application_id) == application_id)
    rows, following = await fetch_page(reader, statement, col(Request.id), limit=limit, after=after)
    return Page(items=await requests.to_response(reader, rows), next=following)


@router.get("/requests", summary="List requests to providers")
async def list_requests(
    reader: ReaderDep,
    actor: RequestReader,
    provider_id: UUID | None = None,
    application_ids: Annotated[
        list[UUID] | None,
        Query(
            alias="application_id",
            min_length=1,
            max_length=200,
            description="Only requests of these applications; may be repeated.",
        ),
    ] = None,
    answer: Annotated[
        Literal["accepted", "declined", "none"] | None,
        Query(
            description="Only requests with this answer; `accepted` without those retracted. `none` means that an"
            " answer is waited for: not recalled, nor of an application that is decided or withdrawn."
        ),
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[RequestOut]:
    """A provider gets the requests sent to it (D4, P3), with what it must know to judge them."""
    statement = select(Request)
    if provider_id is not None:
        statement = statement.where(col(Request.provider_id) == provider_id)
    if application_ids is not None:
        statement = statement.where(col(Request.application_id).in_(application_ids))
    if answer is not None:
        statement = requests.filter_by_answer(statement, answer)
    rows, following = await fetch_page(reader, statement, col(Request.id), limit=limit, after=after)
    return Page(items=await requests.to_response(reader, rows), next=following)


@router.get("/requests/{request_id}", summary="Get a request to a provider")
async def read_request(reader: ReaderDep, actor: RequestReader, request_id: UUID) -> RequestOut:
    """One request and its answer (D4, P3)."""
    [out] = await requests.to_response(reader, [await find(reader, Request, request_id)])
    return out


@router.post(
    "/requests/{request_id}/answer",
    summary="Answer a request",
    responses=refusals(
        problems.REQUEST_ALREADY_ANSWERED,
        problems.REQUEST_RECALLED,
        problems.ANSWER_INCOMPLETE,
        problems.APPLICATION_CLOSED,
    ),
)
async def answer_request(
    unit: UnitOfWorkDep, actor: RequestReader, request_id: UUID, body: RequestAnswerIn
) -> RequestOut:
    """The provider accepts, or declines with `no_capacity`, `cannot_accommodate`, or `other` and a text (P3)."""
    answered = await requests.answer_request(unit, request_id, body, clock.today())
    [out] = await requests.to_response(unit, [answered])
    return out


@router.post(
    "/requests/{request_id}/recall",
    summary="Recall a request",
    responses=refusals(
        problems.REQUEST_ALREADY_ANSWERED,
        problems.REQUEST_RECALLED,
        problems.APPLICATION_CLOSED,
    ),
)
async def recall_request(
    unit: UnitOfWorkDep, actor: CaseOfficer, request_id: UUID, body: RequestRecallIn
) -> RequestOut:
    """A request that was sent by mistake is recalled while it is unanswered (D4). Another may then be sent."""
    recalled = await requests.recall_request(unit, request_id, body, clock.today())
    [out] = await requests.to_response(unit, [recalled])
    return out


@router.post(
    "/requests/{request_id}/retraction",
    summary="Take an acceptance back",
    responses=refusals(
        problems.REQUEST_NOT_ACCEPTED,
        problems.REQUEST_RETRACTED,
        problems.APPLICATION_CLOSED,
    ),
)
async def retract_acceptance(
    unit: UnitOfWorkDep, actor: RequestReader, request_id: UUID, body: RequestRetractionIn
) -> RequestOut:
    """The provider takes its acceptance back until the decision, or the case office does so on its behalf (D4).

    No grant can rest on the request from then on.
    """
    retracted = await requests.retract_acceptance(unit, request_id, body, clock.today())
    [out] = await requests.to_response(unit, [retracted])
    return out
