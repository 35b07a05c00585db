"""Problem answers: each type explained and honest, nothing unmapped, and no connection lost to a fault of ours."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from structlog.contextvars import get_contextvars

from app.database.connections import Database
from app.http.endpoint import Route
from app.http.middleware import SECURITY_HEADERS
from app.http.problems import MEDIA_TYPE, TYPES, ProblemType
from app.settings import Settings
from tests.conftest import Api, assembled
from tests.factories.raw_http import MARKER, assert_problem, send
from tests.factories.server import connected, serving
from tests.factories.tokens import bearer

PROVIDERS = "/v1/providers"
SERVERS = ("httptools", "h11")

faulty = APIRouter(route_class=Route)


@faulty.get("/faults/raised")
async def raised() -> None:
    raise RuntimeError(f"SELECT {MARKER}")


@faulty.get("/faults/file")
async def lost() -> None:
    raise FileNotFoundError(errno.ENOENT, MARKER)


@faulty.get("/faults/halfway")
async def halfway() -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"some"
        raise RuntimeError(MARKER)

    return StreamingResponse(body(), media_type="text/plain")


@pytest.fixture(scope="module")
async def faulty_api(settings: Settings) -> AsyncIterator[Api]:
    """The application with routes that fail."""
    database = Database(settings.database_url, pool_size=2)
    app = assembled(settings, database)
    app.include_router(faulty)
    yield Api(app)
    await database.close()


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES.keys())
async def test_each_type_is_explained_at_its_own_address(api: Api, type_: ProblemType) -> None:
    """`type` in an answer is an address, for anybody, of what it means in both languages."""
    problem = type_()
    assert problem.body()["status"] == type_.status
    explained = await api.anonymous.get(problem.body()["type"])
    assert explained.status_code == 200
    assert explained.json() == {
        "type": f"/problems/{type_.code}",
        "title": type_.title,
        "status": type_.status,
        "nn": type_.nn,
        "en": type_.en,
    }
    for sentence in (type_.nn, type_.en):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
    assert type_.status in {401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422, 423, 428, 429, 431, 500, 503}
    assert ("Retry-After" in type_.headers) == (
        type_.code in {"unavailable", "outcome-unknown", "idempotency-key-in-use", "too-many-requests"}
    )


def test_a_type_is_declared_once() -> None:
    assert len({type_.title for type_ in TYPES.values()}) == len(TYPES)
    assert len({type_.nn for type_ in TYPES.values()}) == len(TYPES)


@pytest.mark.parametrize("http", SERVERS)
async def test_a_fault_of_ours_costs_nobody_their_connection(
    faulty_api: Api, http: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The 500 goes out on the kept-alive connection, which then serves the next request; the log has no values."""
    ask = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
    async with serving(faulty_api.app, http) as address, connected(address) as connection:
        for _ in range(3):
            await connection.write((ask % "/faults/raised").encode())
            status, headers, body = await connection.answer()
            assert (status, headers["content-type"]) == (500, MEDIA_TYPE)
            assert b'"/problems/internal"' in body
            assert MARKER.encode() not in body
            assert headers.get("connection") != "close"
            await connection.write((ask % "/health/live").encode())
            assert (await connection.answer())[0] == 200
    failures = [record for record in caplog.records if record.name == "vekstplass.errors"]
    assert [record.getMessage() for record in failures] == ["unhandled RuntimeError"] * 3
    assert "in raised" in caplog.text
    assert f"SELECT {MARKER}" not in caplog.text.replace('raise RuntimeError(f"SELECT {MARKER}")', "")


async def test_the_log_of_a_fault_names_the_request(faulty_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller may tell us, `request_id`, is on the traceback's line."""
    told: list[dict[str, Any]] = []
    logger = logging.getLogger("vekstplass.errors")
    monkeypatch.setattr(logger, "handle", lambda record: told.append(get_contextvars()))
    answer = await faulty_api.anonymous.get("/faults/raised")
    assert [fault["request_id"] for fault in told] == [answer.json()["request_id"]]


async def test_a_file_that_is_missing_is_not_a_database_that_is_away(
    faulty_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Waiting would not help, and somebody has to be told."""
    answer = await send(faulty_api.app, "GET", "/faults/file")
    assert_problem(answer, 500, "internal")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "unhandled FileNotFoundError"
    ]


async def test_a_fault_halfway_through_an_answer_is_seen_as_one(faulty_api: Api) -> None:
    """What has begun cannot become a problem: the connection ends before the answer does."""
    async with serving(faulty_api.app) as address, httpx.AsyncClient(base_url=address) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/faults/halfway")
        assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize("http", SERVERS)
async def test_the_body_limit_holds_for_chunks_too(faulty_api: Api, http: str) -> None:
    """Nothing announces the size of a chunked body; it is refused at the byte that is one too many."""
    token = bearer("case_officer")["Authorization"]
    head = f"POST {PROVIDERS} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    async with serving(faulty_api.app, http) as address:
        async with connected(address) as connection:
            await connection.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 17)
            status, headers, _ = await connection.answer()
            assert (status, headers["content-type"]) == (413, MEDIA_TYPE)
        async with connected(address) as connection:
            await connection.write(head.encode() + b"Content-Length: 104857600\r\n\r\n")
            assert (await connection.answer())[0] == 413
        async with connected(address) as connection:
            await connection.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 16, b"0\r\n\r\n")
            assert (await connection.answer())[0] == 422


@pytest.mark.parametrize("http", SERVERS)
async def test_what_follows_a_body_is_no_header(committed_api: Api, http: str) -> None:
    """A proxy checks the header; a trailer must not bring a token or a key past it, in one packet or in several."""
    token = f"Authorization: {bearer('case_officer')['Authorization']}\r\n"
    head = f"POST {PROVIDERS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    sent = b'{"name": "X AS", "organisation_number": "310300403", "municipality_number": "4631"}'
    body = b"%x\r\n%s\r\n0\r\n" % (len(sent), sent)
    key = "Idempotency-Key: a b\r\n"  # one that would be refused
    async with serving(committed_api.app, http) as address:
        for pieces in (
            [(head + "\r\n").encode() + body, f"{token}\r\n".encode()],
            [(head + "\r\n").encode() + body + f"{token}\r\n".encode()],
        ):
            async with connected(address) as connection:
                await connection.write(*pieces)
                assert (await connection.answer())[0] == 401
        async with connected(address) as connection:
            await connection.write((head + token + "\r\n").encode() + body + f"{key}\r\n".encode())
            assert (await connection.answer())[0] == 201


@pytest.mark.parametrize("http", SERVERS)
async def test_a_client_that_goes_away_is_no_fault(
    faulty_api: Api, http: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = bearer("case_officer")["Authorization"]
    head = f"POST {PROVIDERS} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
    async with serving(faulty_api.app, http) as address:
        async with connected(address) as connection:
            await connection.write(head.encode() + b'Content-Length: 100\r\n\r\n{"name":')
            await asyncio.sleep(0.05)
        async with connected(address) as connection:
            await connection.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await connection.answer())[0] == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("http", SERVERS)
async def test_head_and_304_leave_the_connection_clean(committed_api: Api, http: str) -> None:
    """Neither has a body on the wire, whatever Content-Length says; the next answer begins where it should."""
    body = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
    made = await committed_api.case_officer.post(PROVIDERS, json=body)
    token = bearer("case_officer")["Authorization"]
    rest = f"{made.headers['location']} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
    async with serving(committed_api.app, http) as address, connected(address) as connection:
        await connection.write(f"HEAD {rest}\r\n".encode())
        head = (await connection.reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.startswith("http/1.1 200")
        assert f"content-length: {len(made.content)}\r\n" in head
        await connection.write(f"GET {rest}If-None-Match: {made.headers['etag']}\r\n\r\n".encode())
        status, headers, _ = await connection.answer()
        assert (status, headers["etag"]) == (304, made.headers["etag"])
        await connection.write(f"GET {rest}\r\n".encode())
        status, headers, content = await connection.answer()
        assert (status, content) == (200, made.content)


SITUATIONS = [
    ("GET", PROVIDERS, {}, 200),
    ("HEAD", PROVIDERS, {}, 200),
    ("GET", "/health/live", {}, 200),
    ("GET", "/problems/validation", {}, 200),
    ("GET", "/openapi.json", {}, 200),
    ("GET", "/docs", {}, 200),
    ("GET", "/docs/assets/docs.js", {}, 200),
    ("GET", PROVIDERS, {"Authorization": "Bearer x"}, 401),
    ("GET", PROVIDERS, bearer("auditor"), 403),
    ("GET", "/nowhere", {}, 404),
    ("PUT", PROVIDERS, {}, 405),
    ("GET", PROVIDERS, {"Accept": "text/csv"}, 406),
    ("POST", PROVIDERS, {"Content-Length": "99999999", "Content-Type": "application/json"}, 413),
    ("GET", "/" + "a" * 9000, {}, 414),
    ("POST", PROVIDERS, {}, 415),
    ("GET", f"{PROVIDERS}?x=1", {}, 422),
    ("GET", PROVIDERS, {"X-Long": "a" * 40_000}, 431),
    ("GET", "/faults/raised", {}, 500),
]


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"), SITUATIONS, ids=[str(s[3]) + s[1][:20] for s in SITUATIONS]
)
async def test_every_answer_has_the_security_headers(
    faulty_api: Api, method: str, target: str, headers: dict[str, str], status: int
) -> None:
    """Whatever the answer; the docs page alone has a policy of its own, and its files may be kept."""
    answer = await send(faulty_api.app, method, target, list((bearer("case_officer") | headers).items()))
    assert answer.status == status
    assert answer.header("x-request-id")
    assert answer.header("server") is None
    for name, value in SECURITY_HEADERS.items():
        if target.startswith("/docs") and name in ("Cache-Control", "Content-Security-Policy"):
            assert "default-src 'none'" in str(answer.header("content-security-policy"))
        else:
            assert answer.header(name) == value, name
    if status >= 400:
        assert_problem(answer, status, answer.json()["type"].removeprefix("/problems/"))


async def test_a_problem_says_how_to_go_on(api: Api) -> None:
    """Each status's own header (RFC 9110, RFC 5789): the challenge, the methods, the formats."""
    officer = tuple(bearer("case_officer").items())
    assert (await send(api.app, "GET", PROVIDERS)).header("www-authenticate") == "Bearer"
    post = await send(api.app, "POST", PROVIDERS, (*officer, ("Content-Type", "text/plain")), b"x")
    assert post.header("accept-post") == "application/json"
    patch = await send(api.app, "PATCH", f"{PROVIDERS}/x", (*officer, ("Content-Type", "text/plain")), b"x")
    assert patch.header("accept-patch") == "application/merge-patch+json, application/json"
