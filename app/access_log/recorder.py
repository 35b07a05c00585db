"""Who saw or changed whose data: one row per request, in the act's own transaction.

An endpoint says whose data it shows or changes with `record_access`; the row is inserted right before the commit. If
that fails, so does the request: no log row, no data. A denied request (403, 404) of a caller we know is logged too, in
a transaction of its own, under the id that was asked for.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from sqlalchemy import ARRAY, Uuid, bindparam, text
from starlette.requests import Request

from app.access_log.reasons import asks_who_is_protected, require_reason
from app.access_log.restrictions import (
    find_restricted_and_protected,
    find_restricted_by_records,
    is_of_one,
    is_refused_after_erasure,
    is_stopped,
    list_hidden_ids,
)
from app.access_log.seals import Sealer
from app.access_log.tables import LINE_BITS
from app.clock import new_id
from app.database.connections import Database
from app.database.queries import CompiledQuery, Queries
from app.database.reader import Reader
from app.database.unit_of_work import UnitOfWork
from app.http.access_reasons import StatedReason
from app.http.endpoint import Operation
from app.http.problems import PARTICIPANT_ERASED, RESTRICTED, Problem
from app.security.roles import Actor


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a role accesses a person's data at all, and by which law."""

    code: str
    legal_basis: str


# Role -> purpose. A caller with several roles acts in the first of them that the operation asks for. The privacy
# protocol (GDPR art. 30) repeats this table; a new role needs a line in both.
PURPOSES: Mapping[str, Purpose] = {
    "case_officer": Purpose("case_handling", "Helse- og omsorgstenestelova § 3-3, forvaltningslova"),
    "service": Purpose("follow_up", "Helse- og omsorgstenestelova § 3-3"),
    "provider": Purpose("provision", "Helse- og omsorgstenestelova §§ 3-1 og 3-3 (avtale med kommunen)"),
    "epj": Purpose("record_keeping", "Helsepersonellova § 39, pasientjournallova § 8"),
    "finance": Purpose("accounting", "Kommunelova kapittel 14"),
    "grants_officer": Purpose(
        "grant_handling", "Personvernforordninga art. 6 nr. 1 e og art. 9 nr. 2 g, forvaltningslova"
    ),
    "manager": Purpose("management", "Kommunelova § 25-1 (internkontroll)"),
    "auditor": Purpose("oversight", "Personvernforordninga art. 24 og 32, pasientjournallova § 22"),
}
MOST_DENIED = 100
"""How many of the ids that a request asked for in vain are logged."""
_UNKNOWN = Purpose("unknown", "")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


# The row, unless one of `stopped_ids` is restricted or one of `written_ids` erased; answers those who are. One
# statement, for a question of its own would cost every request one round trip more.
_INSERT = CompiledQuery(
    text(
        """
        with asked as (
            select case when cardinality(:stopped_ids) = 0 then '{}' else find_restricted(:stopped_ids) end
                as restricted,
                case when cardinality(:written_ids) = 0 then '{}'
                    else array(select participant_id from find_erased(:written_ids)) end as erased
        ),
        inserted as (
            insert into access_log (id, actor, organisation, supplier, action, method, route, purpose, outcome,
                request_id, participant_ids, denied_ids, more_denied, reason, reference)
            select :id, :actor, :organisation, :supplier, :action, :method, :route, :purpose, :outcome,
                :request_id, :participant_ids, :denied_ids, :more_denied, :reason, :reference
            from asked where restricted = '{}' and erased = '{}'
        )
        select restricted, erased from asked
        """
    ).bindparams(bindparam("stopped_ids", type_=ARRAY(Uuid())), bindparam("written_ids", type_=ARRAY(Uuid())))
)


def record_access(queries: Queries, participant_ids: Iterable[UUID]) -> None:
    """Say whose data this request shows or changes. Costs no query: the row is inserted right before the commit."""
    queries.access.participants.update(participant_ids)


def record_denied(queries: Queries, object_ids: Iterable[UUID]) -> None:
    """Say which ids a request asked for in vain though it goes on: an item of a batch that names another's place.

    The first hundred of a request are logged, and the number of the others: nobody can delete what they are told.
    """
    queries.access.denied.update(dict.fromkeys(object_ids))


class AccessRecorder:
    """Inserts the row at the end of each request (see `app.http.endpoint.Route`).

    Attributes:
        sealer: seals the log now and then while the service runs.
    """

    def __init__(self) -> None:
        self.sealer: Sealer | None = None

    async def record(self, request: Request, door: Reader | UnitOfWork, operation: Operation) -> Collection[str]:
        """Insert the row of a request that is allowed, in the act's transaction; none where nobody was accessed.

        Answers the ids by which a list may name people whose processing is restricted: it is to leave them out.

        Raises:
            Problem: `reason-required`, `restricted`, `participant-erased`.
        """
        participant_ids = list(door.access.participants)
        actor: Actor = request.scope["state"]["actor"]
        stops, protected = is_stopped(operation, find_purpose(actor, operation).code), set[UUID]()
        restricted = set[UUID]()
        if asks_who_is_protected(request, operation):
            restricted, protected = await find_restricted_and_protected(door, participant_ids)
            restricted = restricted if stops else set()
            stops = False
        if not restricted:
            restricted = await self._insert_allowed(request, door, operation, participant_ids, protected, stops=stops)
        if not restricted:
            return ()
        if isinstance(door, UnitOfWork) or is_of_one(operation):
            raise RESTRICTED(participant_id=str(min(restricted)))
        hidden = await list_hidden_ids(door, restricted)
        others = [id_ for id_ in participant_ids if id_ not in restricted]
        await self._insert_allowed(request, door, operation, others, protected, stops=False)
        return hidden

    async def _insert_allowed(
        self,
        request: Request,
        door: Reader | UnitOfWork,
        operation: Operation,
        participant_ids: Sequence[UUID],
        protected: Collection[UUID],
        *,
        stops: bool,
    ) -> set[UUID]:
        """Insert the row, if it is about anybody; where it `stops`, not if one of them is restricted: answers those."""
        denied_ids = list(door.access.denied)
        if not participant_ids and not denied_ids:
            return set()
        reason = require_reason(request, operation, participant_ids, protected)
        actor: Actor = request.scope["state"]["actor"]
        writes = isinstance(door, UnitOfWork) and is_refused_after_erasure(
            operation, find_purpose(actor, operation).code
        )
        restricted = await _insert(
            request,
            door,
            operation,
            "allowed",
            [None] if operation.acts_on_many else participant_ids,
            denied_ids,
            reason=None if operation.acts_on_many else reason,
            stopped_ids=participant_ids if stops else (),
            written_ids=participant_ids if writes else (),
        )
        if not restricted and self.sealer is not None:
            self.sealer.seal_if_due()
        return restricted

    async def find_restriction(self, request: Request, database: Database, operation: Operation) -> Problem | None:
        """`restricted`, where a request refused by a rule names somebody who is: the refusal tells of the data (G1)."""
        actor: Actor = request.scope["state"]["actor"]
        if not is_stopped(operation, find_purpose(actor, operation).code):
            return None
        named = _find_ids({**await _body_fields(request), **request.path_params})
        async with database.reader(actor.identity) as door:
            restricted = await find_restricted_by_records(door, named)
        return RESTRICTED(participant_id=str(min(restricted))) if restricted else None

    async def record_denial(self, request: Request, database: Database, operation: Operation) -> None:
        """Insert the row of a denied request, in a transaction of its own: the act's was rolled back."""
        actor: Actor = request.scope["state"]["actor"]
        asked = await _requested_ids(request, operation)
        participant_ids = [id_ for name, id_ in asked if name == "participant_id" and id_ is not None]
        denied_ids = [id_ for name, id_ in asked if name != "participant_id" or id_ is None]
        if asked:
            async with database.reader(actor.identity) as door:
                await _insert(request, door, operation, "denied", participant_ids, denied_ids)


async def _insert(
    request: Request,
    door: Reader | UnitOfWork,
    operation: Operation,
    outcome: str,
    participant_ids: Sequence[UUID | None],
    denied_ids: Sequence[UUID | None],
    *,
    reason: StatedReason | None = None,
    stopped_ids: Collection[UUID] = (),
    written_ids: Collection[UUID] = (),
) -> set[UUID]:
    state = request.scope["state"]
    actor: Actor = state["actor"]
    found = await door.fetch_one(
        _INSERT,
        id=UUID(int=new_id().int >> LINE_BITS << LINE_BITS),
        actor=actor.name,
        organisation=actor.organisation,
        supplier=actor.supplier,
        action=operation.name,
        method=operation.method,
        route=operation.route,
        purpose=find_purpose(actor, operation).code,
        outcome=outcome,
        request_id=state["request_id"],
        participant_ids=participant_ids,
        denied_ids=denied_ids[:MOST_DENIED],
        more_denied=max(len(denied_ids) - MOST_DENIED, 0),
        reason=reason and reason.reason,
        reference=reason and reason.reference,
        stopped_ids=list(stopped_ids),
        written_ids=list(written_ids),
    )
    assert found is not None
    if found["erased"] and not found["restricted"]:
        raise PARTICIPANT_ERASED(participant_id=str(min(found["erased"])))
    return set(found["restricted"])


def find_purpose(actor: Actor, operation: Operation) -> Purpose:
    """Why this caller accesses data, by the role in which it may."""
    return next((PURPOSES[role] for role in PURPOSES if role in actor.roles & operation.roles), _UNKNOWN)


async def _requested_ids(request: Request, operation: Operation) -> list[tuple[str, UUID | None]]:
    """The ids by which a request asks for somebody: in the path, the query and the body's own fields.

    A provider's id names nobody. Where a person is looked up by something else, nothing is known but that it was.
    """
    values = {**await _body_fields(request), **request.query_params, **request.path_params}
    names = sorted(name for name in values if name.endswith("_id") and name != "provider_id")
    if not names:
        return [("participant_id", None)] if operation.route.startswith("/v1/participants") else []
    return [(name, _parse_uuid(values[name])) for name in names]


async def _body_fields(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").partition(";")[0].endswith("json"):
        return {}
    try:
        body = await request.json()
    except (RequestValidationError, Problem):  # it was refused before it was read
        return {}
    return body if isinstance(body, dict) else {}


def _find_ids(value: object, name: str = "") -> set[UUID]:
    """The ids in fields that are named so, one or a list, at any depth; a task's id holds that of its record."""
    if isinstance(value, Mapping):
        return set[UUID]().union(*(_find_ids(part, str(key)) for key, part in value.items()))
    if isinstance(value, list):
        return set[UUID]().union(*(_find_ids(part, name) for part in value))
    return {UUID(found) for found in _UUID.findall(str(value))} if name.endswith(("_id", "_ids")) else set()


def _parse_uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
