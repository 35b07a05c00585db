"""The API as the logged-in person sees it: `/v1`, called in this very process.

A call goes through the same middleware, role check, wall, access log and refusals as one over the network; its answer
is what a client would get. The caller is handed over in the ASGI scope, which no client can write.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.types import Message, Scope

from app.http.declarations import CALLER
from app.security.roles import Actor

Value = str | int | bool | date | Sequence[str] | None

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


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Api:
    """Calls of `/v1` as one person, on behalf of one page. `made` counts them."""

    def __init__(self, app: FastAPI, actor: Actor, request_id: str) -> None:
        self._app = app
        self._actor = actor
        self._request_id = request_id
        self.made = 0

    async def get(self, path: str, **query: Value) -> Any:
        """One answer. Raises `Refused`."""
        return (await self._call("GET", path, query)).json()

    async def find(self, path: str, **query: Value) -> Any:
        """One answer, or None where the person may not have it, or it does not exist: the page leaves its box out."""
        try:
            return await self.get(path, **query)
        except Refused as refused:
            if refused.status in (403, 404):
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

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What an act answers. Raises `Refused`."""
        return (await self._call("POST", path, {}, json.dumps(body).encode())).json()

    async def _call(self, method: str, path: str, query: Mapping[str, Value], body: bytes = b"") -> Answer:
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
                *([(b"content-type", b"application/json")] if body else []),
                (b"host", b"page"),
                (b"accept", b"application/json"),
                (b"x-request-id", self._request_id.encode()),
            ],
            "client": None,
            "server": None,
            CALLER: self._actor,
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
