"""D4: applications that wait for a request, an answer or a decision."""

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.rules.follow_up_duties import TaskKind
from app.rules.requests import RequestFacts, is_standing

# Applications that are neither withdrawn nor decided by the day, with what was asked and answered by then.
_APPLICATIONS = CompiledQuery(
    text(
        """
        select application.id, application.participant_id, application.received_on,
            coalesce(cast(application.service_view ->> 'given_on' as date) <= :on, false) as has_service_view,
            request.id as request_id, request.provider_id,
            case when request.answered_on <= :on then request.answer end as answer,
            coalesce(request.recalled_on <= :on, false) as recalled,
            coalesce(request.retracted_on <= :on, false) as retracted,
            request.sent_number, request.answer_number,
            greatest(
                case when request.answered_on <= :on then request.answered_on end,
                case when request.recalled_on <= :on then request.recalled_on end,
                case when request.retracted_on <= :on then request.retracted_on end
            ) as last_step
        from application
        left join request on request.application_id = application.id and request.sent_on <= :on
        where application.received_on <= :on and coalesce(application.withdrawn_on > :on, true)
            and application.annulled_at is null
            and not exists (select from decision where decision.application_id = application.id
                and decision.kind in ('grant', 'reject') and decision.decided_on <= :on)
        order by application.id, request.id
        """
    )
)
_UNANSWERED = CompiledQuery(
    text(
        """
        select request.id, request.provider_id, request.sent_on, application.participant_id
        from request join application on application.id = request.application_id
        where request.sent_on <= :on and coalesce(request.answered_on > :on, true)
            and coalesce(request.recalled_on > :on, true)
            and coalesce(application.withdrawn_on > :on, true)
            and application.annulled_at is null
            and not exists (select from decision where decision.application_id = application.id
                and decision.kind in ('grant', 'reject') and decision.decided_on <= :on)
        """
    )
)


class _Waiting(NamedTuple):
    """An application without an open request, and the day of its last step."""

    id: UUID
    participant_id: UUID
    since: date
    accepted_by: UUID | None
    has_service_view: bool


async def list_requests_to_send(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """D4: applications that no provider is asked about, and no provider's acceptance of which stands.

    **Decided here**: due on the day of the application, or of the last decline, recall or retraction.
    """
    return [
        _build_task("request_to_send", waiting, query)
        for waiting in await _load_waiting(queries, query.on)
        if waiting.accepted_by is None
    ]


async def list_decisions_to_make(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """D4: applications that a provider has accepted, whose acceptance stands, and that nobody has decided.

    **Decided here**: due on the day of the answer.
    """
    return [
        _build_task("decision_to_make", waiting, query)
        for waiting in await _load_waiting(queries, query.on)
        if waiting.accepted_by is not None
    ]


async def list_unanswered_requests(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """D4: requests without an answer; due 14 days after they were sent (a parameter)."""
    days = timedelta(days=rules.find_parameters(query.on).request_answer_days)
    return [
        Task.single(
            "request_unanswered",
            row["sent_on"] + days,
            row["id"],
            TaskSubject(
                provider_id=row["provider_id"],
                participant_id=row["participant_id"],
                link=f"/v1/requests/{row['id']}",
            ),
            on=query.on,
        )
        for row in await queries.fetch(_UNANSWERED, on=query.on)
    ]


async def _load_waiting(queries: Queries, on: date) -> list[_Waiting]:
    found = []
    for id_, rows in groupby(await queries.fetch(_APPLICATIONS, on=on), key=lambda row: row["id"]):
        first, *others = rows
        requests = {
            RequestFacts(
                row["sent_number"], row["answer"], row["answer_number"], row["recalled"], row["retracted"]
            ): row
            for row in (first, *others)
            if row["request_id"] is not None
        }
        if any(request.is_open for request in requests):
            continue
        standing = [row for request, row in requests.items() if is_standing(request, [*requests])]
        accepted_by = standing[-1]["provider_id"] if standing else None
        since = max((row["last_step"] for row in standing or requests.values()), default=first["received_on"])
        found.append(_Waiting(id_, first["participant_id"], since, accepted_by, first["has_service_view"]))
    return found


def _build_task(kind: TaskKind, waiting: _Waiting, query: TaskQuery) -> Task:
    subject = TaskSubject(
        provider_id=waiting.accepted_by,
        participant_id=waiting.participant_id,
        link=f"/v1/applications/{waiting.id}",
        missing=() if waiting.has_service_view else ("service_view",),
    )
    return Task.single(kind, waiting.since, waiting.id, subject, on=query.on)
