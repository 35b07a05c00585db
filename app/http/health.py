"""Is the process alive, can it serve, how is it doing. No token, and no version or address in the answers."""

import asyncio

import asyncpg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.pool import QueuePool

from app.database import startup
from app.database.connections import Database, ReaderPool
from app.http.endpoint import Route
from app.http.problems import UNAVAILABLE
from app.http.schemas import Shape

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


_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Health(Shape):
    """The result of a health check."""

    status: str


@router.get("/health/live", summary="Check that the process is alive")
async def get_liveness() -> Health:
    """Answers while the event loop runs. Does not use the database."""
    return Health(status="ok")


@router.get("/health/ready", summary="Check that the service can answer")
async def get_readiness(request: Request) -> Health:
    """200 if the database answers within 500 ms with the schema this version expects; 503 also while shutting down."""
    state = request.app.state
    if state.draining:
        raise UNAVAILABLE("Prosessen er på veg ned.")
    try:
        async with asyncio.timeout(READY_SECONDS):
            revision = await startup.revision(state.settings.database_url, timeout=READY_SECONDS)
    except _AWAY as error:
        raise UNAVAILABLE() from error
    if revision != startup.head():
        raise UNAVAILABLE("Databasen er ikkje på det skjemaet tenesta ventar.")
    return Health(status="ok")


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text format. No label names a person, an address that somebody invented, or a provider."""
    state = request.app.state
    _read_pool(state.database)
    try:
        async with asyncio.timeout(READY_SECONDS):
            OUTBOX_AGE.set(await _outbox_age(state.settings.database_url))
    except _AWAY:
        # No figure is better than the last one known.
        OUTBOX_AGE.set(float("nan"))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


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


async def _outbox_age(url: str) -> float:
    """Over a connection of its own, as readiness: a full pool is what these figures are for."""
    connection = await asyncpg.connect(startup.plain_dsn(url), timeout=READY_SECONDS)
    try:
        async with connection.transaction(readonly=True):
            await connection.execute("select set_config('app.roles', 'epj', true)")
            age: float = await connection.fetchval(_OUTBOX_AGE)
            return age
    finally:
        connection.terminate()
