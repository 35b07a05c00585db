"""The API as the logged-in person sees it: `/v1`, called in this very process.

A call goes through the same middleware, role check, wall, access log and refusals as one over the network; its answer
is what a client would get. The caller is handed over in the ASGI scope, which no client can write.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import FastAPI
from starlette.types import Message, Scope

from app.http.access_reasons import REASON_REQUIRED, STATED_REASONS, StatedReason
from app.http.declarations import CALLER
from app.security.roles import Actor

Value = str | int | bool | date | Sequence[str] | None

Headers = Mapping[str, str]
NO_HEADERS: Headers = {}
# A second click finds the first one's key in use for as long as that one takes.
_KEY_IN_USE = "idempotency-key-in-use"
_ATTEMPTS = 40
_PAUSE = 0.1

PAGE_SIZE = 200
"""The API's own highest `limit`."""


class Refused(Exception):
    """The API's refusal (RFC 9457): its status, title and detail, in nynorsk already, and the faults of a 422."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.title: str = problem.get("title", "Noko gjekk gale")
        self.detail: str = problem.get("detail", "")
        self.request_id: str = problem.get("request_id", "")
        self.code: str = str(problem.get("type", "")).rpartition("/")[2]
        self.errors: Sequence[Mapping[str, str]] = problem.get("errors", ())
        self.problem = problem
        self.unexplained: str | None = problem.get("participant_id") if self.code == REASON_REQUIRED.code else None
        """Whom a reason must be stated for (`stated_reasons`)."""

    @property
    def is_withheld(self) -> bool:
        """Whether the person may not have it, or it does not exist; not where they have yet to state a reason."""
        return self.status in (403, 404) and self.unexplained is None


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Api:
    """Calls of `/v1` as one person, on behalf of one page; as nobody, of what needs no token. `made` counts them."""

    def __init__(
        self, app: FastAPI, actor: Actor | None, request_id: str, reasons: Mapping[UUID, StatedReason] | None = None
    ) -> None:
        self._app = app
        self._actor = actor
        self._request_id = request_id
        self._reasons = reasons or {}
        self.made = 0

    async def get(self, path: str, **query: Value) -> Any:
        """One answer. Raises `Refused`."""
        return (await self._call("GET", path, query)).json()

    async def find(self, path: str, **query: Value) -> Any:
        """One answer, or None where the person may not have it, or it does not exist: the page leaves its box out."""
        try:
            return await self.get(path, **query)
        except Refused as refused:
            if refused.is_withheld:
                return None
            raise

    async def list(self, path: str, **query: Value) -> list[dict[str, Any]]:
        """Every item of a list, over all its pages. Raises `Refused`."""
        items: list[dict[str, Any]] = []
        after = None
        while True:
            page = await self.get(path, limit=PAGE_SIZE, **query, **({"after": after} if after else {}))
            items += page["items"]
            after = page.get("next")
            if after is None:
                return items

    async def find_list(self, path: str, **query: Value) -> Sequence[dict[str, Any]]:
        """As `list`, or nothing where `find` answers None."""
        try:
            return await self.list(path, **query)
        except Refused as refused:
            if refused.is_withheld:
                return ()
            raise

    async def post(
        self, path: str, body: Mapping[str, Any] | None, acting: Headers = NO_HEADERS, **query: Value
    ) -> Any:
        """What an act answers. Raises `Refused`."""
        return await self._act("POST", path, body, acting, query)

    async def try_post(self, path: str, body: Mapping[str, Any], **query: Value) -> Any:
        """What is only asked, by POST; None where it is refused."""
        try:
            return await self._act("POST", path, body, NO_HEADERS, query)
        except Refused:
            return None

    async def put(self, path: str, body: Mapping[str, Any], acting: Headers = NO_HEADERS) -> Any:
        """As `post`."""
        return await self._act("PUT", path, body, acting, {})

    async def patch(self, path: str, body: Mapping[str, Any], acting: Headers) -> Any:
        """As `post`; `acting` names the version that is changed (`If-Match`)."""
        return await self._act("PATCH", path, body, acting, {})

    async def delete(self, path: str, acting: Headers = NO_HEADERS) -> None:
        """As `post`, without an answer."""
        await self._call("DELETE", path, {}, b"", acting)

    async def upload(
        self, path: str, content: bytes, content_type: str, acting: Headers = NO_HEADERS, **query: Value
    ) -> Any:
        """A file, as it is, in place of JSON. Raises `Refused`."""
        headers = {"Content-Type": content_type, **acting}
        return (await self._retry("POST", path, query, content, headers)).json()

    async def get_document(self, path: str, accept: str, **query: Value) -> Answer:
        """One answer as it is, of another kind than JSON. Raises `Refused`."""
        return await self._call("GET", path, query, b"", {"Accept": accept})

    async def get_with_etag(self, path: str) -> tuple[Any, str]:
        """One answer, and its version for a form that changes it. Raises `Refused`."""
        answer = await self._call("GET", path, {})
        return answer.json(), answer.headers.get("etag", "")

    async def _act(
        self, method: str, path: str, body: Mapping[str, Any] | None, acting: Headers, query: Mapping[str, Value]
    ) -> Any:
        headers = acting if body is None else {"Content-Type": "application/json", **acting}
        content = b"" if body is None else json.dumps(body).encode()
        answer = await self._retry(method, path, query, content, headers)
        return answer.json() if answer.content else None

    async def _retry(self, method: str, path: str, query: Mapping[str, Value], body: bytes, headers: Headers) -> Answer:
        """One act; the second click of two waits for the first one's answer, and gets it."""
        for _ in range(_ATTEMPTS):
            try:
                return await self._call(method, path, query, body, headers)
            except Refused as refused:
                if refused.code != _KEY_IN_USE:
                    raise
            await asyncio.sleep(_PAUSE)
        return await self._call(method, path, query, body, headers)

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Value],
        body: bytes = b"",
        extra: Headers = NO_HEADERS,
    ) -> Answer:
        self.made += 1
        sent = [
            (name, _write(one))
            for name, value in query.items()
            if value is not None
            for one in ([value] if isinstance(value, str | int | date) else value)
        ]
        status = 500
        headers: dict[str, str] = {}
        content = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.update((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
            else:
                content.extend(message.get("body", b""))

        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": urlencode(sent).encode(),
            "root_path": "",
            "headers": [
                *((name.lower().encode(), value.encode("latin-1")) for name, value in extra.items()),
                (b"host", b"page"),
                *([] if "Accept" in extra else [(b"accept", b"application/json")]),
                (b"x-request-id", self._request_id.encode()),
            ],
            "client": None,
            "server": None,
            CALLER: self._actor,
            STATED_REASONS: self._reasons,
        }
        await self._app(scope, receive, send)
        answer = Answer(status, headers, bytes(content))
        if status >= 400:
            raise Refused(status, answer.json())
        return answer


def _write(value: str | int | bool | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
