"""Individual resources beyond one employee to five places (L6): agreed by three parties, on top of the price (C4)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.events import publish
from app.http.rows import find
from app.placements import problems
from app.placements.history import life_of
from app.placements.models import SupplementIn
from app.placements.tables import Placement, PlacementSupplement
from app.placements.terms import demand_exact, segments_of

PARTIES = frozenset({"service", "case_office", "provider"})

Extra = tuple[tuple[date, date | None], Decimal]


async def agree(session: AsyncSession, placement_id: UUID, body: SupplementIn) -> tuple[Placement, PlacementSupplement]:
    """L6: a supplement from a day in the place's period; it ends with the place at the latest.

    Raises `SUPPLEMENT_NOT_AGREED`, `CHANGE_OUTSIDE_PLACE` or `TOO_MANY_TERMS`.
    """
    if not PARTIES <= set(body.agreed_by):
        raise problems.SUPPLEMENT_NOT_AGREED(pointer="#/agreed_by")
    placement = await find(session, Placement, placement_id, lock=True)
    if body.valid_from < placement.starts_on or (placement.ends_on is not None and body.valid_from > placement.ends_on):
        raise problems.CHANGE_OUTSIDE_PLACE("Tillegget må gjelde frå ein dag i plassen sin periode.")
    supplement = PlacementSupplement(**body.model_dump(), placement_id=placement.id, provider_id=placement.provider_id)
    session.add(supplement)
    life = await life_of(session, placement)
    await demand_exact(session, placement, segments_of(placement, life.changes))
    await publish(
        session,
        "placement.supplemented",
        f"/v1/placements/{placement.id}",
        {
            "placement_id": str(placement.id),
            "supplement_id": str(supplement.id),
            "provider_id": str(placement.provider_id),
        },
    )
    return placement, supplement


async def staff_by_provider(session: AsyncSession) -> dict[UUID, list[Extra]]:
    """P5: the full-time equivalents that individual agreements add, and when, cut by the place's own last day."""
    rows = await session.execute(
        select(
            col(PlacementSupplement.provider_id),
            col(PlacementSupplement.full_time_equivalents),
            col(PlacementSupplement.valid_from),
            col(PlacementSupplement.valid_to),
            col(Placement.ends_on),
        )
        .join(Placement, col(Placement.id) == col(PlacementSupplement.placement_id))
        .where(col(PlacementSupplement.full_time_equivalents) > 0)
    )
    extra: dict[UUID, list[Extra]] = {}
    for provider_id, amount, valid_from, valid_to, ends_on in rows:
        last = min((day for day in (valid_to, ends_on) if day is not None), default=None)
        if last is None or last >= valid_from:
            extra.setdefault(provider_id, []).append(((valid_from, last), amount))
    return extra
