"""One request: who calls, is it well-formed, one transaction around it, the commit before the answer goes out.

The order is fixed here for every endpoint: token (401), role (403), media types (406, 415), query names (422), size
(413), JSON (422), then the answer kept for an `Idempotency-Key`, then the handler with its input (422). The
transaction belongs to the route and not to a `yield` dependency, because the answer kept for a key must be part of
it, and only the route sees both.
"""

import hmac
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Protocol

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from app.db import Database, Identity, given_session
from app.http import idempotency
from app.http.content_negotiation import JSON, MERGE_PATCH, preferred, require_content_type
from app.http.exception_handlers import FIELD_NAME, parse_strictly, to_problem
from app.http.problems import BODY_TOO_LARGE, VALIDATION

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route is to the access log: its name, method and template, and the roles that may call it."""

    name: str
    method: str
    route: str
    roles: frozenset[str]


class AccessRecorder(Protocol):
    """Records who accessed whose data; the application hands it over as `app.state.access_log`."""

    async def record(self, request: Request, session: AsyncSession, operation: Operation) -> None:
        """Called right before the commit of a request that succeeds, in its transaction."""

    async def record_denial(self, request: Request, database: Database, operation: Operation) -> None:
        """Called after a 403 or 404 to a caller we know; the act's transaction is gone."""


class Caller(Protocol):
    """Whoever a token stands for, as far as this layer needs to know."""

    @property
    def identity(self) -> Identity: ...


class Authenticator(Protocol):
    """Turns `Authorization` headers into a caller, or raises a 401 problem."""

    async def authenticate(self, authorization_headers: list[str]) -> Caller: ...


@dataclass(frozen=True, slots=True)
class Offers:
    """A dependency that yields the media type to answer with: the first offered unless `Accept` prefers another."""

    offers: tuple[str, ...]

    async def __call__(self, request: Request) -> str:
        return preferred(request.headers.get("accept"), self.offers)


@dataclass(frozen=True, slots=True)
class Accepts:
    """A dependency for endpoints that read the body themselves: its media type, and how large it may be.

    With `streamed` the body is not held: the endpoint reads `request.stream()`, and then asks `kept_answer`.
    """

    accepts: tuple[str, ...]
    limit: int
    streamed: bool = False

    async def __call__(self, request: Request) -> str:
        return require_content_type(request, self.accepts)


def offers(*media_types: str) -> Any:
    """`fmt: Annotated[str, offers(JSON, CSV)]` in a route's signature."""
    return Depends(Offers(media_types))


def accepts(*media_types: str, limit: int, streamed: bool = False) -> Any:
    """`sent: Annotated[str, accepts(JSON, CSV, limit=…)]` in a route's signature; `limit` in bytes."""
    return Depends(Accepts(media_types, limit, streamed))


_BYTES = re.compile(r"[0-9]{1,18}", re.ASCII)


class StrictRequest(Request):
    """A request whose body is bounded and whose JSON is read strictly."""

    body_limit: int = 1024 * 1024
    # Of a keyed request whose body is not held: what has been read of it, and how to ask for the answer that is kept.
    fingerprint: hmac.HMAC | None = None
    ask_kept: Callable[[bytes], Awaitable[Response | None]] | None = None

    async def kept_answer(self) -> Response | None:
        """For an endpoint that streams the body, when it has read it: the answer kept for the `Idempotency-Key`.

        Whoever gets one returns it and does nothing else.
        """
        if self.fingerprint is None or self.ask_kept is None:
            return None
        return await self.ask_kept(self.fingerprint.digest())

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces. Raises `BODY_TOO_LARGE` as soon as it passes the limit."""
        announced = self.headers.get("content-length", "")
        # One that is no number is the server's to refuse; what arrives is counted anyway.
        if _BYTES.fullmatch(announced) and int(announced) > self.body_limit:
            raise BODY_TOO_LARGE(f"Innhaldet kan vere opp til {self.body_limit} byte.")
        received = 0
        async for chunk in super().stream():
            received += len(chunk)
            if received > self.body_limit:
                raise BODY_TOO_LARGE(f"Innhaldet kan vere opp til {self.body_limit} byte.")
            if self.fingerprint is not None:
                self.fingerprint.update(chunk)
            yield chunk

    async def json(self) -> Any:
        """The body as JSON. Raises `RequestValidationError`, also for a name that stands twice."""
        if not hasattr(self, "_json"):
            self._json = parse_strictly(await self.body())
        return self._json


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for sub in dependant.dependencies:
        yield from _calls(sub)


def _supplied(dependant: Dependant) -> Dependant:
    """The endpoint with its session and caller handed over by the route, which has both.

    FastAPI's way to a dependency costs a short read a twentieth of its time each.
    """
    endpoint = dependant.call
    known, others = dict[str, str](), list[Dependant]()
    for one in dependant.dependencies:
        at_hand = "session" if one.call is given_session else "actor" if hasattr(one.call, "roles") else None
        if at_hand is None or one.name is None:
            others.append(one)
        else:
            known[one.name] = at_hand
    if not known or not iscoroutinefunction(endpoint):
        return dependant
    asked = dependant.request_param_name
    name = asked or "_request"

    @wraps(endpoint)
    async def supplied(**values: Any) -> Any:
        request: Request = values[name] if asked else values.pop(name)
        state = request.scope["state"]
        values |= {parameter: state[at_hand] for parameter, at_hand in known.items()}
        return await endpoint(**values)

    return replace(dependant, call=supplied, dependencies=others, request_param_name=name)


# Addresses without a parameter. `/v1/absences/batch` is never `/v1/absences/{absence_id}`, whatever the method.
_FIXED: set[str] = set()


_NO_MATCH: tuple[Match, Scope] = (Match.NONE, {})


class Route(APIRoute):
    """The route class of every router: `APIRouter(route_class=Route)`."""

    operation: Operation

    def __init__(self, path: str, *args: Any, **options: Any) -> None:
        super().__init__(path, *args, **options)
        self._beginning, variable, _ = path.partition("{")
        self._variable = bool(variable)
        if not variable:
            _FIXED.add(path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette does it, but most routes are told apart by the fixed beginning of their path alone."""
        asked: str = scope["path"]
        if not asked.startswith(self._beginning) or (self._variable and asked in _FIXED):
            # A path below a proxy's prefix begins with that.
            if not scope.get("root_path"):
                return _NO_MATCH
        return super().matches(scope)

    def get_route_handler(self) -> Handler:
        declared = self.dependant
        self.dependant = _supplied(declared)
        handler = super().get_route_handler()
        self.dependant = declared
        calls = list(_calls(declared))
        guards: list[Any] = [call for call in calls if hasattr(call, "roles")]
        self.operation = Operation(
            name=self.name,
            method=min(self.methods or ()),
            route=self.path,
            roles=frozenset[str]().union(*(guard.roles for guard in guards)),
        )
        return _Endpoint(
            handler=handler,
            guards=guards,
            offered=next((call.offers for call in calls if isinstance(call, Offers)), (JSON,)),
            accepts=next((call for call in calls if isinstance(call, Accepts)), None),
            query_names=frozenset(
                field.alias for field in get_flat_params(declared) if isinstance(field.field_info, QueryParameter)
            ),
            has_json=self.body_field is not None,
            may_lack_body=self.body_field is not None and not self.body_field.field_info.is_required(),
            operation=self.operation,
        ).handle


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What an assembled route asks of a request, and the way of a request through it.

    `handler` is FastAPI's: the input, the endpoint, the answer. `accepts` is of an endpoint that reads its body itself.
    """

    handler: Handler
    guards: Sequence[Callable[[Request], Awaitable[object]]]
    offered: Sequence[str]
    accepts: Accepts | None
    query_names: frozenset[str]
    has_json: bool
    may_lack_body: bool
    operation: Operation

    async def handle(self, received: Request) -> Response:
        """Authenticate, act, and write down a refusal of somebody whom we know."""
        request = StrictRequest(received.scope, received.receive)
        state = request.app.state
        request.body_limit = state.settings.body_limit_bytes if self.accepts is None else self.accepts.limit
        if not self.guards:
            return await self._act(request, None)
        keys: Authenticator = state.keys
        caller = await keys.authenticate(request.headers.getlist("authorization"))
        request.scope["state"]["actor"] = caller
        try:
            return await self._act(request, caller.identity)
        except Exception as error:
            problem = to_problem(error)
            if problem is not None and problem.type.status in (403, 404):
                recorder: AccessRecorder = state.access_log
                await recorder.record_denial(request, state.database, self.operation)
            raise

    async def _act(self, request: StrictRequest, identity: Identity | None) -> Response:
        state = request.app.state
        if identity is not None:
            for guard in self.guards:  # before a kept answer: a role that was taken away must not be replayed
                await guard(request)
            preferred(", ".join(request.headers.getlist("accept")), self.offered)
        reads_json = self.has_json and not await self._lacks_body(request)
        if reads_json:
            require_content_type(request, (MERGE_PATCH, JSON) if request.method == "PATCH" else (JSON,))
        _refuse_unknown_query(request, self.query_names)
        if reads_json:
            await self._read_json(request)
        async with state.database.transaction(identity) as session:
            request.scope["state"]["session"] = session
            streamed = self.accepts is not None and self.accepts.streamed
            response = await _answer(self.handler, request, session, identity, streamed=streamed)
            if identity is not None:
                recorder: AccessRecorder = state.access_log
                await recorder.record(request, session, self.operation)
            return response

    async def _lacks_body(self, request: StrictRequest) -> bool:
        """Where every field may be left out, so may all of them together: no body, and nothing said of its type."""
        return self.may_lack_body and "content-type" not in request.headers and not await request.body()

    async def _read_json(self, request: StrictRequest) -> None:
        """Here and not in FastAPI, which turns what is raised on the way into a 400, and takes null for no body."""
        if (self.may_lack_body or await request.body()) and await request.json() is None and self.may_lack_body:
            raise VALIDATION("Innhaldet må vere eit objekt.", pointer="#")


async def _answer(
    handler: Handler, request: StrictRequest, session: AsyncSession, identity: Identity | None, *, streamed: bool
) -> Response:
    """What the handler answers; to a keyed POST the answer that is kept, or one that is kept from now on."""
    if request.method != "POST" or identity is None:
        return await handler(request)
    settings = request.app.state.settings
    fingerprint = idempotency.fingerprinting(request, settings.fingerprint_key)
    if fingerprint is None:
        return await handler(request)
    attempts: list[idempotency.Attempt] = []

    async def ask_kept(digest: bytes) -> Response | None:
        attempt = await idempotency.begin(request, session, identity, digest, hours=settings.idempotency_hours)
        if isinstance(attempt, idempotency.Attempt):
            attempts.append(attempt)
            return None
        return attempt

    if streamed:
        request.fingerprint, request.ask_kept = fingerprint, ask_kept
    else:
        fingerprint.update(await request.body())
        kept = await ask_kept(fingerprint.digest())
        if kept is not None:
            return kept
    response = await handler(request)
    for attempt in attempts:
        await attempt.remember(session, response)
    return response


def _refuse_unknown_query(request: Request, known: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    faults = [
        (name, "er ein ukjend parameter" if name not in known else "står meir enn ein gong")
        for name in dict.fromkeys(names)
        if name not in known or names.count(name) > 1
    ]
    if faults:
        raise RequestValidationError(
            [
                {
                    "type": "value_error",
                    "loc": ("query", name) if FIELD_NAME.fullmatch(name) else ("query",),
                    "msg": sentence,
                    "input": None,
                    "ctx": {"error": sentence},
                }
                for name, sentence in faults
            ]
        )
