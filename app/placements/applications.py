"""Applications and the requests to providers that they lead to (D4, P3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.audit import saw
from app.auth import Actor
from app.events import publish
from app.http.rows import find, find_reference
from app.participants.models import Participant
from app.placements.models import AnswerIn, ApplicationIn, ApplicationOut, RequestIn, RequestOut
from app.placements.problems import (
    ANSWER_INCOMPLETE,
    APPLICATION_CLOSED,
    REQUEST_ALREADY_ANSWERED,
    REQUEST_ALREADY_OPEN,
)
from app.placements.tables import Application, Decision, Request
from app.providers.models import Provider
from app.rules.process import ApplicationStatus, application_status, obstacle_to_decision


async def receive(session: AsyncSession, body: ApplicationIn) -> Application:
    """D4: an application is received; the wishes are the applicant's own."""
    await find_reference(session, Participant, body.participant_id, "#/participant_id")
    application = Application.model_validate(body.model_dump())
    session.add(application)
    await session.flush()
    return application


async def statuses(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, ApplicationStatus]:
    """How far each application has come, in one query per kind of fact."""
    answers: dict[UUID, list[str | None]] = defaultdict(list)
    asked = select(col(Request.application_id), col(Request.answer)).where(col(Request.application_id).in_(ids))
    for application_id, answer in await session.execute(asked):
        answers[application_id].append(answer)
    decided: dict[UUID | None, Literal["grant", "reject"]] = {}
    kinds = select(col(Decision.application_id), col(Decision.kind)).where(
        col(Decision.application_id).in_(ids), col(Decision.kind).in_(("grant", "reject"))
    )
    for decided_id, kind in await session.execute(kinds):
        decided[decided_id] = "grant" if kind == "grant" else "reject"
    withdrawn = set(
        await session.scalars(
            select(col(Application.id)).where(col(Application.id).in_(ids), col(Application.withdrawn_on).is_not(None))
        )
    )
    return {
        id_: application_status(answers=answers[id_], decided=decided.get(id_), withdrawn=id_ in withdrawn)
        for id_ in ids
    }


async def shown(session: AsyncSession, applications: Sequence[Application]) -> list[ApplicationOut]:
    """Applications as they go out."""
    saw(session, (application.participant_id for application in applications))
    status = await statuses(session, [application.id for application in applications])
    return [
        ApplicationOut(
            **application.model_dump(exclude={"withdrawn_on"}),
            status=status[application.id],
        )
        for application in applications
    ]


async def send_request(session: AsyncSession, application_id: UUID, body: RequestIn) -> Request:
    """D4: ask one provider for a place; the application must be undecided and have no open request."""
    # The lock keeps a decision and a request from passing each other.
    application = await find(session, Application, application_id, lock=True)
    status = (await statuses(session, [application.id]))[application.id]
    if obstacle_to_decision(status) is not None:
        raise APPLICATION_CLOSED()
    if status == "requested":
        raise REQUEST_ALREADY_OPEN()
    await find_reference(session, Provider, body.provider_id, "#/provider_id")
    request = Request.model_validate({**body.model_dump(), "application_id": application.id})
    session.add(request)
    await session.flush()
    await publish(
        session,
        "request.sent",
        f"/v1/requests/{request.id}",
        {"request_id": str(request.id), "provider_id": str(request.provider_id)},
    )
    return request


async def answer(session: AsyncSession, actor: Actor, request_id: UUID, body: AnswerIn, today: date) -> Request:
    """P3: the provider accepts, or declines with a reason; once."""
    request = await find(session, Request, request_id, lock=True)
    if body.answer == "accepted" and body.reason is not None:
        raise ANSWER_INCOMPLETE("Eit ja har inga grunngjeving for avslag.", pointer="#/reason")
    if body.answer == "declined" and body.reason is None:
        raise ANSWER_INCOMPLETE("Eit avslag må ha ei grunngjeving.", pointer="#/reason")
    if body.reason == "other" and body.text is None:
        raise ANSWER_INCOMPLETE("Grunngjevinga «other» må ha ein tekst.", pointer="#/text")
    if request.answer is not None:
        raise REQUEST_ALREADY_ANSWERED()
    request.sqlmodel_update({**body.model_dump(), "answered_on": body.answered_on or today})
    await session.flush()
    await publish(
        session,
        f"request.{body.answer}",
        f"/v1/requests/{request.id}",
        {"request_id": str(request.id), "provider_id": str(request.provider_id)},
    )
    return request


async def shown_requests(session: AsyncSession, requests: Sequence[Request]) -> list[RequestOut]:
    """Requests as they go out, with what the provider must know of the application to answer."""
    ids = {request.application_id for request in requests}
    found = await session.scalars(select(Application).where(col(Application.id).in_(ids)))
    applications = {application.id: application for application in found}
    saw(session, (application.participant_id for application in applications.values()))
    return [
        RequestOut.model_validate(
            request.model_dump() | applications[request.application_id].model_dump(include={"need", "medication_tasks"})
        )
        for request in requests
    ]
