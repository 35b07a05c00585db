"""Whom placements are about, for the access log."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access_log.recorder import record_access
from app.placements.tables import Placement


async def participants_of(session: AsyncSession, placement_ids: Iterable[UUID | None]) -> set[UUID]:
    """The participants of these placements; what is about no placement is about none."""
    ids = {id_ for id_ in placement_ids if id_ is not None}
    if not ids:
        return set()
    # One parameter however many they are: PostgreSQL takes 32 767, and an exported register may name more.
    asked = literal(list(ids), ARRAY(Uuid))
    return set(await session.scalars(select(col(Placement.participant_id)).where(col(Placement.id) == any_(asked))))


async def saw_placements(session: AsyncSession, placement_ids: Iterable[UUID | None]) -> None:
    """Tell the access log whose placements, or what belongs to them, are shown."""
    record_access(session, await participants_of(session, placement_ids))
