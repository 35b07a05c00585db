"""Is the process alive, can it serve, how is it doing. No token, and no version or address in the answers."""

import asyncio

import asyncpg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app import schema
from app.http.problems import UNAVAILABLE
from app.http.routing import Route
from app.http.shapes import Shape

router = APIRouter(tags=["service"], route_class=Route)

READY_SECONDS = 0.5


class Health(Shape):
    """The answer of a probe."""

    status: str


@router.get("/health/live", summary="Is the process alive?")
async def live() -> Health:
    """Answers as long as the event loop runs; asks nothing of the database."""
    return Health(status="ok")


@router.get("/health/ready", summary="Can it serve?")
async def ready(request: Request) -> Health:
    """The database answers within 500 ms, its schema is the one this code expects, and the process is not draining."""
    state = request.app.state
    if state.draining:
        raise UNAVAILABLE("Prosessen er på veg ned.")
    try:
        revision = await asyncio.wait_for(
            schema.revision(state.settings.database_url, timeout=READY_SECONDS), READY_SECONDS
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UNAVAILABLE() from error
    if revision != schema.head():
        raise UNAVAILABLE("Databasen er ikkje på det skjemaet tenesta ventar.")
    return Health(status="ok")


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
