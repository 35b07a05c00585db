"""What stands in the books of the closed months, and the same months computed anew (C13).

The books are the municipality's and not the caller's: a month holds every place, those behind a protected address too,
whoever closes or reads it. So they are kept with the case office's sight, and what comes out of them is shown to the
caller only as far as the caller may see the places (`visible`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, literal, select
from sqlmodel import col

from app.budget.placement_periods import identified_stays
from app.budget.position import missing_problem
from app.database.unit_of_work import UnitOfWork
from app.placements.tables import Placement
from app.rates import rates
from app.rules.prices import GuidelineMissing, RateMissing
from app.rules.settlement import LinePart, MonthLine, calculate_month_lines
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview

Key = tuple[UUID, date]
"""A placement and the first day of a month."""

_PRICE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Books:
    """Lines by placement and month, whose they are, and the closed line that first stood there."""

    lines: dict[Key, MonthLine]
    providers: dict[UUID, UUID]
    line_ids: dict[Key, UUID]


_REJECTED = select(col(SettlementReview.settlement_id)).where(~col(SettlementReview.approved))


def standing() -> Select[Settlement]:
    """Every closing that was not rejected."""
    return select(Settlement).where(col(Settlement.id).not_in(_REJECTED))


def not_rejected(rows: type[SettlementLine] | type[SettlementDifference]) -> ColumnElement[bool]:
    """Of closings that were not rejected."""
    return col(rows.settlement_id).not_in(_REJECTED)


async def books_of(unit: UnitOfWork, months: Collection[date]) -> Books:
    """What stands for these months, each closed line as the differences settled since have made it."""
    books = Books({}, {}, {})
    closed = select(SettlementLine).where(col(SettlementLine.month).in_(months), not_rejected(SettlementLine))
    for row in await unit.session.scalars(closed):
        key = row.placement_id, row.month
        books.lines[key] = MonthLine(row.divisor, parts_in(row.parts))
        books.line_ids[key] = row.id
        books.providers[row.placement_id] = row.provider_id
    since = (
        select(SettlementDifference)
        .join(Settlement, col(Settlement.id) == col(SettlementDifference.settlement_id))
        .where(col(SettlementDifference.month).in_(months), not_rejected(SettlementDifference))
        .order_by(col(Settlement.number))
    )
    for difference in await unit.session.scalars(since):
        key = difference.placement_id, difference.month
        books.providers[difference.placement_id] = difference.provider_id
        if difference.divisor is None or difference.parts is None:
            books.lines.pop(key, None)
        else:
            books.lines[key] = MonthLine(difference.divisor, parts_in(difference.parts))
    return books


async def computed_anew(unit: UnitOfWork, months: Collection[date], on: date) -> Books:
    """C4: the same months by all that is known on a day. 409 `rate-missing` or `guideline-missing`."""
    anew = Books({}, {}, {})
    known_rates, guidelines = await rates.load_prices(unit)
    for year in sorted({month.year for month in months}):
        known = await identified_stays(unit, year, on, None, None)
        placements = [UUID(bytes=key.ljust(16, b"\0")) for key in known.placement.tolist()]
        providers = [UUID(bytes=key.ljust(16, b"\0")) for key in known.provider.tolist()]
        anew.providers.update(zip(placements, providers, strict=True))
        for month in sorted(month for month in months if month.year == year):
            try:
                lines = calculate_month_lines(known.stays, month, known_rates, guidelines, on)
            except (RateMissing, GuidelineMissing) as missing:
                raise missing_problem(missing) from missing
            anew.lines.update({(placements[placement], month): line for placement, line in lines.items()})
    return anew


async def visible(unit: UnitOfWork, placement_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these places the caller may see, each with its participant."""
    asked = literal(list(placement_ids), ARRAY(Uuid))
    found = await unit.session.execute(
        select(col(Placement.id), col(Placement.participant_id)).where(col(Placement.id) == any_(asked))
    )
    return {row.id: row.participant_id for row in found}


def parts_out(parts: Iterable[LinePart]) -> list[dict[str, Any]]:
    """Parts as they are stored and shown."""
    return [
        {
            "kind": part.kind,
            "first_day": part.first_day.isoformat(),
            "last_day": part.last_day.isoformat(),
            "days": part.days,
            "share": part.share,
            "price": price_text(part.price_bp),
            "rate_id": None if part.rate_id is None else str(part.rate_id),
            "guideline_version_id": None if part.guideline_version_id is None else str(part.guideline_version_id),
        }
        for part in parts
    ]


def parts_in(stored: Iterable[Mapping[str, Any]]) -> tuple[LinePart, ...]:
    """Parts as the rules take them."""
    return tuple(
        LinePart(
            kind=part["kind"],
            first_day=date.fromisoformat(part["first_day"]),
            last_day=date.fromisoformat(part["last_day"]),
            days=part["days"],
            share=part["share"],
            price_bp=int(Decimal(part["price"]).scaleb(_PRICE_DIGITS)),
            rate_id=None if part["rate_id"] is None else UUID(part["rate_id"]),
            guideline_version_id=None if part["guideline_version_id"] is None else UUID(part["guideline_version_id"]),
        )
        for part in stored
    )


def price_text(price_bp: int) -> str:
    """Exact kroner with two decimals, and as many more as there are."""
    exact = f"{Decimal(price_bp).scaleb(-_PRICE_DIGITS):.{_PRICE_DIGITS}f}"
    return exact[:-4] + exact[-4:].rstrip("0")
