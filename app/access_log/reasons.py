"""A person with a protected address is opened by the case office with a stated reason, which the log keeps."""

from collections.abc import Collection, Sequence
from uuid import UUID

from fastapi import Request

from app.http.access_reasons import (
    REASON_REQUIRED,
    StatedReason,
    asks_for_reason,
    read_stated_reason,
    stated_reasons,
    takes_reason,
)
from app.http.endpoint import Operation
from app.security.roles import Actor


def asks_who_is_protected(request: Request, operation: Operation) -> bool:
    """Whether it matters to the request which of its people have a protected address."""
    actor: Actor = request.scope["state"]["actor"]
    return "case_officer" in actor.roles and asks_for_reason(operation.method, operation.route)


def require_reason(
    request: Request, operation: Operation, participant_ids: Sequence[UUID], protected: Collection[UUID]
) -> StatedReason | None:
    """The reason that a case officer states for what the request shows of these people; None for none.

    It is asked when the answer is made and before it goes out, of exactly the people whom it is about: an operation
    that is new below one of the four addresses asks by itself.

    Args:
        protected: those of the people who have a protected address, where `asks_who_is_protected`.

    Raises:
        Problem: `reason-required`, `validation`, `identity-number-in-text`.
    """
    actor: Actor = request.scope["state"]["actor"]
    if "case_officer" not in actor.roles or not takes_reason(operation.method, operation.route):
        return None
    stated = read_stated_reason(request)
    if stated is not None:
        return stated
    by_person = stated_reasons(request)
    unexplained = [id_ for id_ in participant_ids if id_ in protected and id_ not in by_person]
    if unexplained:
        raise REASON_REQUIRED(participant_id=str(unexplained[0]))
    return next((by_person[id_] for id_ in participant_ids if id_ in by_person), None)
