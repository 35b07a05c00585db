"""Requests to providers for a place, their answers, recall and retraction (D4, P3, P6)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.queries import CompiledQuery, Queries, any_of
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.periods import require_not_before
from app.outbox.events import RequestEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements import problems
from app.placements.applications import filter_by_status, load_request_facts, load_statuses, require_step
from app.placements.schemas import RequestAnswerIn, RequestIn, RequestOut, RequestRecallIn, RequestRetractionIn
from app.placements.tables import Application, Decision, Placement, Request
from app.providers.tables import Provider
from app.rates import rates
from app.rules.requests import determine_age_band, is_applicant_visible

# D11: the places in which the calling provider still sees the person.
_FOLLOWED = CompiledQuery(text("select placement_id from followed_placements()"))
_GRANTED = CompiledQuery(
    select(col(Decision.request_id), col(Decision.placement_id))
    .join(Placement, col(Placement.id) == col(Decision.placement_id))
    .where(col(Decision.application_id) == any_of("ids"), col(Placement.annulled_on).is_(None))
)


async def send_request(unit: UnitOfWork, application_id: UUID, body: RequestIn) -> Request:
    """D4: ask one provider for a place. Raises `APPLICATION_CLOSED` or `REQUEST_ALREADY_OPEN`."""
    # The lock orders a decision and a request at the same time, and two requests.
    application = await find(unit, Application, application_id, lock=True)
    await require_step(unit, application.id, "request")
    requests = (await load_request_facts(unit, [application.id]))[application.id]
    if sum(request.is_open for request in requests.values()) >= await rates.load_open_requests(unit, body.sent_on):
        raise problems.REQUEST_ALREADY_OPEN()
    await find_reference(unit, Provider, body.provider_id, "#/provider_id")
    require_not_before(body.sent_on, "sent_on", application.received_on, "søknaden kom inn")
    require_not_before(body.starts_from, "starts_from", application.received_on, "søknaden kom inn")
    request = Request.model_validate({**body.model_dump(), "application_id": application.id})
    unit.session.add(request)
    await unit.session.flush()
    await publish(unit, RequestEvent("request.sent", request.id, request.provider_id, application.participant_id))
    return request


async def answer_request(unit: UnitOfWork, request_id: UUID, body: RequestAnswerIn, today: date) -> Request:
    """P3: the provider accepts, or declines with a reason; once. 422 before the day the request was sent.

    P6: who accepts has premises that suit the person. Raises `ANSWER_INCOMPLETE`, `REQUEST_RECALLED`,
    `REQUEST_ALREADY_ANSWERED` or `APPLICATION_CLOSED`.
    """
    request = await find(unit, Request, request_id, lock=True)
    if body.answer == "accepted" and body.reason is not None:
        raise problems.ANSWER_INCOMPLETE("Eit ja har inga grunngjeving for avslag.", pointer="#/reason")
    if body.answer == "accepted" and body.premises_suitable is False:
        raise problems.ANSWER_INCOMPLETE(
            "Eit ja stadfestar at lokala høver for personen. Høver dei ikkje, er svaret nei.",
            pointer="#/premises_suitable",
        )
    if body.answer == "declined" and body.reason is None:
        raise problems.ANSWER_INCOMPLETE("Eit avslag må ha ei grunngjeving.", pointer="#/reason")
    if body.reason == "other" and body.text is None:
        raise problems.ANSWER_INCOMPLETE("Grunngjevinga «other» må ha ein tekst.", pointer="#/text")
    require_not_before(body.answered_on, "answered_on", request.sent_on, "førespurnaden vart send")
    _require_unanswered(request)
    await require_step(unit, request.application_id, "accept" if body.answer == "accepted" else "decline")
    number = await unit.fetch_value(select(func.nextval("act_number")))
    request.sqlmodel_update({**body.model_dump(), "answered_on": body.answered_on or today, "answer_number": number})
    await unit.session.flush()
    await _publish(unit, "request.accepted" if body.answer == "accepted" else "request.declined", request)
    return request


async def recall_request(unit: UnitOfWork, request_id: UUID, body: RequestRecallIn, today: date) -> Request:
    """D4: the case office recalls a request while it is unanswered; the provider sees that it has.

    Raises `REQUEST_ALREADY_ANSWERED`, `REQUEST_RECALLED` or `APPLICATION_CLOSED`.
    """
    request = await find(unit, Request, request_id, lock=True)
    _require_unanswered(request)
    await require_step(unit, request.application_id, "recall")
    request.recalled_on = today
    request.recall_reason = body.reason
    await unit.session.flush()
    await _publish(unit, "request.recalled", request)
    return request


async def retract_acceptance(unit: UnitOfWork, request_id: UUID, body: RequestRetractionIn, today: date) -> Request:
    """D4: the provider takes its acceptance back, until the decision. No grant rests on it from then on.

    Raises `REQUEST_NOT_ACCEPTED`, `REQUEST_RETRACTED` or `APPLICATION_CLOSED`.
    """
    request = await find(unit, Request, request_id, lock=True)
    if request.answer != "accepted":
        raise problems.REQUEST_NOT_ACCEPTED("Berre eit ja kan takast tilbake.")
    if request.retracted_on is not None:
        raise problems.REQUEST_RETRACTED()
    await require_step(unit, request.application_id, "retract")
    request.retracted_on = today
    request.retraction_reason = body.reason
    await unit.session.flush()
    await _publish(unit, "request.retracted", request)
    return request


async def _publish(
    unit: UnitOfWork,
    type_: Literal["request.accepted", "request.declined", "request.recalled", "request.retracted"],
    request: Request,
) -> None:
    participant_id = await unit.fetch_value(
        select(col(Application.participant_id)).where(col(Application.id) == request.application_id)
    )
    await publish(unit, RequestEvent(type_, request.id, request.provider_id, participant_id))


def filter_by_answer(statement: Select[Request], answer: Literal["accepted", "declined", "none"]) -> Select[Request]:
    """Only requests with this answer, not taken back or annulled; `none` are those whose answer is waited for."""
    if answer != "none":
        return statement.where(
            col(Request.answer) == answer, col(Request.retracted_on).is_(None), col(Request.annulled_at).is_(None)
        )
    open_applications = filter_by_status(select(Application), "waiting").with_only_columns(col(Application.id))
    return statement.where(
        col(Request.answer).is_(None),
        col(Request.recalled_on).is_(None),
        col(Request.application_id).in_(open_applications),
    )


async def to_response(queries: Queries, requests: Sequence[Request]) -> list[RequestOut]:
    """Requests with what the provider must know of the application; records access to the applicants."""
    ids = {request.application_id for request in requests}
    found = await queries.select(select(Application).where(col(Application.id).in_(ids)))
    applications = {application.id: application for application in found}
    record_access(queries, (application.participant_id for application in found))
    granted = await _find_granted(queries, ids)
    shown = await _find_shown(queries, requests, granted)
    birth_dates = await _load_birth_dates(queries, {application.participant_id for application in found})
    today = clock.today()
    out = []
    for request in requests:
        application = applications[request.application_id]
        is_shown = request.id in shown
        of_application = {
            "need": application.need,
            "medication_tasks": application.medication_tasks,
            "granted": request.id in granted,
            "wishes": application.wishes if is_shown else None,
            "age_band": determine_age_band(birth_dates[application.participant_id], today) if is_shown else None,
        }
        out.append(
            RequestOut.model_validate(
                request.model_dump(exclude={"sent_number", "answer_number", "annulled_at"}) | of_application
            )
        )
    return out


def _require_unanswered(request: Request) -> None:
    if request.recalled_on is not None:
        raise problems.REQUEST_RECALLED()
    if request.answer is not None:
        raise problems.REQUEST_ALREADY_ANSWERED()


async def _find_granted(queries: Queries, application_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The requests on which a place rests that is not annulled, and the place."""
    # Read with the case office's rights: an application is not the provider's to read.
    async with queries.acting_as("case_officer"):
        rows = await queries.fetch(_GRANTED, ids=[*application_ids])
    return {row["request_id"]: row["placement_id"] for row in rows}


async def _find_shown(queries: Queries, requests: Sequence[Request], granted: Mapping[UUID, UUID]) -> set[UUID]:
    """The requests whose caller is shown the applicant's wishes and age: all to the case office."""
    if "case_officer" in queries.caller.roles:
        return {request.id for request in requests}
    ids = {request.application_id for request in requests}
    followed = {row["placement_id"] for row in await queries.fetch(_FOLLOWED)}
    # What other providers were asked and have answered counts too, and a provider may not read it.
    async with queries.acting_as("case_officer"):
        statuses = await load_statuses(queries, ids)
        facts = await load_request_facts(queries, ids)
    return {
        request.id
        for request in requests
        if is_applicant_visible(
            facts[request.application_id][request.id],
            [*facts[request.application_id].values()],
            statuses[request.application_id],
            granted=granted.get(request.id) in followed,
        )
    }


async def _load_birth_dates(queries: Queries, participant_ids: set[UUID]) -> dict[UUID, date]:
    """Read with the case office's rights: a provider learns ten years, of a person it cannot read."""
    async with queries.acting_as("case_officer"):
        rows = await queries.fetch(
            select(col(Participant.id), col(Participant.birth_date)).where(col(Participant.id).in_(participant_ids))
        )
    return {row["id"]: row["birth_date"] for row in rows}
