"""Which pages of other origins a browser lets read an answer (CORS, Fetch § 3.2)."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

# Open data, which everybody may read on any page.
OPEN_DATA = "/v1/open/"
# What everybody may read, and the office alone writes.
OPEN_READS = "/v1/grant-schemes"
_READS = frozenset({"GET", "HEAD"})


class CrossOriginMiddleware:
    """Lets the named origins use the API, and every origin read open data; no page gets a cookie's rights.

    Args:
        origins: as a browser sends them, `https://host` or `https://host:port`.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._open_data = CORSMiddleware(app, allow_origins=["*"], allow_methods=["GET"], expose_headers=["ETag"])
        self._rest: ASGIApp = app
        if origins:
            self._rest = CORSMiddleware(
                app,
                allow_origins=origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "If-Match",
                    "If-None-Match",
                    "Idempotency-Key",
                    "X-Access-Reason",
                    "X-Access-Reference",
                    "traceparent",
                ],
                expose_headers=[
                    "ETag",
                    "Link",
                    "Location",
                    "X-Request-ID",
                    "X-Trace-ID",
                    "Idempotency-Replayed",
                    "Retry-After",
                ],
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        is_open = path.startswith(OPEN_DATA) or (path == OPEN_READS and scope.get("method") in _READS)
        handler = self._open_data if is_open else self._rest
        await handler(scope, receive, send)
