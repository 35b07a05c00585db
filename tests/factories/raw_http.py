"""Requests byte by byte, and what every problem answer must look like.

httpx tidies what it sends; here the target, the headers and the body reach the application as they are written.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI
from starlette.types import Message, Scope

from app.http.problems import MEDIA_TYPE, TYPES

Headers = Sequence[tuple[str, str]]

# Put into hostile input, looked for in what comes back.
MARKER = "Hemmeleg7Q"
# What an answer must never tell of the inside.
INSIDE = ("Traceback", "asyncpg", "sqlalchemy", "pydantic", "SELECT", "select ", "INSERT", 'File "', MARKER)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one value of a header, or None. Fails when it stands twice."""
        values = [value for known, value in self.headers if known == name.lower()]
        assert len(values) < 2, f"{name} stands {len(values)} times"
        return values[0] if values else None

    def json(self) -> dict[str, Any]:
        """The body, a JSON object."""
        body = json.loads(self.body)
        assert isinstance(body, dict)
        return body


async def send(
    app: FastAPI, method: str, target: str, headers: Headers = (), body: bytes | Iterable[bytes] = b""
) -> Answer:
    """One request through the whole application. An exception that leaves the application fails the test.

    Args:
        target: path and query as they stand in the request line, one byte a character (latin-1).
        body: pieces of a chunked body, or bytes, which then have their Content-Length.
    """
    raw_path, _, query = target.encode("latin-1").partition(b"?")
    pieces = [body] if isinstance(body, bytes) else list(body)
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if not any(name == b"host" for name, _ in sent):
        sent.append((b"host", b"vekstplass.test"))
    if isinstance(body, bytes) and body and not any(name == b"content-length" for name, _ in sent):
        sent.append((b"content-length", str(len(body)).encode()))
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": sent,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    answered: list[Message] = []

    async def receive() -> Message:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
        return {"type": "http.disconnect"} if answered else {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, keep)
    start, *rest = answered
    assert start["type"] == "http.response.start"
    assert all(message["type"] == "http.response.body" for message in rest)
    assert not rest[-1].get("more_body")
    return Answer(
        start["status"],
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        b"".join(message.get("body", b"") for message in rest),
    )


def assert_problem(answer: Answer, status: int, code: str, *, pointer: str | None = None) -> None:
    """An answer is this problem, whole, registered, and silent about what was sent and about the inside."""
    said = answer.body.decode()
    assert answer.status == status, said
    assert answer.header("content-type") == MEDIA_TYPE
    body = answer.json()
    assert body["type"] == f"/problems/{code}", said
    assert body["status"] == status == TYPES[code].status
    assert body["title"] == TYPES[code].title
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert isinstance(body["instance"], str)
    assert body["request_id"] == answer.header("x-request-id")
    if pointer is not None:
        assert pointer in [error["pointer"] for error in body["errors"]], said
    for error in body.get("errors", ()):
        assert set(error) == {"pointer", "detail"}
        assert error["pointer"].startswith("#")
        assert error["detail"]
    silent = json.dumps({name: value for name, value in body.items() if name != "instance"}, ensure_ascii=False)
    for word in INSIDE:
        assert word not in silent, said
