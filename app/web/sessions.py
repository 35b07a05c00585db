"""Who is looking: a session in the database, known by the secret in a cookie."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request, Response
from sqlalchemy import select, text
from sqlmodel import col

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.queries import CompiledQuery
from app.security.id_tokens import Identity
from app.security.roles import Actor
from app.settings import Settings
from app.web.tables import WebPerson

COOKIE = "__Host-vekstplass"
LIFETIME = timedelta(hours=8)
IDLE = timedelta(minutes=60)

_NONCE_BYTES = 12

# The page itself has no role: policies show it nothing, and its tables are reached by the owner's functions alone.
PAGE = DatabaseIdentity(actor="page")
_OPEN = CompiledQuery(
    text(
        "select open_web_session(:id_hash, :subject, :actor, :name, cast(:roles as text[]), :organisation,"
        " :service_area, :issuer, :csrf, cast(:lifetime as interval), :refresh_token)"
    )
)
_RESUME = CompiledQuery(text("select * from resume_web_session(:id_hash, cast(:idle as interval))"))
_CLAIM = CompiledQuery(text("select claim_web_session_renewal(:id_hash, cast(:every as interval))"))
_RENEW = CompiledQuery(
    text(
        "select renew_web_session(:id_hash, :name, cast(:roles as text[]), :organisation, :service_area,"
        " :refresh_token)"
    )
)
_CLOSE = CompiledQuery(text("select close_web_session(:id_hash)"))
_END = CompiledQuery(text("select end_web_sessions(:subject)"))


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in person, the name to show, and the token that every form of theirs carries.

    `refresh_token` is by what the issuer is asked of them again, and `since_renewal` how long ago it was.
    """

    actor: Actor
    name: str
    csrf: str
    refresh_token: str | None
    since_renewal: timedelta

    def is_own_form(self, csrf: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())


async def open_session(
    request: Request,
    response: Response,
    actor: Actor,
    name: str,
    lifetime: timedelta = LIFETIME,
    refresh_token: str | None = None,
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
            refresh_token=_seal(secret, refresh_token),
        )
    response.set_cookie(
        COOKIE, secret, max_age=int(lifetime.total_seconds()), secure=True, httponly=True, samesite="lax"
    )


async def resume_session(request: Request) -> Session | None:
    """The session of a request's cookie; None where there is none, or it has ended.

    It has too where its issuer is none that people log in by any more: taken out of the settings, or a demo's.
    """
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    row = await database.fetch_as_nobody(_RESUME, id_hash=hash_secret(secret), idle=IDLE)
    if row is None or row["issuer"] not in _list_issuers(request):
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
    return Session(actor, row["name"], row["csrf"], _unseal(secret, row["refresh_token"]), row["since_renewal"])


def _list_issuers(request: Request) -> set[str]:
    state = request.app.state
    return {one.login.issuer for one in state.login_issuers.values()} | {one.actor.issuer for one in state.demo_people}


async def claim_renewal(request: Request, every: timedelta) -> bool:
    """Whether it is this request that asks the issuer again: of several at once, one does."""
    database: Database = request.app.state.database
    async with database.unit_of_work(PAGE) as unit:
        claimed: bool = await unit.fetch_value(_CLAIM, id_hash=hash_secret(request.cookies[COOKIE]), every=every)
    return claimed


async def renew_session(request: Request, identity: Identity) -> None:
    """Note what the issuer says of the person now."""
    database: Database = request.app.state.database
    secret = request.cookies[COOKIE]
    async with database.unit_of_work(PAGE) as unit:
        await unit.fetch(
            _RENEW,
            id_hash=hash_secret(secret),
            name=identity.name,
            roles=sorted(identity.actor.roles),
            organisation=identity.actor.organisation,
            service_area=identity.actor.service_area,
            refresh_token=_seal(secret, identity.refresh_token),
        )


async def close_session(request: Request) -> None:
    """The session of a request's cookie ends."""
    secret = request.cookies.get(COOKIE)
    if secret:
        database: Database = request.app.state.database
        async with database.unit_of_work(PAGE) as unit:
            await unit.fetch(_CLOSE, id_hash=hash_secret(secret))


def forget_cookie(response: Response) -> None:
    """The browser forgets the secret of a session that has ended."""
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


def _seal(secret: str, refresh_token: str | None) -> bytes | None:
    """A refresh token as it is stored: AES-256-GCM under the cookie's secret, which is stored nowhere."""
    if refresh_token is None:
        return None
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, refresh_token.encode(), None)


def _unseal(secret: str, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return _cipher(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"refresh token", "sha256"))
