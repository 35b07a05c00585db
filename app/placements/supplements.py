"""Supplements: resources beyond one employee to five places, discussed with three parties and priced (L6, C4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar, get_args
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import NOT_FOUND
from app.outbox.events import SupplementEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.history import load_history
from app.placements.supplement_schemas import (
    Party,
    SupplementEndIn,
    SupplementEndOut,
    SupplementIn,
    SupplementOut,
    SupplementWithoutAmountOut,
)
from app.placements.supplement_tables import PlacementSupplement, SupplementEnd
from app.placements.tables import Placement
from app.placements.terms import SUPPLEMENT_LAST_DAY, check_term_limit

Shape = TypeVar("Shape", SupplementOut, SupplementWithoutAmountOut)

# The period of a supplement, and the full-time equivalents it adds.
ExtraStaff = tuple[tuple[date, date | None], Decimal]

_EXTRA_STAFF = CompiledQuery(
    select(
        col(PlacementSupplement.provider_id),
        col(PlacementSupplement.full_time_equivalents),
        col(PlacementSupplement.valid_from),
        SUPPLEMENT_LAST_DAY,
        col(Placement.ends_on),
    )
    .join(Placement, col(Placement.id) == col(PlacementSupplement.placement_id))
    .where(col(PlacementSupplement.full_time_equivalents) > 0, col(Placement.annulled_on).is_(None))
)


async def add_supplement(
    unit: UnitOfWork, placement_id: UUID, body: SupplementIn
) -> tuple[Placement, PlacementSupplement]:
    """L6: a supplement from a day in the placement's period; it ends with the placement at the latest.

    Raises `SUPPLEMENT_NOT_AGREED`, `PLACEMENT_ANNULLED`, `CHANGE_OUTSIDE_PLACE` or `TOO_MANY_TERMS`.
    """
    heard = _require_hearing(body)
    placement = await find(unit, Placement, placement_id, lock=True)
    if placement.annulled_on is not None:
        raise problems.PLACEMENT_ANNULLED()
    if body.valid_from < placement.starts_on or (placement.ends_on is not None and body.valid_from > placement.ends_on):
        raise problems.CHANGE_OUTSIDE_PLACE("Tillegget må gjelde frå ein dag i plassen sin periode.")
    supplement = PlacementSupplement.model_validate(
        body.model_dump() | {"heard": heard, "placement_id": placement.id, "provider_id": placement.provider_id}
    )
    unit.session.add(supplement)
    history = await load_history(unit, placement.id)
    await check_term_limit(unit, placement.id, history.build_segments())
    await publish(unit, SupplementEvent("placement.supplemented", placement.id, placement.provider_id, supplement.id))
    return placement, supplement


async def end_supplement(
    unit: UnitOfWork, placement_id: UUID, supplement_id: UUID, body: SupplementEndIn
) -> tuple[Placement, PlacementSupplement]:
    """L6: an earlier last day of a supplement; one that has ended may be ended earlier still.

    **Decided here**: it is ended when the same three are heard, and that is not a decision (D6): the placement and its
    terms stay as decided. The original agreement and all ends are kept. An end never extends a supplement: for that, a
    new one is agreed. Raises `SUPPLEMENT_NOT_AGREED`, `SUPPLEMENT_NOT_SHORTENED` or
    `SUPPLEMENT_AGREED_LATER`.
    """
    heard = _require_hearing(body)
    placement = await find(unit, Placement, placement_id, lock=True)
    supplement = await find_supplement(unit, placement, supplement_id)
    last_day = await unit.fetch_value(select(SUPPLEMENT_LAST_DAY).where(col(PlacementSupplement.id) == supplement_id))
    if body.valid_to < supplement.valid_from or (last_day is not None and body.valid_to >= last_day):
        raise problems.SUPPLEMENT_NOT_SHORTENED()
    if supplement.agreed_on is not None and body.agreed_on < supplement.agreed_on:
        raise problems.SUPPLEMENT_AGREED_LATER(not_before=supplement.agreed_on.isoformat())
    ended = SupplementEnd(
        **body.model_dump(exclude={"heard"}),
        heard=heard,
        supplement_id=supplement.id,
        placement_id=placement.id,
        provider_id=placement.provider_id,
        replaced_valid_to=last_day,
    )
    unit.session.add(ended)
    await unit.session.flush()
    await publish(
        unit, SupplementEvent("placement.supplement_ended", placement.id, placement.provider_id, supplement.id)
    )
    return placement, supplement


async def find_supplement(queries: Queries, placement: Placement, supplement_id: UUID) -> PlacementSupplement:
    """A supplement of this placement. Raises `NOT_FOUND`, also for another placement's."""
    supplement = await find(queries, PlacementSupplement, supplement_id)
    if supplement.placement_id != placement.id:
        raise NOT_FOUND()
    return supplement


async def to_response(
    queries: Queries, supplements: Sequence[PlacementSupplement], shape: type[Shape], *, reasons: bool
) -> list[Shape]:
    """Supplements with their ends in the order they were agreed; with null in place of `reasons` where these are not
    the caller's to see.
    """
    hidden = {} if reasons else {"reason": None}
    rows = await queries.select(
        select(SupplementEnd)
        .where(col(SupplementEnd.supplement_id).in_([supplement.id for supplement in supplements]))
        .order_by(col(SupplementEnd.id))
    )
    ends: defaultdict[UUID, list[SupplementEnd]] = defaultdict(list)
    for row in rows:
        ends[row.supplement_id].append(row)
    out = []
    for supplement in supplements:
        agreed = ends[supplement.id]
        values = supplement.model_dump(include=set(shape.model_fields)) | {
            # Each end is earlier than the one before.
            "valid_to": agreed[-1].valid_to if agreed else supplement.valid_to,
            "ends": [
                SupplementEndOut(**row.model_dump(include=set(SupplementEndOut.model_fields)) | hidden)
                for row in agreed
            ],
        }
        out.append(shape.model_validate(values | hidden))
    return out


async def load_staff_by_provider(queries: Queries) -> dict[UUID, list[ExtraStaff]]:
    """P5: the full-time equivalents that supplements add, each until the last day of its placement at the latest."""
    staff: defaultdict[UUID, list[ExtraStaff]] = defaultdict(list)
    for provider_id, amount, valid_from, valid_to, ends_on in await queries.fetch(_EXTRA_STAFF):
        last = min((day for day in (valid_to, ends_on) if day is not None), default=None)
        if last is None or last >= valid_from:
            staff[provider_id].append(((valid_from, last), amount))
    return staff


def _require_hearing(body: SupplementIn | SupplementEndIn) -> list[str]:
    """L6: all three parties are heard, and who agrees counts as heard. Raises `SUPPLEMENT_NOT_AGREED`."""
    heard: list[str] = [party for party in get_args(Party) if party in {*body.heard, *body.agreed_by}]
    if len(heard) < len(get_args(Party)):
        raise problems.SUPPLEMENT_NOT_AGREED(pointer="#/heard")
    return heard
