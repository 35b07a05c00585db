"""A page's address: who may see it, the day it is seen from, its headers, and what stands in place of a refusal."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route

from app import clock
from app.http.content_negotiation import CSV
from app.http.exception_handlers import to_problem
from app.http.middleware import strip_values
from app.http.problems import INTERNAL, RESTRICTED
from app.web import sessions
from app.web.calls import Api, Refused, Value
from app.web.fields import Invalid, parse_date
from app.web.forms import CrossSite, Typed, read_form, require_own_origin, write_for_people
from app.web.messages import forget_message
from app.web.render import render
from app.web.renewals import resume_renewed_session
from app.web.sessions import Session
from app.web.stated_reasons import load_stated_reasons

failures = logging.getLogger("vekstplass.errors")

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    # With `no-referrer` a browser sends `Origin: null` with a form, and no `Sec-Fetch-Site` of old ones to tell by.
    "Referrer-Policy": "same-origin",
}
LOG_IN = "/logg-inn"
# It stands in an address, encoded once more, and those have a limit: from a longer one, to the start page.
LONGEST_RETURN = 4_000


@dataclass(frozen=True, slots=True)
class View:
    """One look at a page: who looks, the API as they see it, and the day they look from."""

    request: Request
    session: Session
    api: Api
    on: date

    @property
    def roles(self) -> frozenset[str]:
        return self.session.actor.roles

    def query(self, name: str, default: str = "") -> str:
        """A value of the address, without blanks around it."""
        return self.request.query_params.get(name, default).strip()

    async def download(self, path: str, **query: Value) -> Response:
        """What the API answers at a path, as a file for a spreadsheet. Raises `Refused`."""
        answer = await self.api.get_document(path, CSV, **query)
        headers = {"Content-Disposition": answer.headers["content-disposition"]}
        return Response(answer.content, media_type=answer.headers["content-type"], headers=headers)

    def render(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page of a template, which has `view` too."""
        values = {"view": self, "seen_on": self.on} | values
        return HTMLResponse(render(self.request, template, self.session, **values), status)


async def load_callers(view: View, actors: Iterable[str]) -> dict[str, str]:
    """What callers of rows and logs are called; who never logged in by their subject, a system by its number.

    The demo's people have closed and approved months before anybody has pressed their button.
    """
    actors = set(actors)
    names = {person.actor.name: person.name for person in view.request.app.state.demo_people}
    names |= await sessions.load_display_names(view.request.app.state.database, view.session, actors)
    return {actor: names.get(actor, _describe_caller(actor)) for actor in actors}


def _describe_caller(actor: str) -> str:
    kind, _, subject = actor.partition(":")
    return f"Systemet til {subject.removeprefix('0192:')}" if kind == "org" else subject


Show = Callable[[View], Awaitable[Response]]
Act = Callable[[View, Typed], Awaitable[Response]]


class Page(Route):
    """The route of a page that these roles may see; no roles: everybody who is logged in."""

    def __init__(
        self, path: str, show: Show, *roles: str, methods: Sequence[str] = ("GET",), name: str | None = None
    ) -> None:
        self.roles = frozenset(roles)
        self._show = show
        super().__init__(path, self._answer, methods=list(methods), name=name or show.__name__)

    async def _answer(self, request: Request) -> Response:
        # For the log and the metrics, as FastAPI has it of its own routes.
        request.scope["route"] = self
        session = None
        try:
            session = await resume_renewed_session(request)
            if session is None:
                response = await self._ask_to_log_in(request)
            elif self.roles and session.actor.roles.isdisjoint(self.roles):
                response = await self._refuse_role(request, session)
            else:
                reasons = load_stated_reasons(request, session.actor)
                api = Api(request.app, session.actor, request.scope["state"]["request_id"], reasons)
                typed = request.query_params.get("on")
                response = await self._show(View(request, session, api, parse_date(typed) if typed else clock.today()))
        except Exception as error:  # the last stop before a browser, which shows no problem document
            response = _refusal_page(request, session, error)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        forget_message(request, response)
        return response

    async def _ask_to_log_in(self, request: Request) -> Response:
        """What answers whoever is not logged in."""
        return to_login(request)

    async def _refuse_role(self, request: Request, session: Session) -> Response:
        """What answers whoever has none of the page's roles."""
        return problem_page(request, session, 403)


class Action(Page):
    """The route of a form: sent from a page of this site, with the session's own token."""

    def __init__(self, path: str, act: Act, *roles: str) -> None:
        async def show(view: View) -> Response:
            require_own_origin(view.request)
            form = await read_form(view.request)
            if not view.session.is_own_form(form.get("csrf", "")):
                raise CrossSite
            return await act(view, form)

        super().__init__(path, show, *roles, methods=("POST",), name=act.__name__)


def open_page(path: str, show: Callable[[Request], Awaitable[Response]], *methods: str) -> Route:
    """The route of a page that needs no session."""

    async def endpoint(request: Request) -> Response:
        request.scope["route"] = route  # as above
        try:
            response = await show(request)
        except Exception as error:  # as above
            response = _refusal_page(request, None, error)
        response.headers.update(HEADERS)
        return response

    route = Route(path, endpoint, methods=list(methods or ("GET",)), name=show.__name__)
    return route


def _refusal_page(request: Request, session: Session | None, error: Exception) -> Response:
    """A page that says why not, and where to go on."""
    if isinstance(error, Refused) and error.unexplained is not None:
        return RedirectResponse(
            f"/deltakarar/{error.unexplained}/grunngjeving?til={quote(_find_page(request), safe='')}", 303
        )
    if isinstance(error, Refused) and error.code == RESTRICTED.code and session is not None:
        if "case_officer" in session.actor.roles and request.method == "GET":
            return RedirectResponse(f"/deltakarar/{error.problem['participant_id']}/avgrensing/opphev", 303)
    if isinstance(error, Refused):
        return problem_page(request, session, error.status, error.title, write_for_people(error.detail))
    if isinstance(error, CrossSite):
        return problem_page(request, session, 403)
    if isinstance(error, HTTPException):
        return problem_page(request, session, error.status_code)
    if isinstance(error, Invalid):
        return problem_page(request, session, 422, "Dette kan ikkje brukast", error.sentence)
    problem = to_problem(error)
    if problem is None:
        failures.error("unhandled %s", type(error).__name__, exc_info=strip_values(error))
        problem = INTERNAL()
    return problem_page(request, session, problem.type.status, problem.type.title, problem.detail)


def problem_page(
    request: Request,
    session: Session | None,
    status: int,
    title: str | None = None,
    detail: str | None = None,
    back: tuple[str, str] | None = None,
) -> Response:
    """A page in place of the one that was asked for; `back` is where to try again, and what that is called."""
    template = "feil.html" if back else {403: "403.html", 404: "404.html"}.get(status, "feil.html")
    request_id = request.scope["state"]["request_id"]
    values = {"status": status, "title": title, "detail": detail, "request_id": request_id, "back": back}
    return HTMLResponse(render(request, template, session, **values), status)


def to_login(request: Request) -> Response:
    """To the log-in, and afterwards back to where the person wanted to go; from a form to the page that it is on."""
    target = _find_page(request)
    back = "" if target == "/" else f"?til={quote(target, safe='')}"
    if len(back) > LONGEST_RETURN:
        back = ""
    return RedirectResponse(f"{LOG_IN}{back}", 303)


def _find_page(request: Request) -> str:
    """The address that was asked for; of a form that was sent, the page that it is on."""
    there = request.url if request.method == "GET" else urlsplit(request.headers.get("referer", ""))
    return own_path(there.path + (f"?{there.query}" if there.query else "")) or "/"


def own_path(target: str) -> str | None:
    """A path of this site, or None: a log-in never leads anywhere else."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() else None
