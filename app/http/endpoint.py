"""One request: who calls, is it well-formed, one transaction around it, the commit before the answer goes out.

The order is the same for every endpoint: token (401), role (403), media types (406, 415), query names (422), size
(413), JSON (422), then the answer kept for an `Idempotency-Key`, then the handler with its input (422). The
transaction belongs to the route and not to a `yield` dependency, because the answer kept for a key must be part of
it, and only the route sees both.

An endpoint says in its signature by which door it goes to the database: `ReaderDep`, `UnitOfWorkDep`, or
`ReaderFactoryDep` where it opens readers of its own. `ETag`, `Location`, `Link`, `Vary` and 304 are made here, from the
bytes that go out.
"""

import re
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, StreamingResponse

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.reader import Reader
from app.database.unit_of_work import UnitOfWork
from app.http import idempotency
from app.http.access_reasons import read_stated_reason, takes_reason
from app.http.attempts import Attempts
from app.http.content_negotiation import JSON, MERGE_PATCH, preferred, require_content_type
from app.http.declarations import (
    CALLER,
    ActsOnMany,
    Conceals,
    Consumes,
    Locates,
    Produces,
    ReaderFactory,
    Revalidates,
    RoleGuard,
)
from app.http.doors import WRITES, DoorKind, find_door
from app.http.etag import etag_of, is_known
from app.http.exception_handlers import to_problem
from app.http.identity_numbers import refuse_identity_numbers
from app.http.problems import BODY_TOO_LARGE, VALIDATION, Problem
from app.http.restriction import leave_out
from app.http.strict_json import parse_strictly
from app.http.validation import list_models, refuse_unknown_query

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

# What is stored stands behind a refusal with one of these, once the handler has begun.
_BY_RULES = frozenset({409, 412, 422})
_BYTES = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route is to the access log: its name, method and template, and the roles that may call it.

    `acts_on_many`: it is one line of the log, of nobody.
    """

    name: str
    method: str
    route: str
    roles: frozenset[str]
    acts_on_many: bool = False


class AccessRecorder(Protocol):
    """Writes the access log; the application provides it as `app.state.access_log`."""

    async def record(self, request: Request, door: Reader | UnitOfWork, operation: Operation) -> Collection[str]:
        """Called right before the commit of a request that succeeds, in its transaction; the ids to leave out."""

    async def find_restriction(self, request: Request, database: Database, operation: Operation) -> Problem | None:
        """Asked after a refusal by a rule: the one that comes before it, where it is about somebody restricted."""

    async def record_denial(self, request: Request, database: Database, operation: Operation) -> None:
        """Called after a 403, 404 or 423 to a known caller; the request's own transaction is gone."""


class Caller(Protocol):
    """Whom a token stands for, as far as this layer needs to know."""

    @property
    def identity(self) -> DatabaseIdentity: ...

    def limited_to(self, roles: frozenset[str]) -> Self: ...


class Authenticator(Protocol):
    """Turns `Authorization` headers into a caller, or raises a 401 problem."""

    async def authenticate(self, authorization_headers: list[str]) -> Caller: ...


class CallerObserver(Protocol):
    """Is shown every caller with all its roles; the application provides it as `app.state.caller_observer`."""

    async def observe(self, caller: Caller, database: Database) -> None: ...


class StrictRequest(Request):
    """A request whose body is bounded and whose JSON is read strictly.

    Not by the framework's `max_body_size`: see docs/decisions/0011-body-limit.md.
    """

    body_limit: int
    _is_parsed = False
    _parsed: Any = None

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces. Raises `BODY_TOO_LARGE` as soon as it passes the limit."""
        announced = self.headers.get("content-length", "")
        # One that is no number is the server's to refuse; what arrives is counted anyway.
        if _BYTES.fullmatch(announced) and int(announced) > self.body_limit:
            raise self._too_large()
        received = 0
        async for chunk in super().stream():
            received += len(chunk)
            if received > self.body_limit:
                raise self._too_large()
            yield chunk

    def _too_large(self) -> Problem:
        return BODY_TOO_LARGE(f"Innhaldet kan vere opp til {self.body_limit} byte.")

    async def json(self) -> Any:
        """The body as JSON. Raises `RequestValidationError`, also for a name that stands twice."""
        if not self._is_parsed:
            self._parsed = parse_strictly(await self.body())
            self._is_parsed = True
        return self._parsed


class Route(APIRoute):
    """The route class of every router: `APIRouter(route_class=Route)`."""

    operation: Operation

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """An operation is known to clients by its function's name, whatever its address."""
        super().__init__(path, endpoint, **{**options, "operation_id": endpoint.__name__})

    @property
    def is_tagged(self) -> bool:
        """Whether an answer has an `ETag`. A page and a file have none, unless the route says that it answers 304."""
        return 304 in self.responses or (bool(_list_fields(self.response_model)) and not self.is_list)

    @property
    def is_list(self) -> bool:
        """Whether an answer is a page, which leads to the next one."""
        return "next" in _list_fields(self.response_model)

    def get_route_handler(self) -> Handler:
        calls = list(_calls(self.dependant))
        guards = [call for call in calls if isinstance(call, RoleGuard)]
        method = min(self.methods or ())
        self.operation = Operation(
            name=self.name,
            method=method,
            route=self.path,
            roles=frozenset[str]().union(*(guard.roles for guard in guards)),
            acts_on_many=any(isinstance(call, ActsOnMany) for call in calls),
        )
        return _Endpoint(
            handler=super().get_route_handler(),
            guards=guards,
            door=find_door(calls, method, self.path, self.operation.roles),
            offered=next((call.offers for call in calls if isinstance(call, Produces)), (JSON,)),
            query_names=dict(_query_names(self.dependant)),
            has_json=self.body_field is not None,
            may_lack_body=self.body_field is not None and not self.body_field.field_info.is_required(),
            is_tagged=self.is_tagged,
            is_list=self.is_list,
            is_cached=any(isinstance(call, Revalidates) for call in calls),
            body_limit=next((call.limit for call in calls if isinstance(call, Consumes)), None),
            concealed=next((call.field for call in calls if isinstance(call, Conceals)), None),
            location=next((call.template for call in calls if isinstance(call, Locates)), None),
            takes_reason=takes_reason(method, self.path),
            operation=self.operation,
        ).handle


def _list_fields(response_model: Any) -> set[str]:
    """The names of all fields of the models that an answer may be."""
    return set[str]().union(*(model.model_fields for model in list_models(response_model)))


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What an assembled route asks of a request, and the order in which it asks.

    `handler` is FastAPI's: the input, the endpoint, the answer.
    """

    handler: Handler
    guards: Sequence[RoleGuard]
    door: DoorKind
    offered: Sequence[str]
    query_names: Mapping[str, bool]
    has_json: bool
    may_lack_body: bool
    is_tagged: bool
    is_list: bool
    is_cached: bool
    body_limit: int | None
    concealed: str | None
    location: str | None
    takes_reason: bool
    operation: Operation

    async def handle(self, received: Request) -> Response:
        """Authenticate, act, and log a refusal of a known caller."""
        request = StrictRequest(received.scope, received.receive)
        state = request.app.state
        request.body_limit = self.body_limit or state.settings.body_limit_bytes
        if state.kept_answers is not None:
            state.kept_answers.sweep_if_due()
        if self.operation.route not in state.fixed_paths and _path(request) in state.fixed_paths:
            # `/v1/absences/batch` is never `/v1/absences/{absence_id}`, whatever the method.
            raise HTTPException(405)
        if not self.guards:
            return await self._act(request, None)
        caller: Caller | None = request.scope.get(CALLER)
        if caller is None:
            authenticator: Authenticator = state.authenticator
            caller = await authenticator.authenticate(request.headers.getlist("authorization"))
            # The page's own calls are not counted: one look at it makes several.
            calls: Attempts = state.calls
            calls.count_one(caller.identity.actor)
        observer: CallerObserver = state.caller_observer
        await observer.observe(caller, state.database)
        # A caller with several roles sees with each operation what the roles that the operation is for may see.
        caller = caller.limited_to(self.operation.roles)
        request.scope["state"]["actor"] = caller
        try:
            return await self._act(request, caller.identity)
        except Exception as error:
            problem = to_problem(error)
            access_log: AccessRecorder = state.access_log
            restriction = None
            has_begun = request.scope["state"].get("has_begun", False)
            if problem is not None and has_begun and problem.type.status in _BY_RULES:
                restriction = await access_log.find_restriction(request, state.database, self.operation)
                problem = restriction or problem
            if problem is not None and problem.type.status in (403, 404, 423):
                await access_log.record_denial(request, state.database, self.operation)
            if restriction is not None:
                raise restriction from error
            raise

    async def _act(self, request: StrictRequest, caller: DatabaseIdentity | None) -> Response:
        if caller is not None:
            for guard in self.guards:  # before a kept answer: a role that was taken away must not be replayed
                await guard(request)
            preferred(", ".join(request.headers.getlist("accept")), self.offered)
        reads_json = self.has_json and not await self._lacks_body(request)
        if reads_json:
            require_content_type(request, (MERGE_PATCH, JSON) if request.method == "PATCH" else (JSON,))
        refuse_unknown_query(request, self.query_names)
        if reads_json:
            await self._read_json(request)
        refuse_identity_numbers(request, await request.json() if reads_json else None)
        if self.takes_reason:
            # Of those who need no reason, and where there is nobody to be shown, a reason that is none is refused too.
            read_stated_reason(request)
        state = request.scope["state"]
        state["has_begun"] = True
        database: Database = request.app.state.database
        if caller is None or self.door is DoorKind.NONE:
            return self._complete(request, await self.handler(request))
        if self.door is DoorKind.READER_FACTORY:
            state["reader_factory"] = ReaderFactory(database, caller)
            return self._complete(request, await self.handler(request))
        if self.door in WRITES:
            snapshot = self.door is DoorKind.SNAPSHOT_UNIT_OF_WORK
            async with database.unit_of_work(caller, snapshot=snapshot) as unit:
                state["unit_of_work"] = unit
                response = await self._answer_once(request, unit)
                await self._record(request, unit)
                return response
        async with database.reader(caller, snapshot=self.door is DoorKind.SNAPSHOT_READER) as door:
            state["reader"] = door
            response = await self.handler(request)
            hidden = await self._record(request, door)
            return self._complete(request, leave_out(response, hidden) if hidden else response)

    async def _record(self, request: Request, door: Reader | UnitOfWork) -> Collection[str]:
        access_log: AccessRecorder = request.app.state.access_log
        return await access_log.record(request, door, self.operation)

    async def _answer_once(self, request: StrictRequest, unit: UnitOfWork) -> Response:
        """The handler's answer; to a keyed POST the answer that is kept, or one that is kept from now on."""
        settings = request.app.state.settings
        key = idempotency.key_of(request, settings.fingerprint_key) if request.method == "POST" else None
        if key is None:
            return self._complete(request, await self.handler(request))
        fingerprint = idempotency.fingerprint(request, unit.caller, await request.body(), settings.fingerprint_key)
        attempt = await idempotency.begin_attempt(unit, key, fingerprint, hours=settings.idempotency_hours)
        if isinstance(attempt, Response):
            return attempt
        response = self._complete(request, await self.handler(request))
        await attempt.remember(unit, response, without=self.concealed)
        return response

    def _complete(self, request: Request, response: Response) -> Response:
        """Headers that follow from the bytes that go out, and 304 for a representation that the caller has."""
        if len(self.offered) > 1:
            response.headers["Vary"] = "Accept"
        if self.is_cached:
            response.headers["Cache-Control"] = "private, no-cache"
        if isinstance(response, StreamingResponse | FileResponse) or not 200 <= response.status_code < 300:
            return response
        content = bytes(response.body)
        if not content:
            return response
        if self.is_tagged:
            # An endpoint whose answer says more than the object itself names the object's own tag.
            tag = response.headers.get("ETag") or etag_of(content)
            response.headers["ETag"] = tag
            if is_known(request, tag):
                kept = {
                    name: response.headers[name]
                    for name in ("etag", "vary", "cache-control")
                    if name in response.headers
                }
                return Response(status_code=304, headers=kept)
            self._locate(request, response, content)
        elif self.is_list and request.method == "GET" and response.media_type == JSON:
            following = msgspec.json.decode(content, type=_ListEnd).next
            if following is not None:
                # Relative, so that it holds behind any proxy (RFC 8288).
                named = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
                query = urlencode([*named, ("after", following)])
                response.headers["Link"] = f'<{quote(request.scope["path"])}?{query}>; rel="next"'
        return response

    def _locate(self, request: Request, response: Response, content: bytes) -> None:
        """`Location` of what was created: below the address that was posted to, or where the route says."""
        if response.status_code != 201 and not (request.method == "POST" and self.location):
            return
        id_ = msgspec.json.decode(content, type=_Created).id
        if not id_:
            return  # Nothing was created.
        template = self.location or f"{request.scope['path']}/{{id}}"
        response.headers["Location"] = quote(template.format(**request.path_params, id=id_))

    async def _lacks_body(self, request: StrictRequest) -> bool:
        """Where every field may be left out, so may all of them together: no body, and nothing said of its type."""
        return self.may_lack_body and "content-type" not in request.headers and not await request.body()

    async def _read_json(self, request: StrictRequest) -> None:
        """Here and not in FastAPI, which turns what is raised on the way into a 400, and takes null for no body."""
        if (self.may_lack_body or await request.body()) and await request.json() is None and self.may_lack_body:
            raise VALIDATION("Innhaldet må vere eit objekt.", pointer="#")


class _ListEnd(msgspec.Struct):
    """The part of a list's answer that leads on."""

    next: str | None = None


class _Created(msgspec.Struct):
    """The part of a created object that its address is made of."""

    id: str = ""


def _path(request: Request) -> str:
    """The address below a proxy's prefix."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def _calls(dependant: Any) -> Iterator[object]:
    """The endpoint and every dependency below it."""
    yield dependant.call
    for sub in dependant.dependencies:
        yield from _calls(sub)


def _query_names(dependant: Any) -> Iterator[tuple[str, bool]]:
    """Each query parameter of the endpoint and of every dependency below it, and whether it may be repeated."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        yield field.alias, list in (get_origin(part) for part in (annotation, *get_args(annotation)))
    for sub in dependant.dependencies:
        yield from _query_names(sub)
