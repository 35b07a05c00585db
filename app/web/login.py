"""Logging in and out. In the demo: a button for each of its people, who are handed in when the service is built.

By an issuer: `issuer_login`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.security.logins import AFTER_LOGOUT
from app.security.roles import Actor
from app.web import sessions
from app.web.forms import read_form, require_own_origin
from app.web.pages import LOG_IN, own_path, problem_page
from app.web.render import render
from app.web.renewals import find_issuer, list_issuers
from app.web.words import menu


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to be in the demo: `key` stands in the button, `title` and `belonging` on it."""

    key: str
    title: str
    belonging: str
    actor: Actor

    @property
    def name(self) -> str:
        """What the page calls them."""
        return f"{self.title} (demo)"


async def show_login(request: Request) -> Response:
    """The log-in page; who is logged in already goes on."""
    if await sessions.resume_session(request) is not None:
        return RedirectResponse(_target(request.query_params.get("til", "")), 303)
    return HTMLResponse(
        render(
            request,
            "logg-inn.html",
            None,
            people=_people(request),
            issuers=list(list_issuers(request).values()),
            target=_target(request.query_params.get("til", "")),
        )
    )


async def log_in(request: Request) -> Response:
    """A button of the demo was pressed."""
    require_own_origin(request)
    form = await read_form(request)
    person = next((one for one in _people(request) if one.key == form.get("rolle")), None)
    if person is None:
        return problem_page(request, None, 422, "Rolla finst ikkje", "Vel ei av rollene på lista.")
    response = RedirectResponse(_target(form.get("til", "")), 303)
    await sessions.open_session(request, response, person.actor, person.name)
    return response


async def log_out(request: Request) -> Response:
    """The session ends, and the cookie with it."""
    session = await sessions.resume_session(request)
    form = await read_form(request)
    response = RedirectResponse(LOG_IN, 303)
    if session is not None:
        issuer = find_issuer(request, session)
        if issuer is not None:
            # Not at once to the issuer: a browser follows no form to another site (`form-action`).
            response = RedirectResponse(f"{AFTER_LOGOUT}?hos={issuer.login.name}", 303)
        require_own_origin(request)
        if not session.is_own_form(form.get("csrf", "")):
            return problem_page(request, session, 403)
        await sessions.close_session(request)
        sessions.forget_cookie(response)
    return response


async def show_logged_out(request: Request) -> Response:
    """After a log-out: that it is done, and where somebody may still be logged in."""
    issuer = list_issuers(request).get(request.query_params.get("hos", ""))
    address = None if issuer is None else await issuer.logout_address()
    values = {"issuer": issuer if address else None, "address": address}
    return HTMLResponse(render(request, "logga-ut.html", None, **values))


async def keep_session(request: Request) -> Response:
    """«Hald fram»: any request keeps a session from ending for want of use, and so does this."""
    session = await sessions.resume_session(request)
    form = await read_form(request)
    require_own_origin(request)
    if session is None or not session.is_own_form(form.get("csrf", "")):
        return problem_page(request, session, 403)
    return (
        RedirectResponse("/", 303) if request.headers.get("sec-fetch-dest") == "document" else Response(status_code=204)
    )


async def show_start(request: Request) -> Response:
    """The start page of the person's role."""
    session = await sessions.resume_session(request)
    if session is None:
        return RedirectResponse(LOG_IN, 303)
    items = menu(session.actor)
    return RedirectResponse(items[0].address, 303) if items else problem_page(request, session, 403)


def _target(typed: str) -> str:
    """Where to go after the log-in: a path of this site, else the start page."""
    return own_path(typed) or "/"


def _people(request: Request) -> Sequence[DemoPerson]:
    people: Sequence[DemoPerson] = request.app.state.demo_people
    return people
