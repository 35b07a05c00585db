"""From whatever was raised to a problem: validation, unknown addresses, constraints, a database that is away."""

import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Route as StarletteRoute

from app.http.problems import (
    CONFLICT,
    INTERNAL,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TYPES,
    UNAVAILABLE,
    VALIDATION,
    FieldError,
    Problem,
    ProblemType,
)
from app.http.schemas import TEXT

log = logging.getLogger("vekstplass.errors")

# Constraint name -> what to answer. Filled by the domains, beside the tables the constraints belong to.
CONSTRAINTS: dict[str, Callable[[], Problem]] = {}

_SENTENCES = {
    "missing": "manglar",
    "extra_forbidden": "er eit ukjent felt",
    "json_invalid": "er ikkje gyldig JSON",
    "string_type": "må vere tekst",
    "string_unicode": "har teikn som ikkje er gyldig Unicode",
    "string_too_short": "er for kort",
    "string_too_long": "er for lang",
    "string_pattern_mismatch": "har feil form",
    "literal_error": "er ikkje blant dei tillatne verdiane",
    "enum": "er ikkje blant dei tillatne verdiane",
    "bool_type": "må vere true eller false",
    "list_type": "må vere ei liste",
    "too_short": "har for få element",
    "too_long": "har for mange element",
    "greater_than_equal": "er for liten",
    "less_than_equal": "er for stor",
    "int_parsing_size": "er for stor",
    "uuid_parsing": "må vere ein UUID",
    "uuid_type": "må vere ein UUID",
    "union_tag_invalid": "er ikkje blant dei tillatne verdiane",
    "union_tag_not_found": "manglar feltet som avgjer kva slag dette er",
    "model_attributes_type": "må vere eit objekt",
    "dict_type": "må vere eit objekt",
}


_EMPTY = "kan ikkje vere tomt"


def on_constraint(name: str, type_: ProblemType, detail: str) -> None:
    """Say which problem a broken database constraint is. Raises `ValueError` if the name is taken."""
    if name in CONSTRAINTS:
        raise ValueError(f"constraint {name} is mapped twice")
    CONSTRAINTS[name] = lambda: type_(detail)


# What a client invented is not repeated to it: an unknown name may hold anything, a person's number too.
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}", re.ASCII)


def _pointer(location: tuple[int | str, ...], unknown: bool) -> str:
    where, *path = location or ("body",)
    if unknown and path and not FIELD_NAME.fullmatch(str(path[-1])):
        path = path[:-1]
    if where == "body":
        steps = [] if path and isinstance(path[0], int) and len(path) == 1 else path
    else:
        steps = [where, *path[:1]]
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{step}" for step in escaped)


def _body_location(location: tuple[int | str, ...], body: object, *, may_lack: bool) -> tuple[int | str, ...]:
    """The steps of a location that lead through the body; pydantic puts names of union members in between."""
    where, *path = location or ("body",)
    if where != "body":
        return location
    kept: list[int | str] = []
    at = body
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(at, dict) and isinstance(step, str):
            if step not in at and not (last and may_lack):
                continue
            at = at.get(step)
        elif isinstance(at, list) and isinstance(step, int):
            at = at[step] if step < len(at) else None
        elif isinstance(step, str) and isinstance(at, list):
            continue
        kept.append(step)
    return (where, *kept)


def _describe(error: dict[str, Any]) -> str:
    match error:
        case {"type": "value_error"}:
            return str(error["ctx"]["error"])
        case {"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}, "input": str(sent)} if pattern == TEXT:
            return "kan ikkje ha NUL-teikn" if "\0" in sent else _EMPTY
        case {"type": "string_too_short", "ctx": {"min_length": 1}}:
            return _EMPTY
    return _SENTENCES.get(error["type"], "har ugyldig verdi")


def field_error(error: dict[str, Any], body: object = None) -> FieldError:
    """One error of pydantic's as pointer and sentence. The input itself is never repeated."""
    kind, sentence = error["type"], _describe(error)
    location = tuple(error["loc"])
    if kind.startswith("union_tag_"):  # it is the tag that is wrong, not the whole
        location = (*location, error["ctx"]["discriminator"].strip("'"))
    if isinstance(body, dict | list):
        location = _body_location(location, body, may_lack=kind in {"missing", "union_tag_not_found"})
    return FieldError(_pointer(location, kind == "extra_forbidden"), sentence)


def validation_problem(errors: list[dict[str, Any]], body: object = None) -> Problem:
    """A 422 that points at every field at fault. With the body, a pointer names nothing but what is in it."""
    faults = [field_error(error, body) for error in errors[:100]]
    first = faults[0]
    where = first.pointer.removeprefix("#").removeprefix("/") or "Innhaldet"
    return VALIDATION(f"{where}: {first.detail}.", errors=faults)


def database_problem(error: DBAPIError) -> Problem | None:
    """A broken constraint by its name; anything that says "not now" as 503; None when it is a fault of ours.

    The driver's text is never passed on: its DETAIL line repeats the row.
    """
    cause = error.orig.__cause__ if error.orig is not None else None
    if error.connection_invalidated:
        return UNAVAILABLE()
    return driver_problem(cause)


def driver_problem(cause: BaseException | None) -> Problem | None:
    """The same of an error as the driver raises it, which a reader passes on."""
    if isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        name = str(cause.constraint_name)
        if name in CONSTRAINTS:
            return CONSTRAINTS[name]()
        if isinstance(cause, asyncpg.ForeignKeyViolationError):
            return CONFLICT("Noko av det opplysningane viser til vart endra i same augneblink. Prøv igjen.")
        log.error("unmapped constraint %s", name)
        return CONFLICT()
    if isinstance(cause, asyncpg.InsufficientPrivilegeError):
        # The wall refused the row: to the caller it does not exist.
        return NOT_FOUND()
    # A value that the driver cannot encode is an InterfaceError too, but a fault of ours: waiting would not help.
    if isinstance(cause, UNAVAILABLE_CAUSES) and not isinstance(cause, ValueError):
        return UNAVAILABLE()
    return None


UNAVAILABLE_CAUSES = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InterfaceError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidCachedStatementError,
    ConnectionError,
    TimeoutError,
)


def to_problem(error: Exception) -> Problem | None:
    """The problem an exception means, or None when it is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DBAPIError):
        return database_problem(error)
    if isinstance(error, PoolTimeout):
        return UNAVAILABLE()
    return driver_problem(error)


def to_response(request: Request, problem: Problem) -> JSONResponse:
    """The response that carries the problem, with the request's id and path."""
    return JSONResponse(
        problem.body(
            # Not `request.url`: it raises on a query that is not UTF-8.
            instance=quote(request.scope["path"], safe="/:@!$&'()*+,;=~", errors="replace"),
            request_id=request.scope.get("state", {}).get("request_id"),
        ),
        status_code=problem.type.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method that the address answers, over all routes (RFC 9110 § 10.2.1)."""
    routes = [route for route in app.routes if isinstance(route, StarletteRoute)]
    # A fixed address is never another's parameter, whatever the method.
    fixed = [route for route in routes if route.path == path]
    matching = fixed or [route for route in routes if route.path_regex.match(path)]
    methods = set[str]().union(*(route.methods or () for route in matching))
    if "GET" in methods or not methods:
        methods |= {"GET", "HEAD"}
    return sorted(methods)


def install(app: FastAPI) -> None:
    """Register the handlers. What they do not know goes on to the outermost middleware."""

    async def on_problem(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return to_response(request, error)

    async def on_validation(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return to_response(request, validation_problem(list(error.errors()), error.body))

    async def on_database(request: Request, error: Exception) -> JSONResponse:
        problem = to_problem(error)
        if problem is None:
            raise error
        return to_response(request, problem)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return to_response(request, NOT_FOUND())
        if error.status_code == 405:
            allow = ", ".join(allowed_methods(app, request.scope["path"]))
            return to_response(request, METHOD_NOT_ALLOWED(headers={"Allow": allow}))
        by_status = {type_.status: type_ for type_ in reversed(TYPES.values())}
        type_ = by_status.get(error.status_code, VALIDATION if error.status_code < 500 else INTERNAL)
        pointer = "#" if type_.status == 422 else None
        return to_response(request, type_(pointer=pointer, headers=dict(error.headers or {})))

    async def on_recursion(request: Request, error: Exception) -> JSONResponse:
        return to_response(request, VALIDATION("Innhaldet er for djupt nøsta.", pointer="#"))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RecursionError, on_recursion)
    for kind in (DBAPIError, PoolTimeout, asyncpg.PostgresError, *UNAVAILABLE_CAUSES):
        app.add_exception_handler(kind, on_database)
