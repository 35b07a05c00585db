"""From whatever was raised to a problem: unknown addresses, broken constraints, a database that is away."""

import logging
from collections.abc import Callable
from urllib.parse import quote

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Route as StarletteRoute

from app.database.driver import ConnectionNotMadeError
from app.database.startup import UnfitDatabase
from app.database.unit_of_work import OutcomeUnknownError
from app.http.problems import (
    CONFLICT,
    INTERNAL,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    OUTCOME_UNKNOWN,
    TYPES,
    UNAVAILABLE,
    VALIDATION,
    Problem,
    ProblemType,
)
from app.http.secret_addresses import conceal
from app.http.validation import validation_problem

log = logging.getLogger("vekstplass.errors")

# Constraint name -> what to answer. Filled by the domains, beside the tables the constraints belong to.
CONSTRAINTS: dict[str, Callable[[], Problem]] = {}


def on_constraint(name: str, type_: ProblemType, detail: str) -> None:
    """Say which problem a broken database constraint is. Raises `ValueError` if the name is taken."""
    if name in CONSTRAINTS:
        raise ValueError(f"constraint {name} is mapped twice")
    CONSTRAINTS[name] = lambda: type_(detail)


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
        if isinstance(cause, ConnectionNotMadeError | UnfitDatabase):
            log.warning("no connection to the database: %s", cause)
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
    asyncpg.InternalClientError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidCachedStatementError,
    ConnectionError,
    TimeoutError,
    UnfitDatabase,
)


def to_problem(error: Exception) -> Problem | None:
    """The problem an exception means, or None when it is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DBAPIError):
        return database_problem(error)
    if isinstance(error, PoolTimeout):
        return UNAVAILABLE()
    if isinstance(error, OutcomeUnknownError):
        return OUTCOME_UNKNOWN()
    return driver_problem(error)


def to_response(request: Request, problem: Problem) -> JSONResponse:
    """The response that carries the problem, with the request's id and path."""
    return JSONResponse(
        problem.body(
            # Not `request.url`: it raises on a query that is not UTF-8.
            instance=quote(conceal(request.scope["path"]), safe="/:@!$&'()*+,;=~", errors="replace"),
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
        route = request.scope.get("route")
        field = route.body_field if isinstance(route, APIRoute) else None
        shape = None if field is None else field.field_info.annotation
        return to_response(request, validation_problem(list(error.errors()), error.body, shape))

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
    for kind in (DBAPIError, PoolTimeout, OutcomeUnknownError, asyncpg.PostgresError, *UNAVAILABLE_CAUSES):
        app.add_exception_handler(kind, on_database)
