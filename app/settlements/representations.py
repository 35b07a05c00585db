"""A settlement as the API shows it: with its lines, or without them in lists (C13)."""

from collections.abc import Container, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.placements.access import find_participant_ids
from app.settlements.schemas import (
    ProviderSumOut,
    SettlementDifferenceOut,
    SettlementLineOut,
    SettlementOut,
    SettlementStatus,
    SettlementSummaryOut,
)
from app.settlements.settlements import PendingDifference, load_pending_differences
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview

R = TypeVar("R", SettlementLine, SettlementDifference)
S = TypeVar("S", SettlementLine, SettlementDifference, PendingDifference)


async def to_summaries(queries: Queries, settlements: Sequence[Settlement]) -> list[SettlementSummaryOut]:
    """Settlements without their lines."""
    ids = [settlement.id for settlement in settlements]
    reviews = await queries.select(select(SettlementReview).where(col(SettlementReview.settlement_id).in_(ids)))
    by_settlement = {review.settlement_id: review for review in reviews}
    return [_to_summary(settlement, by_settlement.get(settlement.id)) for settlement in settlements]


async def to_response(queries: Queries, settlement: Settlement) -> SettlementOut:
    """C13: the settlement as the caller may see it. 409 `rate-missing`, `guideline-missing`.

    The sums are those of the whole month: a placement that the caller may not see has its amount, and no ids.
    """
    (summary,) = await to_summaries(queries, [settlement])
    async with queries.acting_as("case_officer"):
        lines = await _load_rows(queries, SettlementLine, settlement)
        settled = await _load_rows(queries, SettlementDifference, settlement)
        pending = [] if summary.status == "rejected" else await load_pending_differences(queries, {settlement.month})
    rows: list[SettlementLine | SettlementDifference | PendingDifference] = [*lines, *settled, *pending]
    visible = await find_participant_ids(queries, {row.placement_id for row in rows})
    record_access(queries, visible.values())
    lines_out = [_to_line(row, visible) for row in _put_hidden_last(lines, visible)]
    settled_out = [_to_difference(row, visible, settlement.month) for row in _put_hidden_last(settled, visible)]
    pending_out = [_to_difference(row, visible, None) for row in _put_hidden_last(pending, visible)]
    return SettlementOut(
        **summary.model_dump(),
        lines=lines_out,
        differences=settled_out + pending_out,
        lines_total=_sum_amounts(lines_out),
        differences_total=_sum_amounts(settled_out),
        pending_total=_sum_amounts(pending_out),
        providers=_sum_by_provider(lines_out, settled_out),
    )


def _to_summary(settlement: Settlement, review: SettlementReview | None) -> SettlementSummaryOut:
    status: SettlementStatus = "closed" if review is None else "approved" if review.approved else "rejected"
    return SettlementSummaryOut.model_validate(
        {
            **settlement.model_dump(exclude={"by_month"}),
            "updated_at": settlement.updated_at if review is None else review.created_at,
            "year": settlement.month.year,
            "month": settlement.month.month,
            "status": status,
            "decided_at": None if review is None else review.created_at,
            "decided_by": None if review is None else review.decided_by,
            "reason": None if review is None else review.reason,
            "total": sum((Decimal(amount) for amount in settlement.by_month.values()), Decimal(0)),
        }
    )


def _put_hidden_last(rows: Sequence[S], visible: Container[UUID]) -> list[S]:
    """The rows of placements that the caller may not see after the others, by amount: between two rows of one provider
    a row would tell that its placement is there.
    """
    hidden = [row for row in rows if row.placement_id not in visible]
    return [row for row in rows if row.placement_id in visible] + sorted(hidden, key=lambda row: row.amount)


async def _load_rows(queries: Queries, table: type[R], settlement: Settlement) -> list[R]:
    return await queries.select(
        select(table)
        .where(col(table.settlement_id) == settlement.id)
        .order_by(col(table.month), col(table.provider_id), col(table.placement_id), col(table.id))
    )


def _to_line(row: SettlementLine, visible: Container[UUID]) -> SettlementLineOut:
    only = row.parts[0] if len(row.parts) == 1 else {}
    return SettlementLineOut.model_validate(
        {
            **_month_and_ids(row, visible),
            **{name: only.get(name) for name in ("share", "price", "rate_id", "guideline_version_id")},
            "id": row.id,
            "days": row.days,
            "divisor": row.divisor,
            "amount": row.amount,
            "parts": row.parts,
        }
    )


def _to_difference(
    row: SettlementDifference | PendingDifference, visible: Container[UUID], settled_in: date | None
) -> SettlementDifferenceOut:
    return SettlementDifferenceOut.model_validate(
        {
            **_month_and_ids(row, visible),
            "line_id": row.line_id,
            "amount": row.amount,
            "cause": row.cause,
            "settled_in": None if settled_in is None else f"{settled_in:%Y-%m}",
        }
    )


def _month_and_ids(
    row: SettlementLine | SettlementDifference | PendingDifference, visible: Container[UUID]
) -> dict[str, object]:
    is_visible = row.placement_id in visible
    return {
        "month": f"{row.month:%Y-%m}",
        "placement_id": row.placement_id if is_visible else None,
        "provider_id": row.provider_id if is_visible else None,
    }


def _sum_amounts(rows: Iterable[SettlementLineOut | SettlementDifferenceOut]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def _sum_by_provider(
    lines: Sequence[SettlementLineOut], settled: Sequence[SettlementDifferenceOut]
) -> list[ProviderSumOut]:
    providers = {row.provider_id for row in lines} | {row.provider_id for row in settled}
    sums = []
    for provider_id in sorted(providers, key=lambda id_: (id_ is None, str(id_))):
        of_lines = _sum_amounts(row for row in lines if row.provider_id == provider_id)
        of_settled = _sum_amounts(row for row in settled if row.provider_id == provider_id)
        total = of_lines + of_settled
        sums.append(ProviderSumOut(provider_id=provider_id, lines=of_lines, differences=of_settled, total=total))
    return sums
