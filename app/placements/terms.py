"""A placement's terms over time as rows (`PlacementTerms`): they follow from its decisions, and are never edited."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.placements import problems
from app.placements.tables import Placement, PlacementRead, PlacementSupplement, PlacementTerms, SupplementEnd
from app.rules.money import from_ore, to_ore
from app.rules.terms import Terms, TermsChange, TermsSegment, build_segments, count_max_periods_per_year

# Half of what the rules count exactly in 64 bits at the very top of their bounds; what-if adds rows of its own.
MOST_IN_A_YEAR = 40

# A supplement's last day known now (L6): PostgreSQL's `least` passes over what is null.
LAST_DAY = func.least(
    col(PlacementSupplement.valid_to),
    select(func.min(col(SupplementEnd.valid_to)))
    .where(col(SupplementEnd.supplement_id) == col(PlacementSupplement.id))
    .correlate(PlacementSupplement)
    .scalar_subquery(),
)


def first_terms(placement: Placement | PlacementRead) -> Terms:
    """What was granted or recorded first."""
    return Terms(placement.share, _ore(placement.monthly_price), placement.medication_tasks)


def segments_of(placement: Placement | PlacementRead, changes: Sequence[TermsChange]) -> list[TermsSegment]:
    """The placement's segments, by its last day known now and its changes in the order they were decided."""
    return build_segments(placement.starts_on, placement.ends_on, first_terms(placement), changes)


async def rewrite(
    unit: UnitOfWork, placement: Placement, changes: Sequence[TermsChange], known_from: date | None
) -> None:
    """Let the rows say what the decisions say now, as known from a day on; what they said stays known until it.

    The caller holds the placement locked. 409 `too-many-terms`.
    """
    # A later version of the place, also where its own columns stay: who keeps up goes by its `updated_at`.
    flag_modified(placement, "ends_on")
    await unit.session.flush()
    rows = await unit.session.scalars(
        select(PlacementTerms).where(
            col(PlacementTerms.placement_id) == placement.id, col(PlacementTerms.known_until).is_(None)
        )
    )
    known = {_segment(row): row for row in rows}
    wanted = segments_of(placement, changes)
    for segment, row in known.items():
        if segment not in wanted:
            row.known_until = known_from
    # First the old rows give way, then the new ones come: they share days.
    await unit.session.flush()
    for segment in wanted:
        if segment not in known:
            unit.session.add(_row(placement, segment, known_from))
    await unit.session.flush()
    await demand_exact(unit, placement, wanted)


async def demand_exact(unit: UnitOfWork, placement: Placement, segments: Sequence[TermsSegment]) -> None:
    """C4: terms and supplements of one place are few enough for an exact sum. 409 `too-many-terms`."""
    supplements = await unit.session.execute(
        select(col(PlacementSupplement.valid_from), LAST_DAY).where(
            col(PlacementSupplement.placement_id) == placement.id
        )
    )
    periods = [(segment.first_day, segment.last_day) for segment in segments]
    periods += [(valid_from, last_day) for valid_from, last_day in supplements]
    if count_max_periods_per_year(periods) > MOST_IN_A_YEAR:
        raise problems.TOO_MANY_TERMS()


async def known_segments(queries: Queries, placement_ids: Collection[UUID]) -> dict[UUID, list[TermsSegment]]:
    """The terms over time of each of these placements, in order and as known now."""
    if not placement_ids:
        return {}
    rows = await queries.fetch(_KNOWN, ids=",".join(str(id_) for id_ in placement_ids))
    segments: dict[UUID, list[TermsSegment]] = {}
    for placement_id, valid_from, valid_to, share, price, medication_tasks in rows:
        terms = Terms(share, _ore(price), medication_tasks)
        segments.setdefault(placement_id, []).append(TermsSegment(valid_from, valid_to, terms))
    return segments


# Ids as text: neither a parameter for each of a page's placements, nor an array that the driver takes its time over.
_KNOWN = CompiledQuery(
    select(
        col(PlacementTerms.placement_id),
        col(PlacementTerms.valid_from),
        col(PlacementTerms.valid_to),
        col(PlacementTerms.share),
        col(PlacementTerms.monthly_price),
        col(PlacementTerms.medication_tasks),
    )
    .where(
        col(PlacementTerms.placement_id) == any_(cast(func.string_to_array(bindparam("ids"), ","), ARRAY(Uuid))),
        col(PlacementTerms.known_until).is_(None),
    )
    .order_by(col(PlacementTerms.valid_from))
)


def price_of(terms: Terms) -> Decimal | None:
    """The legacy price in kroner; None for the guideline's."""
    return None if terms.monthly_ore is None else from_ore(terms.monthly_ore)


def _segment(row: PlacementTerms) -> TermsSegment:
    return TermsSegment(row.valid_from, row.valid_to, Terms(row.share, _ore(row.monthly_price), row.medication_tasks))


def _row(placement: Placement, segment: TermsSegment, known_from: date | None) -> PlacementTerms:
    return PlacementTerms(
        placement_id=placement.id,
        provider_id=placement.provider_id,
        address_protection=placement.address_protection,
        valid_from=segment.first_day,
        valid_to=segment.last_day,
        share=segment.terms.share,
        monthly_price=price_of(segment.terms),
        medication_tasks=segment.terms.medication_tasks,
        known_from=known_from,
    )


def _ore(amount: Decimal | None) -> int | None:
    return None if amount is None else to_ore(amount)
