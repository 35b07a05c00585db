"""`Idempotency-Key` on any POST: the first answer again, stored in the act's own transaction.

A key belongs to its caller, and is kept as a keyed digest. The row holds a digest of the request and the whole
answer; it appears with the act or not at all, so a crash between the two cannot exist. An answer that changed nothing
(4xx, 5xx) is not kept: trying again is then safe by itself. After 24 hours it goes. It is emptied at once where its
person is erased, restricted, or gets a protected address or another service area (a trigger), and is not given to its
caller in other roles.
"""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, SQLModel
from starlette.requests import Request
from starlette.responses import Response

from app.database.base import instant
from app.database.connections import Database
from app.database.identity import DatabaseIdentity, role_setting
from app.database.unit_of_work import UnitOfWork
from app.http.access_reasons import REASON_HEADER, REFERENCE_HEADER
from app.http.content_negotiation import media_type
from app.http.problems import VALIDATION, problem_type

log = structlog.get_logger("vekstplass.idempotency")

IDEMPOTENCY_KEY_REUSED = problem_type(
    "idempotency-key-reused",
    422,
    title="Nøkkelen er brukt til noko anna",
    nn="Denne «Idempotency-Key» er alt brukt med eit anna innhald.",
    en="This `Idempotency-Key` was already used with another request.",
)
IDEMPOTENCY_KEY_IN_USE = problem_type(
    "idempotency-key-in-use",
    409,
    title="Den første er ikkje ferdig",
    nn="Eit kall med same «Idempotency-Key» er framleis i arbeid. Prøv igjen om litt.",
    en="A request with the same `Idempotency-Key` is still running. Retry shortly.",
    headers={"Retry-After": "1"},
)

ERASED = problem_type(
    "erased",
    410,
    title="Svaret er sletta",
    nn="Svaret handla om ein person som er sletta etterpå, eller som færre no skal sjå. Det som vart gjort den gongen,"
    " vert ikkje gjort på nytt.",
    en="The first answer was about a person who has been erased since, whose processing has been restricted, or whom"
    " fewer may see since; nothing is done again.",
)

# Bare, or quoted as the RFC draft has it.
_KEY = re.compile(r'(?P<quote>"?)(?P<key>[\x21\x23-\x7e]{1,255})(?P=quote)')
SWEEP_SECONDS = 60
_SWEEPER = DatabaseIdentity(actor="sweeper")
_KEPT_HEADERS = ("location", "etag", "content-type", "link")


class IdempotencyKey(SQLModel, table=True):
    """One answered request of one caller."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        PrimaryKeyConstraint("caller", "key"),
        Index("ix_idempotency_key_caller_created_at", "caller", "created_at"),
    )

    caller: str
    key: str
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int = Field(sa_type=SmallInteger)
    headers: dict[str, str] = Field(sa_type=JSONB)
    body: bytes = Field(sa_type=LargeBinary)
    # Whose data the answer holds: to be logged when it is given again, and to be found when it must be erased.
    participant_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    created_at: datetime = instant()
    is_erased: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Emptied, since fewer may see the person it is about; the key stays until its time is over."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A keyed request under way: where its answer goes when there is one."""

    caller: str
    key: str
    fingerprint: bytes

    async def remember(self, unit: UnitOfWork, response: Response, *, without: str | None = None) -> None:
        """Store a successful answer beside the act, in its transaction; one field of it as null where it is secret."""
        if not 200 <= response.status_code < 300:
            return
        body = bytes(response.body)
        names: tuple[str, ...] = _KEPT_HEADERS
        if without is not None:
            body = msgspec.json.encode({**msgspec.json.decode(body), without: None})
            names = tuple(name for name in names if name != "etag")
        values: dict[str, Any] = {
            "caller": self.caller,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "status": response.status_code,
            "headers": {name: response.headers[name] for name in names if name in response.headers},
            "body": body,
            "participant_ids": sorted(unit.access.participants),
        }
        unit.session.add(IdempotencyKey(**values))
        await unit.session.flush()


def key_of(request: Request, secret: bytes) -> str | None:
    """A keyed digest of the request's `Idempotency-Key`, or None: a key may be anything, an identity number too.

    Raises 422 for one that is malformed or sent twice.
    """
    headers = request.headers.getlist("idempotency-key")
    if not headers:
        return None
    match = _KEY.fullmatch(headers[0]) if len(headers) == 1 else None
    if match is None:
        raise VALIDATION(
            "«Idempotency-Key» må vere 1 til 255 synlege ASCII-teikn, ein gong.", pointer="#/header/idempotency-key"
        )
    return hmac.digest(secret, b"idempotency-key\n" + match["key"].encode(), "sha256").hex()


def fingerprint(request: Request, caller: DatabaseIdentity, body: bytes, secret: bytes) -> bytes:
    """A digest of what was asked and in which roles: method, address, media type, a stated reason, and body."""
    content_type, _ = media_type(request.headers.get("content-type", ""))
    head = f"{request.method} {request.scope['path']} {content_type}\n".encode("utf-8", "replace")
    # What is shown in one role, or to the service of one area, is not shown again in another.
    head += f"{role_setting(caller.roles)} {caller.organisation} {caller.service_area}\n".encode()
    # What is shown to whoever says why is not shown again without.
    for name in (REASON_HEADER, REFERENCE_HEADER):
        head += b"".join(value.encode() + b"\n" for value in request.headers.getlist(name))
    # Keyed: a body may be little more than an identity number, and a plain digest of one is soon guessed.
    return hmac.digest(secret, head + request.scope["query_string"] + b"\n" + body, "sha256")


async def begin_attempt(unit: UnitOfWork, key: str, fingerprint: bytes, *, hours: int) -> Attempt | Response:
    """The stored answer where there is one; else the attempt to remember the answer in.

    Raises `IDEMPOTENCY_KEY_REUSED` (422), `IDEMPOTENCY_KEY_IN_USE` (409) and `ERASED` (410).
    """
    caller = unit.caller.actor
    # A lock of this transaction, not a row: the second request is refused at once instead of waiting.
    is_free = await unit.session.scalar(
        text("select pg_try_advisory_xact_lock(:key)"), {"key": _lock_number(f"{caller}\n{key}")}
    )
    if not is_free:
        raise IDEMPOTENCY_KEY_IN_USE()
    # By age, and not only once the sweeper has been there.
    await unit.session.execute(
        text(
            "delete from idempotency_key where caller = :caller and key = :key"
            " and created_at < now() - make_interval(hours => :hours)"
        ),
        {"caller": caller, "key": key, "hours": hours},
    )
    known = await unit.session.get(IdempotencyKey, (caller, key))
    if known is None:
        return Attempt(caller, key, fingerprint)
    if known.fingerprint != fingerprint:
        raise IDEMPOTENCY_KEY_REUSED(pointer="#/header/idempotency-key")
    if known.is_erased:
        raise ERASED()
    unit.access.participants.update(known.participant_ids)
    return Response(known.body, known.status, {**known.headers, "Idempotency-Replayed": "true"})


async def erase_kept_answers(unit: UnitOfWork, participant_ids: Sequence[UUID]) -> int:
    """Empty every caller's kept answers about these people; how many there were. For the case office alone."""
    statement = text("select erase_kept_answers(:people)").bindparams(bindparam("people", type_=ARRAY(Uuid)))
    erased: int = (await unit.session.execute(statement, {"people": list(participant_ids)})).scalar_one()
    return erased


class KeptAnswerSweeper:
    """Deletes every caller's expired answers while the service runs, in a task that no request waits for."""

    def __init__(self, database: Database, *, hours: int) -> None:
        self._database = database
        self._hours = hours
        self._due = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    def sweep_if_due(self) -> None:
        """Begin when it is a minute since this process last did."""
        now = time.monotonic()
        if now < self._due or (self._task is not None and not self._task.done()):
            return
        self._due = now + SWEEP_SECONDS
        self._task = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Wait for the task that is under way."""
        if self._task is not None:
            await self._task

    async def _sweep(self) -> None:
        try:
            async with self._database.unit_of_work(_SWEEPER) as unit:
                await unit.session.execute(text("select clear_kept_answers(:hours)"), {"hours": self._hours})
        except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.error("kept answers not cleared", error=type(error).__name__)


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(b"idempotency\n" + name.encode(), digest_size=8).digest(), signed=True)
