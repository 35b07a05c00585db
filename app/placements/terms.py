"""A placement's terms over time as rows (`PlacementTerms`): they follow from its decisions, and are never edited."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.placements import problems
from app.placements.supplement_tables import PlacementSupplement, SupplementEnd
from app.placements.tables import Placement, PlacementTerms
from app.rules.money import from_ore, to_ore
from app.rules.terms import Terms, TermsChange, TermsSegment, build_segments, count_max_periods_per_year

# Half of what the rules count exactly in 64 bits at the top of their bounds; what-if adds rows of its own.
MAX_TERMS_PER_YEAR = 40

# A supplement's last day as known now (L6). PostgreSQL's `least` ignores nulls.
SUPPLEMENT_LAST_DAY = func.least(
    col(PlacementSupplement.valid_to),
    select(func.min(col(SupplementEnd.valid_to)))
    .where(col(SupplementEnd.supplement_id) == col(PlacementSupplement.id))
    .correlate(PlacementSupplement)
    .scalar_subquery(),
)

_SUPPLEMENTS = CompiledQuery(
    select(col(PlacementSupplement.valid_from), SUPPLEMENT_LAST_DAY).where(
        col(PlacementSupplement.placement_id) == bindparam("placement_id")
    )
)


async def replace_terms(
    unit: UnitOfWork, placement: Placement, changes: Sequence[TermsChange], known_from: date | None
) -> None:
    """Replace the rows by those that follow from the decisions now, as known from a day on; none if it is annulled.

    The rows that no longer hold stay known until that day. What was to be known only later, by a decision dated ahead
    (D9), is never known. The caller holds the placement locked. Raises `TOO_MANY_TERMS`.
    """
    # A new version of the placement, also where its own columns stay: `updated_after` goes by it.
    placement.sqlmodel_update({"updated_at": func.now()})
    await unit.session.flush()
    day = known_from or date.min
    rows = await unit.select(
        select(PlacementTerms).where(
            col(PlacementTerms.placement_id) == placement.id,
            or_(col(PlacementTerms.known_until).is_(None), col(PlacementTerms.known_until) > day),
        )
    )
    first = make_terms(placement.share, placement.monthly_price, placement.medication_tasks)
    segments = []
    if placement.annulled_on is None:
        segments = build_segments(placement.starts_on, placement.ends_on, first, changes)
    kept = set()
    for row in rows:
        segment = _to_segment(row)
        was_known = row.known_from is None or row.known_from <= day
        if row.known_until is None and was_known and segment in segments:
            kept.add(segment)
        else:
            row.known_until = day if row.known_from is None else max(row.known_from, day)
    # The old rows are closed before the new ones are stored: they share days.
    await unit.session.flush()
    unit.session.add_all(_to_row(placement, segment, known_from) for segment in segments if segment not in kept)
    await unit.session.flush()
    await check_term_limit(unit, placement.id, segments)


async def check_term_limit(queries: Queries, placement_id: UUID, segments: Sequence[TermsSegment]) -> None:
    """C4: terms and supplements of one placement are few enough for an exact sum. Raises `TOO_MANY_TERMS`."""
    supplements = await queries.fetch(_SUPPLEMENTS, placement_id=placement_id)
    periods = [(segment.first_day, segment.last_day) for segment in segments]
    periods += [(valid_from, last_day) for valid_from, last_day in supplements]
    if count_max_periods_per_year(periods) > MAX_TERMS_PER_YEAR:
        raise problems.TOO_MANY_TERMS()


async def load_segments(queries: Queries, placement_ids: Collection[UUID]) -> dict[UUID, list[TermsSegment]]:
    """The terms over time of each of these placements, in order and as known now."""
    if not placement_ids:
        return {}
    rows = await queries.fetch(_SEGMENTS, ids=",".join(str(id_) for id_ in placement_ids))
    segments: dict[UUID, list[TermsSegment]] = {}
    for placement_id, valid_from, valid_to, *terms in rows:
        segments.setdefault(placement_id, []).append(TermsSegment(valid_from, valid_to, make_terms(*terms)))
    return segments


# The ids as one text: the driver encodes it faster than an array of UUIDs.
_SEGMENTS = CompiledQuery(
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


def make_terms(share: int, monthly_price: Decimal | None, medication_tasks: bool) -> Terms:
    """Terms of stored columns."""
    return Terms(share, None if monthly_price is None else to_ore(monthly_price), medication_tasks)


def get_legacy_price(terms: Terms) -> Decimal | None:
    """The legacy price in kroner; None for the guideline's."""
    return None if terms.monthly_ore is None else from_ore(terms.monthly_ore)


def _to_segment(row: PlacementTerms) -> TermsSegment:
    return TermsSegment(row.valid_from, row.valid_to, make_terms(row.share, row.monthly_price, row.medication_tasks))


def _to_row(placement: Placement, segment: TermsSegment, known_from: date | None) -> PlacementTerms:
    return PlacementTerms(
        placement_id=placement.id,
        provider_id=placement.provider_id,
        address_protection=placement.address_protection,
        valid_from=segment.first_day,
        valid_to=segment.last_day,
        share=segment.terms.share,
        monthly_price=get_legacy_price(segment.terms),
        medication_tasks=segment.terms.medication_tasks,
        known_from=known_from,
    )
