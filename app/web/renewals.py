"""Asks an issuer again who somebody is while their session lasts: a role that is taken away ends within minutes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog
from fastapi import Request

from app.security.id_tokens import Identity
from app.security.logins import REFUSALS, LoginIssuer, LoginRefused
from app.web import sessions
from app.web.sessions import Session

# They say nothing about the person, who goes on until the issuer is asked the next time.
_POSTPONED = frozenset({"issuer_down", "issuer_error"})

log = structlog.get_logger(__name__)


async def resume_renewed_session(request: Request) -> Session | None:
    """The session of a request's cookie, with the roles that the person has now; None: it has ended."""
    session = await sessions.resume_session(request)
    if session is None or session.refresh_token is None:
        return session
    issuer = find_issuer(request, session)
    if issuer is None:
        return session
    every = timedelta(minutes=issuer.login.renew_minutes)
    if session.since_renewal < every or not await sessions.claim_renewal(request, every):
        return session
    try:
        identity = await issuer.renew(Identity(session.actor, session.name, session.refresh_token))
    except LoginRefused as refusal:
        log.warning("session_not_renewed", login=issuer.login.name, reason=refusal.reason)
        REFUSALS.labels(refusal.reason).inc()
        if refusal.reason in _POSTPONED:
            return session
        await sessions.close_session(request)
        return None
    await sessions.renew_session(request, identity)
    return replace(session, actor=identity.actor, name=identity.name)


def find_issuer(request: Request, session: Session) -> LoginIssuer | None:
    """The issuer that a session's person logged in by."""
    return next((one for one in list_issuers(request).values() if one.login.issuer == session.actor.issuer), None)


def list_issuers(request: Request) -> Mapping[str, LoginIssuer]:
    """The issuers that people log in by, by name."""
    configured: Mapping[str, LoginIssuer] = request.app.state.login_issuers
    return configured
