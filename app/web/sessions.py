"""Who is looking: a session in the database, known by the secret in a cookie."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy import select, text
from sqlmodel import col

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.queries import CompiledQuery
from app.security.roles import Actor
from app.settings import Settings
from app.web.tables import WebPerson

COOKIE = "__Host-vekstplass"
LIFETIME = timedelta(hours=8)
IDLE = timedelta(minutes=60)

# The page itself has no role: policies show it nothing, and its tables are reached by the owner's functions alone.
PAGE = DatabaseIdentity(actor="page")
_OPEN = CompiledQuery(
    text(
        "select open_web_session(:id_hash, :subject, :actor, :name, cast(:roles as text[]), :organisation,"
        " :service_area, :issuer, :csrf, cast(:lifetime as interval))"
    )
)
_RESUME = CompiledQuery(text("select * from resume_web_session(:id_hash, cast(:idle as interval))"))
_CLOSE = CompiledQuery(text("select close_web_session(:id_hash)"))
_END = CompiledQuery(text("select end_web_sessions(:subject)"))


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in person, the name to show, and the token that every form of theirs carries."""

    actor: Actor
    name: str
    csrf: str

    def is_own_form(self, csrf: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())


async def open_session(
    request: Request, response: Response, actor: Actor, name: str, lifetime: timedelta = LIFETIME
) -> None:
    """Log a person in: a new session, whose secret goes out in the cookie and is stored nowhere.

    The session that the browser had until now ends: nobody goes on under a secret from before the login.

    `__Host-` binds the cookie to this host and to TLS; browsers take the loopback address for as good.
    """
    database: Database = request.app.state.database
    former = request.cookies.get(COOKIE)
    secret = secrets.token_urlsafe(32)
    async with database.unit_of_work(PAGE) as unit:
        if former:
            await unit.fetch(_CLOSE, id_hash=hash_secret(former))
        await unit.fetch(
            _OPEN,
            id_hash=hash_secret(secret),
            subject=actor.subject,
            actor=actor.name,
            name=name,
            roles=sorted(actor.roles),
            organisation=actor.organisation,
            service_area=actor.service_area,
            issuer=actor.issuer,
            csrf=secrets.token_urlsafe(24),
            lifetime=lifetime,
        )
    response.set_cookie(
        COOKIE, secret, max_age=int(lifetime.total_seconds()), secure=True, httponly=True, samesite="lax"
    )


async def resume_session(request: Request) -> Session | None:
    """The session of a request's cookie; None where there is none, or it has ended."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    async with database.reader(PAGE) as reader:
        row = await reader.fetch_one(_RESUME, id_hash=hash_secret(secret), idle=IDLE)
    if row is None:
        return None
    actor = Actor(
        subject=row["subject"],
        kind="person",
        roles=frozenset(row["roles"]),
        organisation=row["organisation"],
        service_area=row["service_area"],
        issuer=row["issuer"],
        issuer_name=settings.find_issuer_name(row["issuer"]),
    )
    return Session(actor, row["name"], row["csrf"])


async def close_session(request: Request, response: Response) -> None:
    """Log out."""
    secret = request.cookies.get(COOKIE)
    if secret:
        database: Database = request.app.state.database
        async with database.unit_of_work(PAGE) as unit:
            await unit.fetch(_CLOSE, id_hash=hash_secret(secret))
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")


async def end_sessions(database: Database, subject: str) -> int:
    """End every session of a person at once; how many there were."""
    async with database.unit_of_work(PAGE) as unit:
        ended: int = await unit.fetch_value(_END, subject=subject)
    return ended


async def load_display_names(database: Database, session: Session, actors: Iterable[str]) -> dict[str, str]:
    """What the people behind these actors of rows and logs are called, as far as they have ever logged in."""
    statement = select(WebPerson).where(col(WebPerson.actor).in_(sorted(set(actors))))
    async with database.reader(session.actor.identity) as reader:
        return {person.actor: person.name for person in await reader.select(statement)}


def hash_secret(secret: str) -> bytes:
    """What is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).digest()
