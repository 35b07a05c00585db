"""The access log: who saw or changed whose data, one row per request and person, in the act's own transaction.

A handler says whose data it shows or changes with `saw`; the route writes the rows in one statement right before the
commit. If that fails, so does the request: no log row, no data. A refusal (403, 404) to a caller we know is logged
too, in a transaction of its own, under the id that was asked for.

Rows are chained by a trigger (see the migration), so that `verify-access-log` can name one that was altered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, PrimaryKeyConstraint, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel
from starlette.requests import Request

from app.clock import new_ids
from app.db import Database, call_last, seen
from app.http.endpoint import Operation
from app.http.problems import Problem
from app.security.tokens import Actor

# Participant, or the object that was asked for, and the outcome.
Row = tuple[UUID | None, UUID | None, str]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why a role looks at a person at all, and by which law."""

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
    "auditor": Purpose("oversight", "Personvernforordninga art. 24 og 32, pasientjournallova § 22"),
}
_ANY = Purpose("unknown", "")


class AccessLog(SQLModel, table=True):
    """One look at, or change of, one person's data. Rows are only ever added, and chained.

    `participant_id` and `object_id` have no foreign key: a refused look at what does not exist is logged as well.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        PrimaryKeyConstraint("chain", "number"),
        CheckConstraint("outcome in ('allowed', 'denied')", name="outcome"),
        CheckConstraint("outcome = 'denied' or participant_id is not null", name="participant_id"),
        Index("ix_access_log_id", "id"),
        Index("ix_access_log_participant_id_id", "participant_id", "id"),
        Index("ix_access_log_object_id", "object_id", postgresql_where=text("object_id is not null")),
        Index("ix_access_log_at", "at", postgresql_using="brin"),
    )

    id: UUID
    at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
        nullable=False,
    )
    actor: str
    organisation: str | None = None
    supplier: str | None = None
    participant_id: UUID | None = None
    object_id: UUID | None = None
    action: str
    method: str
    route: str
    purpose: str
    outcome: str
    request_id: str
    chain: UUID
    number: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class AccessLogChain(SQLModel, table=True):
    """One connection's chain: how long it is, the hash of its last row, and the row of another chain it began after."""

    __tablename__ = "access_log_chain"
    __table_args__ = (CheckConstraint("length >= 0", name="length"),)

    id: UUID = Field(primary_key=True)
    begun_at: datetime = Field(sa_type=DateTime(timezone=True))
    length: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
    after_chain: UUID | None = None
    after_hash: bytes | None = Field(default=None, sa_type=LargeBinary)


def saw(session: AsyncSession, participant_ids: Iterable[UUID]) -> None:
    """Say whose data this request shows or changes; the rows are written right before the commit. Costs no query."""
    seen(session).update(participant_ids)


def refused(session: AsyncSession, object_ids: Iterable[UUID]) -> None:
    """Say which ids a request asked for in vain though it goes on: an item of a batch that names another's place."""
    session.info.setdefault("refused", set()).update(object_ids)


class AccessLogger:
    """What `app.http.endpoint.Route` calls at the end of each request."""

    async def allowed(self, request: Request, session: AsyncSession, operation: Operation) -> None:
        """Write one row for each person seen, in the act's transaction."""
        rows: list[Row] = [(id_, None, "allowed") for id_ in seen(session)]
        rows += [(None, id_, "denied") for id_ in session.info.get("refused", ())]
        if rows:
            await _write(request, session, operation, rows)

    async def denied(self, request: Request, database: Database, operation: Operation) -> None:
        """Write that the caller was refused, in a transaction of its own: the act's was rolled back."""
        actor: Actor = request.scope["state"]["actor"]
        rows: list[Row] = [
            (id_, None, "denied") if name == "participant_id" else (None, id_, "denied")
            for name, id_ in await _asked_for(request, operation)
        ]
        if rows:
            async with database.transaction(actor.identity) as session:
                await _write(request, session, operation, rows)


async def _asked_for(request: Request, operation: Operation) -> list[tuple[str, UUID | None]]:
    """The ids by which a request asks for somebody: in the path, the query and the body's own fields.

    A provider's id names nobody. Where a person is looked up by something else, nothing is known but that it was.
    """
    asked = {**await _body(request), **request.query_params, **request.path_params}
    names = sorted(name for name in asked if name.endswith("_id") and name != "provider_id")
    if not names:
        return [("participant_id", None)] if operation.route.startswith("/v1/participants") else []
    return [(name, _uuid(asked[name])) for name in names]


async def _body(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").partition(";")[0].endswith("json"):
        return {}
    try:
        body = await request.json()
    except (RequestValidationError, Problem):  # it was refused before it was read
        return {}
    return body if isinstance(body, dict) else {}


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


async def _write(request: Request, session: AsyncSession, operation: Operation, rows: list[Row]) -> None:
    participants, objects, outcomes = zip(*rows, strict=True)
    lists = (
        ",".join(new_ids(len(rows))),
        ",".join("" if id_ is None else str(id_) for id_ in participants),
        ",".join("" if id_ is None else str(id_) for id_ in objects),
        ",".join(outcomes),
    )
    await call_last(session, "log_looks", (*lists, *about(request, operation).values()))


def about(request: Request, operation: Operation) -> dict[str, str | None]:
    """What all rows of one request have in common, in the order in which `log_looks` takes it."""
    state = request.scope["state"]
    actor: Actor = state["actor"]
    return {
        "actor": actor.name,
        "organisation": actor.organisation,
        "supplier": actor.supplier,
        "action": operation.name,
        "method": operation.method,
        "route": operation.route,
        "purpose": purpose(actor, operation).code,
        "request_id": state["request_id"],
    }


def purpose(actor: Actor, operation: Operation) -> Purpose:
    """Why this caller looks, by the role in which it may."""
    return next((PURPOSES[role] for role in PURPOSES if role in actor.roles & operation.roles), _ANY)
