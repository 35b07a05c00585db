"""Snapshots: a year's export stored as it is known on a day (C6)."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND
from app.integrations.framsikt.export import compute_export
from app.integrations.framsikt.schemas import FramsiktExport, SnapshotIn
from app.integrations.framsikt.tables import BudgetSnapshot
from app.security.roles import Actor
from app.settings import Settings


async def take_snapshot(
    unit: UnitOfWork, actor: Actor, year: int, body: SnapshotIn, settings: Settings
) -> BudgetSnapshot:
    """Store the year's export on a day. 409 `snapshot-exists`, `rate-missing`, `guideline-missing`."""
    export = (await compute_export(unit, year, body.on, settings)).model_dump(mode="json")
    snapshot = BudgetSnapshot(
        year=year,
        name=body.name,
        on=body.on,
        taken_by=actor.name,
        rows=export["items"],
        figures=export["figures"],
    )
    unit.session.add(snapshot)
    await unit.session.flush()
    return snapshot


async def find_snapshot(queries: Queries, year: int, snapshot_id: UUID) -> BudgetSnapshot:
    """The year's snapshot with this id. 404 `not-found`."""
    found = await queries.select(
        select(BudgetSnapshot).where(col(BudgetSnapshot.id) == snapshot_id, col(BudgetSnapshot.year) == year)
    )
    if not found:
        raise NOT_FOUND()
    return found[0]


async def read_snapshot(queries: Queries, year: int, snapshot_id: UUID) -> FramsiktExport:
    """The rows and figures of a snapshot, exactly as they were. 404 `not-found`."""
    snapshot = await find_snapshot(queries, year, snapshot_id)
    # Older ones are without these.
    unnamed = {"provider_name": None, "organisation_number": None}
    return FramsiktExport.model_validate(
        {
            "year": snapshot.year,
            "on": snapshot.on,
            "snapshot_id": snapshot.id,
            "figures": snapshot.figures,
            "items": [unnamed | row for row in snapshot.rows],
        }
    )
