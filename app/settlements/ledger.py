"""The ledger of closed months, and the same months computed again (C13).

A month contains every placement, those of persons with a protected address too, for every caller. So the ledger is
loaded with the case office's rights (`acting_as`), and ids are shown only of the placements that the caller may see.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, any_, bindparam, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.budget.placement_periods import load_identified_periods
from app.budget.problems import refuse_missing_prices
from app.database.queries import CompiledQuery, Queries
from app.placements.tables import Decision
from app.rates import rates
from app.rules.settlement import LinePart, MonthLine, calculate_month_lines
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview

LineKey = tuple[UUID, date]
"""A placement and the first day of a month."""

_PRICE_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Ledger:
    """Lines and the ids of their closed lines by placement and month, and the provider of each placement."""

    lines: dict[LineKey, MonthLine] = field(default_factory=dict)
    providers: dict[UUID, UUID] = field(default_factory=dict)
    line_ids: dict[LineKey, UUID] = field(default_factory=dict)


def not_rejected(settlement_id: Mapped[UUID]) -> ColumnElement[bool]:
    """The condition that a settlement, named by this column, is not rejected."""
    rejected = select(col(SettlementReview.settlement_id)).where(~col(SettlementReview.approved))
    return settlement_id.not_in(rejected)


_MONTHS = any_(bindparam("months", type_=ARRAY(Date())))
_CLOSED_LINES = CompiledQuery(
    select(
        col(SettlementLine.id),
        col(SettlementLine.placement_id),
        col(SettlementLine.provider_id),
        col(SettlementLine.month),
        col(SettlementLine.divisor),
        col(SettlementLine.parts),
    ).where(col(SettlementLine.month) == _MONTHS, not_rejected(col(SettlementLine.settlement_id)))
)
_SETTLED_SINCE = CompiledQuery(
    select(
        col(SettlementDifference.placement_id),
        col(SettlementDifference.provider_id),
        col(SettlementDifference.month),
        col(SettlementDifference.divisor),
        col(SettlementDifference.parts),
    )
    .join(Settlement, col(Settlement.id) == col(SettlementDifference.settlement_id))
    .where(col(SettlementDifference.month) == _MONTHS, not_rejected(col(Settlement.id)))
    .order_by(col(Settlement.number))
)


async def load_ledger(queries: Queries, months: Collection[date]) -> Ledger:
    """The lines of these months as settled: each closed line with the differences that were settled since."""
    ledger = Ledger()
    if not months:
        return ledger
    for id_, placement_id, provider_id, month, divisor, parts in await queries.fetch(_CLOSED_LINES, months=months):
        key = placement_id, month
        ledger.lines[key] = MonthLine(divisor, parse_parts(parts))
        ledger.line_ids[key] = id_
        ledger.providers[placement_id] = provider_id
    for placement_id, provider_id, month, divisor, parts in await queries.fetch(_SETTLED_SINCE, months=months):
        key = placement_id, month
        ledger.providers[placement_id] = provider_id
        if divisor is None or parts is None:
            ledger.lines.pop(key, None)
        else:
            ledger.lines[key] = MonthLine(divisor, parse_parts(parts))
    return ledger


async def load_corrected_placements(queries: Queries) -> set[UUID]:
    """D8, C13: the placements with a decision that was corrected or annulled since the last month was closed.

    The differences of corrections before that are settled.
    """
    last_closed = (
        select(col(Settlement.id))
        .where(not_rejected(col(Settlement.id)))
        .order_by(col(Settlement.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    # Ids carry the moment they were made.
    rows = await queries.fetch(
        select(col(Decision.placement_id)).where(
            col(Decision.kind).in_(("correct", "annul")),
            or_(last_closed.is_(None), col(Decision.id) > last_closed),
        )
    )
    return {placement_id for (placement_id,) in rows}


async def recompute(queries: Queries, months: Collection[date], on: date) -> Ledger:
    """C4: the lines of these months as known on a day. 409 `rate-missing` or `guideline-missing`."""
    recomputed = Ledger()
    known_rates, guidelines = await rates.load_prices(queries)
    for year in sorted({month.year for month in months}):
        known = await load_identified_periods(queries, year, on)
        placements = [UUID(bytes=key.ljust(16, b"\0")) for key in known.placement.tolist()]
        providers = [UUID(bytes=key.ljust(16, b"\0")) for key in known.provider.tolist()]
        recomputed.providers.update(zip(placements, providers, strict=True))
        for month in sorted(month for month in months if month.year == year):
            with refuse_missing_prices():
                lines = calculate_month_lines(known.periods, month, known_rates, guidelines, on)
            recomputed.lines.update({(placements[index], month): line for index, line in lines.items()})
    return recomputed


def dump_parts(parts: Iterable[LinePart]) -> list[dict[str, Any]]:
    """Parts as they are stored and sent: JSON values."""
    return [
        {
            "kind": part.kind,
            "first_day": part.first_day.isoformat(),
            "last_day": part.last_day.isoformat(),
            "days": part.days,
            "share": part.share,
            "price": _format_price(part.price_bp),
            "rate_id": None if part.rate_id is None else str(part.rate_id),
            "guideline_version_id": None if part.guideline_version_id is None else str(part.guideline_version_id),
        }
        for part in parts
    ]


def parse_parts(stored: Iterable[Mapping[str, Any]]) -> tuple[LinePart, ...]:
    """Stored parts as the rules take them."""
    return tuple(
        LinePart(
            kind=part["kind"],
            first_day=date.fromisoformat(part["first_day"]),
            last_day=date.fromisoformat(part["last_day"]),
            days=part["days"],
            share=part["share"],
            price_bp=int(Decimal(part["price"]).scaleb(_PRICE_DECIMALS)),
            rate_id=_parse_id(part["rate_id"]),
            guideline_version_id=_parse_id(part["guideline_version_id"]),
        )
        for part in stored
    )


@lru_cache(maxsize=1_000)
def _parse_id(text: str | None) -> UUID | None:
    # A month's thousand lines name a few rates and versions: half of the time to read them.
    return None if text is None else UUID(text)


def _format_price(price_bp: int) -> str:
    """Exact kroner with two decimals, and more only if they are needed."""
    exact = f"{Decimal(price_bp).scaleb(-_PRICE_DECIMALS):.{_PRICE_DECIMALS}f}"
    return exact[:-4] + exact[-4:].rstrip("0")
