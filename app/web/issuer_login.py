"""Logging in by an issuer: to the municipality's directory or Ansattporten, and back with its answer."""

import re
import secrets
from datetime import timedelta
from urllib.parse import unquote_plus

import structlog
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import text

from app.database.connections import Database
from app.database.queries import CompiledQuery
from app.http.identity_numbers import holds_identity_number
from app.security.logins import REFUSALS, LoginIssuer, LoginRefused, Secrets, make_secrets
from app.web.login_refusals import describe_refusal
from app.web.pages import own_path, problem_page
from app.web.render import render
from app.web.renewals import list_issuers
from app.web.sessions import PAGE, hash_secret, open_session

BROWSER_COOKIE = "__Host-vekstplass-inn"
LIFETIME = timedelta(minutes=10)
# Of all, before the rest of the minute is answered 429. Each is a row for ten minutes, and the limit bounds the table.
# It is far beyond what people do: who reaches it keeps everybody out.
ATTEMPTS_PER_MINUTE = 6000

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_BEGIN = CompiledQuery(
    text("select begin_web_login(:state, :browser, :login, :nonce, :verifier, :target, cast(:lifetime as interval))")
)
_FINISH = CompiledQuery(text("select * from finish_web_login(:state, :browser)"))

log = structlog.get_logger(__name__)


async def begin_login(request: Request) -> Response:
    """A link of the log-in page: on to the issuer."""
    issuer = list_issuers(request).get(request.path_params["login"])
    if issuer is None:
        return problem_page(request, None, 404)
    request.app.state.login_attempts.count_one()
    target = own_path(request.query_params.get("til", "")) or "/"
    if holds_identity_number(unquote_plus(target)):
        # It is stored until they are back; the page of a search by number is none.
        target = "/"
    attempt = make_secrets()
    # The browser's other tabs may be logging in too.
    known = request.cookies.get(BROWSER_COOKIE, "")
    browser = known if _SECRET.fullmatch(known) else secrets.token_urlsafe(32)
    try:
        response = RedirectResponse(await issuer.authorization_address(attempt), 303)
    except LoginRefused as refusal:
        return refuse_login(request, issuer, refusal.reason, target)
    database: Database = request.app.state.database
    async with database.unit_of_work(PAGE) as unit:
        await unit.fetch(
            _BEGIN,
            state=hash_secret(attempt.state),
            browser=hash_secret(browser),
            login=issuer.login.name,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            target=target,
            lifetime=LIFETIME,
        )
    response.set_cookie(
        BROWSER_COOKIE, browser, max_age=int(LIFETIME.total_seconds()), secure=True, httponly=True, samesite="lax"
    )
    return response


async def finish_login(request: Request) -> Response:
    """The browser is back from the issuer: a session, or a page that says why not."""
    answer = dict(request.query_params)
    browser = request.cookies.get(BROWSER_COOKIE)
    if not answer.get("state"):
        return refuse_login(request, None, "state_missing")
    if not browser:
        return refuse_login(request, None, "state_unknown")
    database: Database = request.app.state.database
    async with database.unit_of_work(PAGE) as unit:
        begun = await unit.fetch_one(_FINISH, state=hash_secret(answer["state"]), browser=hash_secret(browser))
    issuer = None if begun is None else list_issuers(request).get(begun["login"])
    if begun is None or issuer is None:
        return refuse_login(request, None, "state_unknown")
    try:
        identity = await issuer.identify(answer, Secrets(answer["state"], begun["nonce"], begun["verifier"]))
    except LoginRefused as refusal:
        return refuse_login(request, issuer, refusal.reason, begun["target"])
    response = RedirectResponse(begun["target"], 303)
    lifetime = timedelta(minutes=issuer.login.session_minutes)
    await open_session(request, response, identity.actor, identity.name, lifetime, identity.refresh_token)
    log.info("login", login=issuer.login.name)
    return response


def refuse_login(request: Request, issuer: LoginIssuer | None, reason: str, target: str = "/") -> Response:
    """The page in place of a session, and a line in the log that names the reason alone."""
    REFUSALS.labels(reason).inc()
    log.warning("login_refused", login=issuer.login.name if issuer else None, reason=reason)
    refusal = describe_refusal(reason)
    values = {
        "title": refusal.title,
        "detail": refusal.detail,
        "status": refusal.status,
        "request_id": request.scope["state"]["request_id"],
        "target": target,
    }
    return HTMLResponse(render(request, "innlogging-feil.html", None, **values), refusal.status)
