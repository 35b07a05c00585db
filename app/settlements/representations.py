"""A closed month as it is shown: whole, as a head, or as the rows of a file (C13)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWork
from app.rules.money import from_ore
from app.settlements.ledger import visible
from app.settlements.schemas import (
    DifferenceOut,
    LineOut,
    PartOut,
    ProviderSumOut,
    SettlementHeadOut,
    SettlementOut,
    Status,
)
from app.settlements.settlements import Pending, name_of, waiting
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview

R = TypeVar("R", SettlementLine, SettlementDifference)


async def heads(unit: UnitOfWork, settlements: Sequence[Settlement]) -> list[SettlementHeadOut]:
    """Closings without their lines."""
    ids = [settlement.id for settlement in settlements]
    reviews = await unit.session.scalars(select(SettlementReview).where(col(SettlementReview.settlement_id).in_(ids)))
    by_settlement = {review.settlement_id: review for review in reviews}
    return [_head(settlement, by_settlement.get(settlement.id)) for settlement in settlements]


async def whole(unit: UnitOfWork, settlement: Settlement) -> SettlementOut:
    """C13: the closed month as the caller may see it. 409 `rate-missing`, `guideline-missing`.

    The sums are the whole month's: a place that the caller may not know of has its amount, and no id.
    """
    (head,) = await heads(unit, [settlement])
    async with unit.acting_as("case_officer"):
        lines = await _of(unit, SettlementLine, settlement)
        settled = await _of(unit, SettlementDifference, settlement)
        waits = [] if head.status == "rejected" else await waiting(unit, {settlement.month})
    placements = {row.placement_id for row in lines} | {row.placement_id for row in settled}
    placements |= {pending.key[0] for pending in waits}
    seen = await visible(unit, placements)
    record_access(unit, seen.values())
    differences = [_settled(row, seen, settlement) for row in settled] + [_pending(row, seen) for row in waits]
    lines_out = [_line(row, seen) for row in lines]
    settled_out = [row for row in differences if row.settled_in is not None]
    return SettlementOut(
        **head.model_dump(),
        lines=lines_out,
        differences=differences,
        lines_total=_sum(lines_out),
        differences_total=_sum(settled_out),
        pending_total=_sum(row for row in differences if row.settled_in is None),
        providers=_providers(lines_out, settled_out),
    )


def _head(settlement: Settlement, review: SettlementReview | None) -> SettlementHeadOut:
    status: Status = "closed" if review is None else "approved" if review.approved else "rejected"
    return SettlementHeadOut(
        id=settlement.id,
        created_at=settlement.created_at,
        updated_at=settlement.updated_at if review is None else review.created_at,
        year=settlement.month.year,
        month=settlement.month.month,
        version=settlement.version,
        number=settlement.number,
        closed_at=settlement.closed_at,
        closed_by=settlement.closed_by,
        status=status,
        decided_at=None if review is None else review.created_at,
        decided_by=None if review is None else review.decided_by,
        reason=None if review is None else review.reason,
        total=sum((Decimal(amount) for amount in settlement.by_month.values()), Decimal(0)),
    )


async def _of(unit: UnitOfWork, kind: type[R], settlement: Settlement) -> list[R]:
    statement = select(kind).where(col(kind.settlement_id) == settlement.id)
    ordered = statement.order_by(col(kind.month), col(kind.provider_id), col(kind.placement_id), col(kind.id))
    return list(await unit.session.scalars(ordered))


def _line(row: SettlementLine, seen: dict[UUID, UUID]) -> LineOut:
    parts = [PartOut.model_validate(part | _ids(part)) for part in row.parts]
    only = parts[0] if len(parts) == 1 else None
    return LineOut(
        id=row.id,
        placement_id=row.placement_id if row.placement_id in seen else None,
        provider_id=row.provider_id if row.placement_id in seen else None,
        month=name_of(row.month),
        days=row.days,
        divisor=row.divisor,
        share=None if only is None else only.share,
        price=None if only is None else only.price,
        rate_id=None if only is None else only.rate_id,
        guideline_version_id=None if only is None else only.guideline_version_id,
        amount=row.amount,
        parts=parts,
    )


def _ids(part: dict[str, str | None]) -> dict[str, UUID | None]:
    return {name: None if (id_ := part[name]) is None else UUID(id_) for name in ("rate_id", "guideline_version_id")}


def _settled(row: SettlementDifference, seen: dict[UUID, UUID], settlement: Settlement) -> DifferenceOut:
    return DifferenceOut.model_validate(
        {
            "line_id": row.line_id,
            "placement_id": row.placement_id if row.placement_id in seen else None,
            "provider_id": row.provider_id if row.placement_id in seen else None,
            "month": name_of(row.month),
            "amount": row.amount,
            "cause": row.cause,
            "settled_in": name_of(settlement.month),
        }
    )


def _pending(waits: Pending, seen: dict[UUID, UUID]) -> DifferenceOut:
    placement, month = waits.key
    return DifferenceOut(
        line_id=waits.line_id,
        placement_id=placement if placement in seen else None,
        provider_id=waits.provider_id if placement in seen else None,
        month=name_of(month),
        amount=from_ore(waits.difference.amount),
        cause=waits.difference.cause,
        settled_in=None,
    )


def _sum(rows: Iterable[LineOut | DifferenceOut]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def _providers(lines: Sequence[LineOut], settled: Sequence[DifferenceOut]) -> list[ProviderSumOut]:
    providers = {row.provider_id for row in lines} | {row.provider_id for row in settled}
    sums = []
    for provider in sorted(providers, key=lambda id_: (id_ is None, str(id_))):
        of_lines = _sum(row for row in lines if row.provider_id == provider)
        of_settled = _sum(row for row in settled if row.provider_id == provider)
        sums.append(
            ProviderSumOut(provider_id=provider, lines=of_lines, differences=of_settled, total=of_lines + of_settled)
        )
    return sums
