"""A person with a protected address is opened by the case office with a stated reason, which the log keeps."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request
from sqlalchemy import ARRAY, Uuid, bindparam, text

from app.database.queries import CompiledQuery
from app.database.reader import Reader
from app.database.unit_of_work import UnitOfWork
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

_PROTECTED = CompiledQuery(
    text("select id from participant where id = any(:ids) and address_protection limit 1").bindparams(
        bindparam("ids", type_=ARRAY(Uuid()))
    )
)


async def require_reason(
    request: Request, door: Reader | UnitOfWork, operation: Operation, participant_ids: Sequence[UUID]
) -> StatedReason | None:
    """The reason that a case officer states for what the request shows of these people; None for none.

    It is asked when the answer is made and before it goes out, of exactly the people whom it is about: an operation
    that is new below one of the four addresses asks by itself.

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
    unexplained = [id_ for id_ in participant_ids if id_ not in by_person]
    if unexplained and asks_for_reason(operation.method, operation.route):
        protected = await door.fetch_value(_PROTECTED, ids=unexplained)
        if protected is not None:
            raise REASON_REQUIRED(participant_id=str(protected))
    return next((by_person[id_] for id_ in participant_ids if id_ in by_person), None)
