"""Individual resources beyond one employee to five places (L6): agreed and ended by three, on top of the price (C4)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import NOT_FOUND
from app.outbox.events import SupplementEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.history import life_of
from app.placements.supplement_schemas import SupplementEndIn, SupplementEndOut, SupplementIn, SupplementOut
from app.placements.tables import Placement, PlacementSupplement, SupplementEnd
from app.placements.terms import LAST_DAY, demand_exact, segments_of

PARTIES = frozenset({"service", "case_office", "provider"})

Extra = tuple[tuple[date, date | None], Decimal]


async def agree(unit: UnitOfWork, placement_id: UUID, body: SupplementIn) -> tuple[Placement, PlacementSupplement]:
    """L6: a supplement from a day in the place's period; it ends with the place at the latest.

    Raises `SUPPLEMENT_NOT_AGREED`, `CHANGE_OUTSIDE_PLACE` or `TOO_MANY_TERMS`.
    """
    _demand_parties(body)
    placement = await find(unit, Placement, placement_id, lock=True)
    if body.valid_from < placement.starts_on or (placement.ends_on is not None and body.valid_from > placement.ends_on):
        raise problems.CHANGE_OUTSIDE_PLACE("Tillegget må gjelde frå ein dag i plassen sin periode.")
    supplement = PlacementSupplement(**body.model_dump(), placement_id=placement.id, provider_id=placement.provider_id)
    unit.session.add(supplement)
    life = await life_of(unit, placement)
    await demand_exact(unit, placement, segments_of(placement, life.changes))
    await publish(
        unit,
        SupplementEvent("placement.supplemented", supplement.placement_id, supplement.provider_id, supplement.id),
    )
    return placement, supplement


async def end(
    unit: UnitOfWork, placement_id: UUID, supplement_id: UUID, body: SupplementEndIn
) -> tuple[Placement, PlacementSupplement]:
    """L6: an earlier last day of a supplement; one that has ended may be ended earlier still.

    **Decided here**: what three parties agreed on is ended by the three, and it is no decision (D6): the place and its
    terms stand as they were decided. What was agreed first is kept, and so is every end. An end never lengthens: for
    more, a new supplement is agreed. Raises `SUPPLEMENT_NOT_AGREED`, `SUPPLEMENT_NOT_SHORTENED` or
    `SUPPLEMENT_AGREED_LATER`.
    """
    _demand_parties(body)
    placement = await find(unit, Placement, placement_id, lock=True)
    supplement = await of_place(unit, placement, supplement_id)
    last_day = await unit.session.scalar(select(LAST_DAY).where(col(PlacementSupplement.id) == supplement_id))
    if body.valid_to < supplement.valid_from or (last_day is not None and body.valid_to >= last_day):
        raise problems.SUPPLEMENT_NOT_SHORTENED()
    if supplement.agreed_on is not None and body.agreed_on < supplement.agreed_on:
        raise problems.SUPPLEMENT_AGREED_LATER(not_before=supplement.agreed_on.isoformat())
    ended = SupplementEnd(
        **body.model_dump(),
        supplement_id=supplement.id,
        placement_id=placement.id,
        provider_id=placement.provider_id,
        replaced_valid_to=last_day,
    )
    unit.session.add(ended)
    await unit.session.flush()
    await publish(
        unit,
        SupplementEvent("placement.supplement_ended", supplement.placement_id, supplement.provider_id, supplement.id),
    )
    return placement, supplement


async def of_place(unit: UnitOfWork, placement: Placement, supplement_id: UUID) -> PlacementSupplement:
    """A supplement of this place; `NOT_FOUND` for another's."""
    supplement = await find(unit, PlacementSupplement, supplement_id)
    if supplement.placement_id != placement.id:
        raise NOT_FOUND()
    return supplement


async def shown(unit: UnitOfWork, supplements: Sequence[PlacementSupplement]) -> list[SupplementOut]:
    """Supplements as they go out, with their ends in the order they were agreed."""
    rows = await unit.session.scalars(
        select(SupplementEnd)
        .where(col(SupplementEnd.supplement_id).in_([supplement.id for supplement in supplements]))
        .order_by(col(SupplementEnd.id))
    )
    ends: dict[UUID, list[SupplementEnd]] = {}
    for row in rows:
        ends.setdefault(row.supplement_id, []).append(row)
    return [_out(supplement, ends.get(supplement.id, [])) for supplement in supplements]


async def staff_by_provider(queries: Queries) -> dict[UUID, list[Extra]]:
    """P5: the full-time equivalents that individual agreements add, and when, cut by the place's own last day."""
    rows = await queries.fetch(
        select(
            col(PlacementSupplement.provider_id),
            col(PlacementSupplement.full_time_equivalents),
            col(PlacementSupplement.valid_from),
            LAST_DAY,
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


def _demand_parties(body: SupplementIn | SupplementEndIn) -> None:
    if not PARTIES <= set(body.agreed_by):
        raise problems.SUPPLEMENT_NOT_AGREED(pointer="#/agreed_by")


def _out(supplement: PlacementSupplement, ends: Sequence[SupplementEnd]) -> SupplementOut:
    # Each end is earlier than the one before.
    last_day = ends[-1].valid_to if ends else supplement.valid_to
    stored = {name: getattr(supplement, name) for name in _STORED}
    told = [SupplementEndOut(**row.model_dump(include=_ENDING)) for row in ends]
    return SupplementOut.model_validate(stored | {"valid_to": last_day, "ends": told})


_STORED = tuple(name for name in SupplementOut.model_fields if name not in ("valid_to", "ends"))
_ENDING = set(SupplementEndOut.model_fields)
