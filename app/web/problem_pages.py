"""The page that a browser gets in place of a problem document, wherever in the service the problem came from."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.exception_handlers import to_problem
from app.http.health import is_at_port
from app.http.problems import MEDIA_TYPE
from app.web import sessions
from app.web.pages import HEADERS, problem_page
from app.web.sessions import Session

# What the API says of these is for programs.
WORDS: Mapping[int, tuple[str, str]] = {
    405: (
        "Adressa kan ikkje opnast slik",
        "Ho tek berre imot eit skjema som er fylt ut. Gå til startsida og opne skjemaet derifrå.",
    ),
    414: ("Adressa er for lang", "Truleg er lenkja sett saman feil. Gå til startsida og finn fram derifrå."),
    431: (
        "Nettlesaren sende for mykje på ein gong",
        "Slett informasjonskapslane for denne sida i nettlesaren, og logg inn på nytt.",
    ),
}
_OWN = {b"content-type", b"content-length", *(name.lower().encode() for name in HEADERS)}


class ProblemPages:
    """Wraps the whole application: what a browser is refused is a page with a way on, never a problem document.

    Programs read what `/v1` answers, so it stays as it is; an address below it that nothing answers is a page too. At
    the port for metrics there is none.
    """

    def __init__(self, app: ASGIApp, metrics_port: int | None = None) -> None:
        self._app = app
        self._metrics_port = metrics_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD" or not self._is_for_people(scope):
            await self._app(scope, receive, send)
            return
        refusal: Message | None = None
        content = bytearray()

        async def send_page(message: Message) -> None:
            nonlocal refusal
            if message["type"] == "http.response.start" and _is_problem(message) and _may_be_page(scope):
                refusal = message
            elif refusal is None:
                await send(message)
            else:
                content.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    page = await _describe(Request(scope), refusal["status"], json.loads(content))
                    kept = [one for one in refusal["headers"] if one[0].lower() not in _OWN]
                    page.raw_headers.extend(kept)
                    await page(scope, receive, send)

        await self._app(scope, receive, send_page)

    def _is_for_people(self, scope: Scope) -> bool:
        if self._metrics_port is not None and is_at_port(scope, self._metrics_port):
            return False
        # The page calls the API with `Accept: application/json`.
        return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_problem(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(MEDIA_TYPE.encode()) for name, value in start["headers"]
    )


def _may_be_page(scope: Scope) -> bool:
    return not str(scope["path"]).startswith("/v1/") or "endpoint" not in scope


async def _describe(request: Request, status: int, problem: Mapping[str, Any]) -> Response:
    title, detail = WORDS.get(status, (problem["title"], problem["detail"]))
    page = problem_page(request, await _find_session(request), status, title, detail)
    page.headers.update(HEADERS)
    return page


async def _find_session(request: Request) -> Session | None:
    """Who looks; nobody where the database is what is wrong."""
    try:
        return await sessions.resume_session(request)
    except Exception as error:
        if to_problem(error) is None:
            raise
        return None
