"""Steps that the tests of this room share."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

TABLES = ("application", "request", "decision", "placement", "event", "budget_flag")


async def decide(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """A decision by the case office."""
    return ok(await api.case_officer.post("/v1/decisions", json=body))


async def read_placement(api: Api, placement_id: str) -> dict[str, Any]:
    """A placement as the case office gets it."""
    return ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)


async def grant_place(api: Api, provider_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """A grant from 1 July 2022, unless `changes` say otherwise."""
    need = "permanent" if changes.get("ends_on") is None else "temporary"
    body = await steps.ready_to_grant(api, provider_id or await steps.provider(api), need=need)
    return await decide(api, body | changes)


async def correct(api: Api, wrong: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Correct a decision, on 15 September 2022 unless `changes` say otherwise."""
    return await decide(api, steps.correct(wrong["placement_id"], wrong["id"], **changes))


async def refuse_correction(api: Api, wrong: dict[str, Any], status: int, code: str, **changes: Any) -> dict[str, Any]:
    """The problem that a correction is refused with."""
    body = steps.correct(wrong["placement_id"], wrong["id"], **changes)
    return refused(await api.case_officer.post("/v1/decisions", json=body), status, code)


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


async def read_latest_event(connection: AsyncConnection) -> dict[str, Any]:
    """The data of the latest event."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    data: dict[str, Any] = await connection.scalar(text("select data from event order by position desc limit 1"))
    return data
