"""Applications for a place (D4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.periods import require_not_before
from app.outbox.events import ApplicationWithdrawnEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.problems import APPLICATION_CLOSED
from app.placements.schemas import ApplicationIn, ApplicationOut
from app.placements.tables import Application, Decision, Request
from app.rules.process import ApplicationStatus, Step, determine_application_status, find_next_state


async def record_application(unit: UnitOfWork, body: ApplicationIn) -> Application:
    """D4: an application with the applicant's own wishes."""
    await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    application = Application.model_validate(body.model_dump())
    unit.session.add(application)
    await unit.session.flush()
    return application


async def withdraw_application(unit: UnitOfWork, application_id: UUID, withdrawn_on: date) -> Application:
    """The applicant withdraws what is not decided. Raises `APPLICATION_CLOSED`; 422 before the day of receipt."""
    application = await find(unit, Application, application_id, lock=True)
    await require_step(unit, application.id, "withdraw")
    require_not_before(withdrawn_on, "withdrawn_on", application.received_on, "søknaden kom inn")
    application.withdrawn_on = withdrawn_on
    await unit.session.flush()
    await publish(unit, ApplicationWithdrawnEvent("application.withdrawn", application.id))
    return application


async def require_step(queries: Queries, application_id: UUID, step: Step) -> ApplicationStatus:
    """The application's status, if the step is allowed on it or on a request of it (D4, D6).

    Raises `APPLICATION_CLOSED` if no more steps are. What else another status refuses is for the caller to raise.
    """
    status = (await load_statuses(queries, [application_id]))[application_id]
    if find_next_state(status, step) is None and find_next_state(status, "reject") is None:
        raise APPLICATION_CLOSED()
    return status


async def load_statuses(queries: Queries, ids: Sequence[UUID]) -> dict[UUID, ApplicationStatus]:
    """The status of each application, in three queries for all of them."""
    answers: defaultdict[UUID, list[str | None]] = defaultdict(list)
    requests = select(col(Request.application_id), col(Request.answer)).where(col(Request.application_id).in_(ids))
    for application_id, answer in await queries.fetch(requests):
        answers[application_id].append(answer)
    decisions = select(col(Decision.application_id), col(Decision.kind)).where(
        col(Decision.application_id).in_(ids), col(Decision.kind).in_(("grant", "reject"))
    )
    decided: dict[UUID, Literal["grant", "reject"]] = {
        row["application_id"]: row["kind"] for row in await queries.fetch(decisions)
    }
    withdrawals = select(col(Application.id)).where(
        col(Application.id).in_(ids), col(Application.withdrawn_on).is_not(None)
    )
    withdrawn = {row["id"] for row in await queries.fetch(withdrawals)}
    return {
        id_: determine_application_status(answers=answers[id_], decided=decided.get(id_), withdrawn=id_ in withdrawn)
        for id_ in ids
    }


def filter_by_status(
    statement: Select[Application], status: ApplicationStatus | Literal["waiting"]
) -> Select[Application]:
    """Only applications with this status; `waiting` are those not decided and not withdrawn."""
    application = col(Application.id)
    decided = select(col(Decision.application_id)).where(col(Decision.application_id) == application)
    requests = select(col(Request.id)).where(col(Request.application_id) == application)
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
    accepted = requests.where(col(Request.answer) == "accepted").exists()
    if status == "accepted":
        return statement.where(accepted)
    is_open = requests.where(col(Request.answer).is_(None)).exists()
    return statement.where(~accepted, is_open if status == "requested" else ~is_open)


async def to_response(queries: Queries, applications: Sequence[Application]) -> list[ApplicationOut]:
    """Applications with their status; records access to the applicants."""
    record_access(queries, (application.participant_id for application in applications))
    statuses = await load_statuses(queries, [application.id for application in applications])
    return [ApplicationOut(**application.model_dump(), status=statuses[application.id]) for application in applications]
