"""Applications and the requests to providers that they lead to (D4, P3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.problems import VALIDATION
from app.outbox.events import ApplicationWithdrawnEvent, RequestEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.problems import (
    ANSWER_INCOMPLETE,
    APPLICATION_CLOSED,
    REQUEST_ALREADY_ANSWERED,
    REQUEST_ALREADY_OPEN,
)
from app.placements.schemas import AnswerIn, ApplicationIn, ApplicationOut, RequestIn, RequestOut
from app.placements.tables import Application, Decision, Request
from app.providers.tables import Provider
from app.rules.process import ApplicationStatus, Step, determine_application_status, find_next_state
from app.security.tokens import Actor


async def receive(unit: UnitOfWork, body: ApplicationIn) -> Application:
    """D4: an application is received; the wishes are the applicant's own."""
    await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    application = Application.model_validate(body.model_dump())
    unit.session.add(application)
    await unit.session.flush()
    return application


async def statuses(unit: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, ApplicationStatus]:
    """How far each application has come, in one query per kind of fact."""
    answers: dict[UUID, list[str | None]] = defaultdict(list)
    asked = select(col(Request.application_id), col(Request.answer)).where(col(Request.application_id).in_(ids))
    for application_id, answer in await unit.session.execute(asked):
        answers[application_id].append(answer)
    decided: dict[UUID | None, Literal["grant", "reject"]] = {}
    kinds = select(col(Decision.application_id), col(Decision.kind)).where(
        col(Decision.application_id).in_(ids), col(Decision.kind).in_(("grant", "reject"))
    )
    for decided_id, kind in await unit.session.execute(kinds):
        decided[decided_id] = "grant" if kind == "grant" else "reject"
    withdrawn = set(
        await unit.session.scalars(
            select(col(Application.id)).where(col(Application.id).in_(ids), col(Application.withdrawn_on).is_not(None))
        )
    )
    return {
        id_: determine_application_status(answers=answers[id_], decided=decided.get(id_), withdrawn=id_ in withdrawn)
        for id_ in ids
    }


async def shown(unit: UnitOfWork, applications: Sequence[Application]) -> list[ApplicationOut]:
    """Applications as they go out."""
    record_access(unit, (application.participant_id for application in applications))
    status = await statuses(unit, [application.id for application in applications])
    return [
        ApplicationOut(
            **application.model_dump(),
            status=status[application.id],
        )
        for application in applications
    ]


async def demand(unit: UnitOfWork, application_id: UUID, step: Step) -> ApplicationStatus:
    """How far the application has come, where the step may still be taken on it or on a request of it (D4, D6).

    409 `application-closed` where nothing more can be. What another state asks is the caller's to say.
    """
    status = (await statuses(unit, [application_id]))[application_id]
    if find_next_state(status, step) is None and find_next_state(status, "reject") is None:
        raise APPLICATION_CLOSED()
    return status


async def withdraw(unit: UnitOfWork, application_id: UUID, withdrawn_on: date) -> Application:
    """The applicant withdraws what is not decided. 409 `application-closed`; 422 before the day it was received."""
    application = await find(unit, Application, application_id, lock=True)
    await demand(unit, application.id, "withdraw")
    if withdrawn_on < application.received_on:
        raise VALIDATION("Søknaden kan ikkje vere trekt før han kom inn.", pointer="#/withdrawn_on")
    application.withdrawn_on = withdrawn_on
    await unit.session.flush()
    await publish(unit, ApplicationWithdrawnEvent("application.withdrawn", application.id))
    return application


def with_status(statement: Select[Application], status: ApplicationStatus | Literal["waiting"]) -> Select[Application]:
    """Only applications that have come so far; `waiting` are those not decided and not withdrawn."""
    application = col(Application.id)
    decided = select(col(Decision.application_id)).where(col(Decision.application_id) == application)
    asked = select(col(Request.id)).where(col(Request.application_id) == application)
    if status in ("granted", "rejected"):
        kind = "grant" if status == "granted" else "reject"
        return statement.where(decided.where(col(Decision.kind) == kind).exists())
    if status == "withdrawn":
        return statement.where(col(Application.withdrawn_on).is_not(None))
    statement = statement.where(
        col(Application.withdrawn_on).is_(None), ~decided.where(col(Decision.kind).in_(("grant", "reject"))).exists()
    )
    if status == "waiting":
        return statement
    accepted = asked.where(col(Request.answer) == "accepted").exists()
    if status == "accepted":
        return statement.where(accepted)
    is_open = asked.where(col(Request.answer).is_(None)).exists()
    return statement.where(~accepted, is_open if status == "requested" else ~is_open)


async def send_request(unit: UnitOfWork, application_id: UUID, body: RequestIn) -> Request:
    """D4: ask one provider for a place; the application must be undecided and have no open request."""
    # The lock keeps a decision and a request from passing each other.
    application = await find(unit, Application, application_id, lock=True)
    if await demand(unit, application.id, "request") == "requested":
        raise REQUEST_ALREADY_OPEN()
    await find_reference(unit, Provider, body.provider_id, "#/provider_id")
    request = Request.model_validate({**body.model_dump(), "application_id": application.id})
    unit.session.add(request)
    await unit.session.flush()
    await publish(unit, RequestEvent("request.sent", request.id, request.provider_id))
    return request


async def answer(unit: UnitOfWork, actor: Actor, request_id: UUID, body: AnswerIn, today: date) -> Request:
    """P3: the provider accepts, or declines with a reason; once. 422 before the day the request was sent."""
    request = await find(unit, Request, request_id, lock=True)
    if body.answer == "accepted" and body.reason is not None:
        raise ANSWER_INCOMPLETE("Eit ja har inga grunngjeving for avslag.", pointer="#/reason")
    if body.answer == "declined" and body.reason is None:
        raise ANSWER_INCOMPLETE("Eit avslag må ha ei grunngjeving.", pointer="#/reason")
    if body.reason == "other" and body.text is None:
        raise ANSWER_INCOMPLETE("Grunngjevinga «other» må ha ein tekst.", pointer="#/text")
    if body.answered_on is not None and body.answered_on < request.sent_on:
        raise VALIDATION("Førespurnaden kan ikkje vere svara på før han vart send.", pointer="#/answered_on")
    if request.answer is not None:
        raise REQUEST_ALREADY_ANSWERED()
    await demand(unit, request.application_id, "accept" if body.answer == "accepted" else "decline")
    request.sqlmodel_update({**body.model_dump(), "answered_on": body.answered_on or today})
    await unit.session.flush()
    type_: Literal["request.accepted", "request.declined"] = (
        "request.accepted" if body.answer == "accepted" else "request.declined"
    )
    await publish(unit, RequestEvent(type_, request.id, request.provider_id))
    return request


async def shown_requests(unit: UnitOfWork, requests: Sequence[Request]) -> list[RequestOut]:
    """Requests as they go out, with what the provider must know of the application to answer."""
    ids = {request.application_id for request in requests}
    found = await unit.session.scalars(select(Application).where(col(Application.id).in_(ids)))
    applications = {application.id: application for application in found}
    record_access(unit, (application.participant_id for application in applications.values()))
    return [
        RequestOut.model_validate(
            request.model_dump() | applications[request.application_id].model_dump(include={"need", "medication_tasks"})
        )
        for request in requests
    ]
