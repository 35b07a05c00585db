"""Steps that the tests of this room share."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

TABLES = ("application", "request", "decision", "placement", "event", "budget_flag")


async def decide(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """A decision by the case office."""
    return ok(await api.case_officer.post("/v1/decisions", json=body))


async def read_placement(api: Api, placement_id: str) -> dict[str, Any]:
    """A placement as the case office gets it."""
    return ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)


async def give_notice(api: Api, placement_id: str, given_on: str, **changes: Any) -> dict[str, Any]:
    """A notice by the case office."""
    path = f"/v1/placements/{placement_id}/notices"
    return ok(await api.case_officer.post(path, json=steps.notice(given_on, **changes)))


async def count_rows(connection: AsyncConnection) -> dict[str, int]:
    """Rows per table, as a case officer sees them."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    return {table: await connection.scalar(text(f"select count(*) from {table}")) or 0 for table in TABLES}


async def list_events(connection: AsyncConnection) -> list[tuple[str, str]]:
    """Type and subject of every event so far."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    rows = await connection.execute(text("select type, subject from event order by position"))
    return [(type_, subject) for type_, subject in rows]
