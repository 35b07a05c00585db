"""Requests to providers for a place, and their answers (D4, P3)."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.periods import require_not_before
from app.outbox.events import RequestEvent
from app.outbox.publish import publish
from app.placements.applications import require_step
from app.placements.problems import ANSWER_INCOMPLETE, REQUEST_ALREADY_ANSWERED, REQUEST_ALREADY_OPEN
from app.placements.schemas import RequestAnswerIn, RequestIn, RequestOut
from app.placements.tables import Application, Request
from app.providers.tables import Provider


async def send_request(unit: UnitOfWork, application_id: UUID, body: RequestIn) -> Request:
    """D4: ask one provider for a place. Raises `APPLICATION_CLOSED` or `REQUEST_ALREADY_OPEN`."""
    # The lock orders a decision and a request at the same time.
    application = await find(unit, Application, application_id, lock=True)
    if await require_step(unit, application.id, "request") == "requested":
        raise REQUEST_ALREADY_OPEN()
    await find_reference(unit, Provider, body.provider_id, "#/provider_id")
    require_not_before(body.sent_on, "sent_on", application.received_on, "søknaden kom inn")
    request = Request.model_validate({**body.model_dump(), "application_id": application.id})
    unit.session.add(request)
    await unit.session.flush()
    await publish(unit, RequestEvent("request.sent", request.id, request.provider_id))
    return request


async def answer_request(unit: UnitOfWork, request_id: UUID, body: RequestAnswerIn, today: date) -> Request:
    """P3: the provider accepts, or declines with a reason; once. 422 before the day the request was sent."""
    request = await find(unit, Request, request_id, lock=True)
    if body.answer == "accepted" and body.reason is not None:
        raise ANSWER_INCOMPLETE("Eit ja har inga grunngjeving for avslag.", pointer="#/reason")
    if body.answer == "declined" and body.reason is None:
        raise ANSWER_INCOMPLETE("Eit avslag må ha ei grunngjeving.", pointer="#/reason")
    if body.reason == "other" and body.text is None:
        raise ANSWER_INCOMPLETE("Grunngjevinga «other» må ha ein tekst.", pointer="#/text")
    require_not_before(body.answered_on, "answered_on", request.sent_on, "førespurnaden vart send")
    if request.answer is not None:
        raise REQUEST_ALREADY_ANSWERED()
    await require_step(unit, request.application_id, "accept" if body.answer == "accepted" else "decline")
    request.sqlmodel_update({**body.model_dump(), "answered_on": body.answered_on or today})
    await unit.session.flush()
    type_: Literal["request.accepted", "request.declined"] = (
        "request.accepted" if body.answer == "accepted" else "request.declined"
    )
    await publish(unit, RequestEvent(type_, request.id, request.provider_id))
    return request


async def to_response(queries: Queries, requests: Sequence[Request]) -> list[RequestOut]:
    """Requests with what the provider must know of the application; records access to the applicants."""
    ids = {request.application_id for request in requests}
    found = await queries.select(select(Application).where(col(Application.id).in_(ids)))
    applications = {application.id: application for application in found}
    record_access(queries, (application.participant_id for application in found))
    return [
        RequestOut.model_validate(
            request.model_dump() | applications[request.application_id].model_dump(include={"need", "medication_tasks"})
        )
        for request in requests
    ]
