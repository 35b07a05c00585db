"""Whom placements are about, for the access log."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.placements.tables import Placement


async def participants_of(queries: Queries, placement_ids: Iterable[UUID | None]) -> set[UUID]:
    """The participants of these placements; what is about no placement is about none."""
    ids = {id_ for id_ in placement_ids if id_ is not None}
    if not ids:
        return set()
    # One parameter however many they are: PostgreSQL takes 32 767, and an exported register may name more.
    asked = literal(list(ids), ARRAY(Uuid))
    rows = await queries.fetch(select(col(Placement.participant_id)).where(col(Placement.id) == any_(asked)))
    return {row["participant_id"] for row in rows}


async def saw_placements(queries: Queries, placement_ids: Iterable[UUID | None]) -> None:
    """Tell the access log whose placements, or what belongs to them, are shown."""
    record_access(queries, await participants_of(queries, placement_ids))
