"""Is the process alive, of which release, can it serve, how is it doing. No address is in the answers.

The probes need no token. However many ask, the database is asked at most once a second.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable

import asyncpg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.pool import QueuePool
from starlette.types import Scope

from app import __version__
from app.database import startup
from app.database.connections import Database, ReaderPool
from app.database.driver import connect
from app.http.endpoint import Route
from app.http.problems import NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE
from app.http.schemas import Shape

log = logging.getLogger("vekstplass.health")

router = APIRouter(tags=["service"], route_class=Route)

READY_SECONDS = 0.5

POOL = Gauge("db_pool_connections", "Connections of this process's pools.", ["pool", "state"])
POOL_SIZE = Gauge("db_pool_size", "How many connections a pool may have.", ["pool"])
OUTBOX_AGE = Gauge(
    "outbox_oldest_age_seconds",
    "Age of the oldest event that a slower transaction still holds back from its readers; 0 when none is.",
)
_OUTBOX_AGE = (
    "select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 from event"
    " where transaction_id >= (select event_settled_below())"
)
LOG_AGE = Gauge(
    "access_log_unsealed_age_seconds", "Age of the oldest line of the access log that is not sealed; 0 when all are."
)
_LOG_AGE = (
    "select coalesce(extract(epoch from clock_timestamp() - (select at from access_log where transaction_number >="
    " (select coalesce(max(end_transaction), 0) from access_log_seal) order by transaction_number limit 1)), 0)::float8"
)

_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Health(Shape):
    """The result of a health check."""

    status: str


class Liveness(Health):
    """A process that is alive, and the release it is of."""

    version: str


@router.get("/health/live", summary="Check that the process is alive")
async def get_liveness() -> Liveness:
    """Answers while the event loop runs, with the release that runs. Does not use the database."""
    return Liveness(status="ok", version=__version__)


@router.get("/health/ready", summary="Check that the service can answer")
async def get_readiness(request: Request) -> Health:
    """200 if the database answered within 500 ms, in the last second, that it takes changes and has the schema of this
    version or of a later one; 503 also while shutting down.
    """
    state = request.app.state
    if state.draining:
        raise UNAVAILABLE("Prosessen er på veg ned.")
    fault = await state.readiness.get()
    if fault is not None:
        raise UNAVAILABLE(fault)
    return Health(status="ok")


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text format. No label names a person, an address that somebody invented, or a provider.

    Closed by default: 404 unless the settings name a port for it, and this is that port, or a token, and the request
    has it.
    """
    settings = request.app.state.settings
    port, token = settings.metrics_port, settings.metrics_token
    if (port is None and token is None) or (port is not None and not is_at_port(request.scope, port)):
        raise NOT_FOUND()
    if token is not None and not _has_token(request, token.get_secret_value()):
        raise UNAUTHENTICATED("Målingane krev eit eige løyndord.", headers={"WWW-Authenticate": "Bearer"})
    return Response(await request.app.state.metrics.get(), media_type=CONTENT_TYPE_LATEST)


def is_at_port(scope: Scope, port: int) -> bool:
    """Whether a request came in at this port of ours. The server says so, not the client."""
    server = scope.get("server")
    return server is not None and server[1] == port


def _has_token(request: Request, token: str) -> bool:
    sent = [value.encode() for value in request.headers.getlist("authorization")]
    return len(sent) == 1 and hmac.compare_digest(sent[0], f"Bearer {token}".encode())


async def find_unreadiness(database: Callable[[], Database], database_url: str) -> str | None:
    """Why the service cannot answer, or None. Over a connection of its own: a full pool is no reason."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            state = await startup.read_state(database_url, timeout=READY_SECONDS)
        if not startup.can_serve(state.revision):
            return "Databasen er ikkje på det skjemaet tenesta ventar."
        if not state.writable:
            return "Databasen tek ikkje imot endringar."
        # Passed at the start already, unless the database was away.
        await database().demand_fit()
    except startup.UnfitDatabase as unfit:
        log.warning("not ready: %s", unfit)
        return "Databasen er ikkje slik tenesta krev."
    except _AWAY:
        return "Databasen svarar ikkje."
    return None


async def collect_metrics(database: Callable[[], Database], database_url: str) -> bytes:
    """All figures as they are now. Written in a thread: they are many, and other requests go on meanwhile."""
    _read_pool(database())
    try:
        async with asyncio.timeout(READY_SECONDS):
            outbox_age, log_age = await _read_ages(database_url)
    except _AWAY:
        # No figure is better than the last one known.
        outbox_age = log_age = float("nan")
    OUTBOX_AGE.set(outbox_age)
    LOG_AGE.set(log_age)
    return await asyncio.to_thread(generate_latest)


def _read_pool(database: Database) -> None:
    pool, readers = database.engine.pool, database.readers
    if isinstance(pool, QueuePool):
        POOL.labels("unit_of_work", "in_use").set(pool.checkedout())
        POOL.labels("unit_of_work", "idle").set(pool.checkedin())
        POOL_SIZE.labels("unit_of_work").set(pool.size())
    if isinstance(readers, ReaderPool):
        POOL.labels("reader", "in_use").set(readers.in_use)
        POOL.labels("reader", "idle").set(readers.idle)
        POOL_SIZE.labels("reader").set(readers.size)


async def _read_ages(url: str) -> tuple[float, float]:
    """Of the outbox and of the access log. Over a connection of its own, as readiness: a full pool is what these
    figures are for.
    """
    connection = await connect(url, timeout=READY_SECONDS)
    try:
        async with connection.transaction(readonly=True):
            await connection.execute("select set_config('app.roles', 'epj,auditor', true)")
            return await connection.fetchval(_OUTBOX_AGE), await connection.fetchval(_LOG_AGE)
    finally:
        connection.terminate()
