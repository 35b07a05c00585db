"""The outermost layer, plain ASGI: request ids, HEAD, headers that every answer has, one log line, nothing escapes.

An exception that reached the server would close the client's kept-alive connection under its next request; so an
exception that was not caught becomes a problem here.
"""

import logging
import re
import time
from types import TracebackType

import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import new_id
from app.http.exception_handlers import to_problem, to_response
from app.http.health import is_at_port
from app.http.identity_numbers import holds_identity_number
from app.http.problems import HEADERS_TOO_LARGE, INTERNAL, NOT_FOUND, URI_TOO_LONG, Problem

log = structlog.get_logger("vekstplass.request")
failures = logging.getLogger("vekstplass.errors")

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_TRACE_CONTEXT = TraceContextTextMapPropagator()

DURATION = Histogram(
    "http_server_request_duration_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# Not every server bounds these. A token has its own limit, and its own answer (401).
TARGET_BYTES = 8 * 1024
HEADER_BYTES = 32 * 1024

# As nginx logs it: the client went away before its answer.
_CLIENT_GONE = 499

_AT_METRICS_PORT = frozenset({"/metrics", "/health/live", "/health/ready"})
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# As they go out: a handler's own comes first.
_ADDED = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class RequestMiddleware:
    """Wraps the whole application. At the port for metrics there is nothing but them and the probes."""

    def __init__(self, app: ASGIApp, metrics_port: int | None = None) -> None:
        self.app = app
        self.metrics_port = metrics_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, trace_id = _request_id(scope), _trace_id(scope)
        # Every log line of the request has them, a traceback too.
        with structlog.contextvars.bound_contextvars(
            request_id=request_id, **({"trace_id": trace_id} if trace_id else {})
        ):
            await self._answer(scope, receive, send, request_id, trace_id)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str, trace_id: str | None) -> None:
        began = time.perf_counter()
        head = scope["method"] == "HEAD"
        inner: Scope = {**scope, "method": "GET"} if head else scope
        inner.setdefault("state", {}).update(request_id=request_id, head=head)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                own = {name for name, _ in headers}
                headers += [header for header in _ADDED if header[0] not in own]
                headers.append((b"x-request-id", request_id.encode("latin-1")))
                if trace_id:
                    headers.append((b"x-trace-id", trace_id.encode("latin-1")))
            elif head and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
            await send(message)

        try:
            refusal = _check_size(inner) or self._check_port(inner)
            if refusal is None:
                await self.app(inner, receive, send_with_headers)
            else:
                await to_response(Request(inner), refusal)(inner, receive, send_with_headers)
        except ClientDisconnect:
            status = _CLIENT_GONE
        except Exception as error:
            problem = to_problem(error)
            if problem is None:
                # The traceback's own text may repeat a row; the type and place are enough to find it.
                failures.error("unhandled %s", type(error).__name__, exc_info=strip_values(error))
                problem = INTERNAL()
            if status:
                raise
            await to_response(Request(inner), problem)(inner, receive, send_with_headers)
        finally:
            matched = inner.get("route")
            route = matched.path if isinstance(matched, Route) else "unknown"
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            DURATION.labels(method, route, str(status)).observe(seconds)
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))

    def _check_port(self, scope: Scope) -> Problem | None:
        if self.metrics_port is None or scope["path"] in _AT_METRICS_PORT or not is_at_port(scope, self.metrics_port):
            return None
        return NOT_FOUND()


def _check_size(scope: Scope) -> Problem | None:
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > TARGET_BYTES:
        return URI_TOO_LONG()
    if sum(len(name) + len(value) for name, value in scope["headers"] if name != b"authorization") > HEADER_BYTES:
        return HEADERS_TOO_LARGE()
    return None


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            sent = value.decode("latin-1")
            if _REQUEST_ID.fullmatch(sent) and not holds_identity_number(sent):
                return str(sent)
    return str(new_id())


def _trace_id(scope: Scope) -> str | None:
    """The trace that the request is part of: our own span's where tracing is on, else the caller's (`traceparent`)."""
    span = trace.get_current_span()
    if not span.get_span_context().is_valid:
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
        if len(sent) != 1 or holds_identity_number(sent[0]):
            return None
        span = trace.get_current_span(_TRACE_CONTEXT.extract({"traceparent": sent[0]}))
    context = span.get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def strip_values(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """The traceback of an exception, with the exception's own text left out."""
    bare = RuntimeError(type(error).__name__)
    return (RuntimeError, bare, error.__traceback__)
