"""Closing a month, the differences since then, and the decision of another person (C13)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND
from app.outbox.events import SettlementEvent
from app.outbox.publish import publish
from app.rules.calendar import get_month_range
from app.rules.money import from_ore
from app.rules.settlement import DifferenceCause, find_pending_differences
from app.security.roles import OTHER_LOGIN, Actor
from app.settlements.ledger import Ledger, dump_parts, load_corrected_placements, load_ledger, not_rejected, recompute
from app.settlements.problems import (
    EARLIER_MONTH_OPEN,
    MONTH_ALREADY_SETTLED,
    MONTH_NOT_PAST,
    OWN_SETTLEMENT,
    PERSON_REQUIRED,
    SETTLEMENT_BUILT_UPON,
    SETTLEMENT_DECIDED,
)
from app.settlements.schemas import SettlementApprovalIn
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview


@dataclass(frozen=True, slots=True)
class PendingDifference:
    """A difference that the next month to be closed will settle, with the fields of `SettlementDifference`."""

    line_id: UUID | None
    placement_id: UUID
    provider_id: UUID
    month: date
    cause: DifferenceCause
    amount: Decimal
    divisor: int | None
    parts: list[dict[str, Any]] | None


async def close_month(unit: UnitOfWork, actor: Actor, year: int, month: int) -> Settlement:
    """C13: store the month's lines, and settle the differences of every month that was closed before.

    **Decided here**: the earlier months of the same year that have costs are closed first; one without costs need not
    be. 409 `month-not-past`, `month-already-settled`, `earlier-month-open`, `rate-missing`, `guideline-missing`.
    """
    first, last = get_month_range(year, month)
    today = clock.today()
    if last >= today:
        raise MONTH_NOT_PAST(f"{first:%Y-%m} er over {last}.")
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.SETTLEMENTS)))
    closed = {row.month for row in await unit.select(select(Settlement).where(not_rejected(col(Settlement.id))))}
    if first in closed:
        raise MONTH_ALREADY_SETTLED(f"{first:%Y-%m} er alt gjord opp.")
    earlier = {date(year, before, 1) for before in range(1, month)} - closed
    async with unit.acting_as("case_officer"):
        recomputed = await recompute(unit, closed | earlier | {first}, today)
        still_open = min((key[1] for key in recomputed.lines if key[1] in earlier), default=None)
        if still_open is not None:
            raise EARLIER_MONTH_OPEN(
                f"{still_open:%Y-%m} har kostnader og er ikkje gjord opp.", month=f"{still_open:%Y-%m}"
            )
        corrected = await load_corrected_placements(unit)
        pending = _compare(await load_ledger(unit, closed), recomputed, closed, corrected)
        settlement = await _store(unit, actor, first, recomputed, pending)
    await publish(unit, SettlementEvent("budget.settled", year, month))
    return settlement


async def decide_settlement(
    unit: UnitOfWork, actor: Actor, settlement: Settlement, approval: SettlementApprovalIn
) -> None:
    """C13: another person approves the settlement, or rejects it, which opens the month again.

    403 `person-required`; 409 `own-settlement`, `settlement-decided`, and for a rejection `settlement-built-upon`.
    """
    if actor.kind != "person":
        raise PERSON_REQUIRED()
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.SETTLEMENTS)))
    if await unit.select(select(SettlementReview).where(col(SettlementReview.settlement_id) == settlement.id)):
        raise SETTLEMENT_DECIDED()
    if settlement.closed_by == actor.name:
        raise OWN_SETTLEMENT()
    if not actor.is_another_person_than(settlement.closed_by):
        raise OWN_SETTLEMENT(OTHER_LOGIN)
    if not approval.approved:
        async with unit.acting_as("case_officer"):
            later = await _find_dependent(unit, settlement)
        if later is not None:
            raise SETTLEMENT_BUILT_UPON(
                f"Oppgjeret for {later.month:%Y-%m} har differansar til linjer i dette; avvis det først.",
                month=f"{later.month:%Y-%m}",
            )
    names = {"settlement_id": settlement.id, "closed_by": settlement.closed_by, "decided_by": actor.name}
    unit.session.add(SettlementReview.model_validate({**approval.model_dump(), **names}))
    await unit.session.flush()
    if not approval.approved:
        await publish(unit, SettlementEvent("budget.reopened", settlement.month.year, settlement.month.month))


async def find_settlement(queries: Queries, year: int, month: int, version: int | None = None) -> Settlement:
    """One version of a month's settlement, by default the last, rejected or not. 404 `not-found`."""
    statement = select(Settlement).where(col(Settlement.month) == date(year, month, 1))
    if version is not None:
        statement = statement.where(col(Settlement.version) == version)
    found = await queries.select(statement.order_by(col(Settlement.version).desc()).limit(1))
    if not found:
        raise NOT_FOUND()
    return found[0]


async def load_pending_differences(queries: Queries, months: Collection[date]) -> list[PendingDifference]:
    """C13: the differences of closed months now. 409 `rate-missing`, `guideline-missing`.

    Called with the case office's rights (`acting_as`): a closed month contains every placement.
    """
    ledger = await load_ledger(queries, months)
    recomputed = await recompute(queries, months, clock.today())
    return _compare(ledger, recomputed, months, await load_corrected_placements(queries))


def _compare(
    ledger: Ledger, recomputed: Ledger, months: Collection[date], corrected: Collection[UUID]
) -> list[PendingDifference]:
    lines = {key: line for key, line in recomputed.lines.items() if key[1] in months}
    providers = recomputed.providers | ledger.providers
    return [
        PendingDifference(
            line_id=ledger.line_ids.get((placement_id, month)),
            placement_id=placement_id,
            provider_id=providers[placement_id],
            month=month,
            cause=difference.cause,
            amount=from_ore(difference.amount),
            divisor=None if difference.line is None else difference.line.divisor,
            parts=None if difference.line is None else dump_parts(difference.line.parts),
        )
        for (placement_id, month), differences in find_pending_differences(ledger.lines, lines, corrected).items()
        for difference in differences
    ]


async def _store(
    unit: UnitOfWork, actor: Actor, month: date, recomputed: Ledger, differences: Sequence[PendingDifference]
) -> Settlement:
    lines = {placement_id: line for (placement_id, of), line in recomputed.lines.items() if of == month}
    by_month = {month: from_ore(sum(line.amount for line in lines.values()))}
    for difference in differences:
        by_month[difference.month] = by_month.get(difference.month, Decimal(0)) + difference.amount
    versions = await unit.fetch_value(select(func.count()).where(col(Settlement.month) == month))
    last_number = await unit.fetch_value(select(func.coalesce(func.max(Settlement.number), 0)))
    settlement = Settlement(
        month=month,
        version=versions + 1,
        number=last_number + 1,
        closed_by=actor.name,
        by_month={f"{of:%Y-%m}": f"{amount:.2f}" for of, amount in sorted(by_month.items())},
    )
    unit.session.add(settlement)
    await unit.session.flush()
    unit.session.add_all(
        SettlementLine(
            settlement_id=settlement.id,
            placement_id=placement_id,
            provider_id=recomputed.providers[placement_id],
            month=month,
            days=line.days,
            divisor=line.divisor,
            amount=from_ore(line.amount),
            parts=dump_parts(line.parts),
        )
        for placement_id, line in sorted(lines.items())
    )
    unit.session.add_all(
        SettlementDifference(settlement_id=settlement.id, **asdict(difference)) for difference in differences
    )
    await unit.session.flush()
    return settlement


async def _find_dependent(unit: UnitOfWork, settlement: Settlement) -> Settlement | None:
    """The last settlement that is not rejected and has differences of the lines or differences of this one."""
    later, own = aliased(SettlementDifference), aliased(SettlementDifference)
    of_same_line = or_(
        col(later.month) == settlement.month,
        exists().where(
            col(own.settlement_id) == settlement.id,
            col(own.placement_id) == col(later.placement_id),
            col(own.month) == col(later.month),
        ),
    )
    found = await unit.select(
        select(Settlement)
        .join(later, col(later.settlement_id) == col(Settlement.id))
        .where(not_rejected(col(Settlement.id)), col(Settlement.number) > settlement.number, of_same_line)
        .order_by(col(Settlement.number).desc())
        .limit(1)
    )
    return found[0] if found else None
