"""Applications for a place (D4)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.queries import CompiledQuery, Queries, any_of
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.periods import require_not_before
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.outbox.events import ApplicationEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.problems import APPLICATION_CLOSED
from app.placements.schemas import ApplicationIn, ApplicationOut, ServiceView
from app.placements.tables import Application, Decision, Placement, Request
from app.rules.process import ApplicationStatus, Step, find_next_state
from app.rules.requests import RequestFacts, determine_application_status, is_standing

_FACTS = select(
    col(Request.application_id),
    col(Request.id),
    col(Request.sent_number),
    col(Request.answer),
    col(Request.answer_number),
    col(Request.recalled_on).is_not(None),
    col(Request.retracted_on).is_not(None),
)
_FACTS_OF_MANY = CompiledQuery(_FACTS.where(col(Request.application_id) == any_of("ids")))
_LOCKED_FACTS = CompiledQuery(
    _FACTS.where(col(Request.application_id) == bindparam("application_id")).order_by(col(Request.id)).with_for_update()
)
_DECIDED = CompiledQuery(
    select(col(Decision.application_id), col(Decision.kind)).where(
        col(Decision.application_id) == any_of("ids"), col(Decision.kind).in_(("grant", "reject"))
    )
)
_CLOSED = CompiledQuery(
    select(
        col(Application.id), col(Application.withdrawn_on).is_not(None), col(Application.annulled_at).is_not(None)
    ).where(col(Application.id) == any_of("ids"))
)


async def record_application(unit: UnitOfWork, body: ApplicationIn) -> Application:
    """D4: an application with the applicant's own wishes."""
    await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    application = Application.model_validate(
        body.model_dump(exclude={"service_view"}) | {"service_view": _store_view(body.service_view)}
    )
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
    await publish(unit, ApplicationEvent("application.withdrawn", application.id))
    return application


async def record_service_view(unit: UnitOfWork, application: Application, body: ServiceView) -> Application:
    """D4: the view of the service on an application that the caller has locked; it replaces an earlier one until the
    decision. Raises `APPLICATION_CLOSED`.
    """
    await require_step(unit, application.id, "request")
    application.service_view = _store_view(body)
    await unit.session.flush()
    return application


async def annul_application(unit: UnitOfWork, application_id: UUID, body: AnnulmentIn) -> Application:
    """D10: an application that was recorded by mistake, and its requests with it.

    Raises `ANNULLED` the second time, `APPLICATION_CLOSED` where it is decided and the grant not annulled (D8).
    """
    application = await find(unit, Application, application_id, lock=True)
    if application.annulled_at is not None:
        raise ANNULLED()
    status = (await load_statuses(unit, [application.id]))[application.id]
    if find_next_state(status, "annul") is None:
        raise APPLICATION_CLOSED("Søknaden er avslått, og eit avslag kan ikkje opphevast saman med søknaden.")
    granted = (
        select(col(Decision.id))
        .join(Placement, col(Placement.id) == col(Decision.placement_id))
        .where(
            col(Decision.application_id) == application.id,
            col(Decision.kind) == "grant",
            col(Placement.annulled_on).is_(None),
        )
    )
    if await unit.fetch_value(granted) is not None:
        raise APPLICATION_CLOSED("Søknaden har ført til ein plass. Opphev tildelinga («annul») først.")
    now = clock.now()
    application.annulled_at, application.annulled_reason = now, body.reason
    await unit.session.execute(
        update(Request).where(col(Request.application_id) == application.id).values(annulled_at=now)
    )
    await unit.session.flush()
    await publish(unit, ApplicationEvent("application.annulled", application.id))
    return application


async def require_step(queries: Queries, application_id: UUID, step: Step) -> ApplicationStatus:
    """The application's status, if the step is allowed on it or on a request of it (D4, D6).

    Raises `APPLICATION_CLOSED` if no more steps are. What else another status refuses is for the caller to raise.
    """
    status = (await load_statuses(queries, [application_id]))[application_id]
    if find_next_state(status, step) is None and find_next_state(status, "reject") is None:
        raise APPLICATION_CLOSED()
    return status


async def load_request_facts(queries: Queries, ids: Iterable[UUID]) -> dict[UUID, dict[UUID, RequestFacts]]:
    """The requests of each application that the caller may see, by their ids."""
    found: defaultdict[UUID, dict[UUID, RequestFacts]] = defaultdict(dict)
    for application_id, id_, *facts in await queries.fetch(_FACTS_OF_MANY, ids=[*ids]):
        found[application_id][id_] = RequestFacts(*facts)
    return found


async def lock_standing_requests(unit: UnitOfWork, application_id: UUID) -> set[UUID]:
    """D4: the requests of an application on which a grant may rest, locked against answers and retractions."""
    rows = await unit.fetch(_LOCKED_FACTS, application_id=application_id)
    requests = {id_: RequestFacts(*facts) for _, id_, *facts in rows}
    return {id_ for id_, request in requests.items() if is_standing(request, [*requests.values()])}


def select_standing() -> ColumnElement[bool]:
    """D4: that a request stands, as `app.rules.requests.is_standing` has it."""
    other = aliased(Request)
    newer = select(col(other.id)).where(
        col(other.application_id) == col(Request.application_id),
        col(other.answer).is_not(None),
        col(other.sent_number) > col(Request.answer_number),
    )
    return and_(col(Request.answer) == "accepted", col(Request.retracted_on).is_(None), ~newer.exists())


async def load_statuses(queries: Queries, ids: Collection[UUID]) -> dict[UUID, ApplicationStatus]:
    """The status of each application, in three queries for all of them."""
    requests = await load_request_facts(queries, ids)
    decided: dict[UUID, Literal["grant", "reject"]] = {
        row["application_id"]: row["kind"] for row in await queries.fetch(_DECIDED, ids=[*ids])
    }
    found = {id_: state for id_, *state in await queries.fetch(_CLOSED, ids=[*ids])}
    return {
        id_: determine_application_status(
            [*requests.get(id_, {}).values()],
            decided=decided.get(id_),
            withdrawn=withdrawn,
            annulled=annulled,
        )
        for id_, (withdrawn, annulled) in found.items()
    }


def filter_by_status(
    statement: Select[Application], status: ApplicationStatus | Literal["waiting"]
) -> Select[Application]:
    """Only applications with this status; `waiting` are those not decided, withdrawn or annulled."""
    if status == "annulled":
        return statement.where(col(Application.annulled_at).is_not(None))
    statement = statement.where(col(Application.annulled_at).is_(None))
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
    accepted = requests.where(select_standing()).exists()
    if status == "accepted":
        return statement.where(accepted)
    is_open = requests.where(col(Request.answer).is_(None), col(Request.recalled_on).is_(None)).exists()
    return statement.where(~accepted, is_open if status == "requested" else ~is_open)


async def fetch_applications(queries: Queries, statement: Select[Application]) -> list[Application]:
    """The applications of a query that the caller may see."""
    if "case_officer" in queries.caller.roles:
        return await queries.select(statement)
    visible = [row["id"] for row in await queries.fetch(select(col(Application.id)))]
    async with _reading_every_step(queries):
        return await queries.select(statement.where(col(Application.id).in_(visible)))


_WAITING_OF_SAME = CompiledQuery(
    filter_by_status(select(Application), "waiting")
    .where(col(Application.participant_id) == any_of("participant_ids"))
    .order_by(col(Application.id))
    .with_only_columns(col(Application.participant_id), col(Application.id))
)


async def to_response(queries: Queries, applications: Sequence[Application]) -> list[ApplicationOut]:
    """Applications with their status and the applicants' other open ones; records access to the applicants."""
    if not applications:
        return []
    participant_ids = {application.participant_id for application in applications}
    record_access(queries, participant_ids)
    open_ids: defaultdict[UUID, list[UUID]] = defaultdict(list)
    async with _reading_every_step(queries):
        statuses = await load_statuses(queries, [application.id for application in applications])
        for participant_id, id_ in await queries.fetch(_WAITING_OF_SAME, participant_ids=[*participant_ids]):
            open_ids[participant_id].append(id_)
    return [
        ApplicationOut(
            **application.model_dump(),
            status=statuses[application.id],
            open_applications=[id_ for id_ in open_ids[application.participant_id] if id_ != application.id],
        )
        for application in applications
    ]


def _reading_every_step(queries: Queries) -> AbstractAsyncContextManager[None]:
    """A service reads no requests and decisions, and sees of its own applications what they come to (M7)."""
    return nullcontext() if "case_officer" in queries.caller.roles else queries.acting_as("case_officer")


def _store_view(view: ServiceView | None) -> dict[str, Any] | None:
    return None if view is None else view.model_dump(mode="json")
