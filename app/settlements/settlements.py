"""Closing a month, what differs since, and the four eyes (C13)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type
from app.outbox import publish
from app.rules.calendar import get_month_range
from app.rules.money import from_ore
from app.rules.settlement import Difference, find_pending_differences
from app.security.tokens import Actor
from app.settlements.ledger import Books, Key, books_of, computed_anew, parts_out, standing
from app.settlements.schemas import ApprovalIn
from app.settlements.tables import Settlement, SettlementDifference, SettlementLine, SettlementReview

MONTH_NOT_PAST = problem_type(
    "month-not-past",
    409,
    title="Månaden er ikkje over",
    nn="Ein månad kan gjerast opp når han er over.",
    en="A month can be closed once it is past (C13).",
)
MONTH_ALREADY_SETTLED = problem_type(
    "month-already-settled",
    409,
    title="Månaden er alt gjord opp",
    nn="Månaden er alt gjord opp; det som er endra sidan, kjem med i neste oppgjer.",
    en="The month is closed already; what changed since goes into the next settlement (C13).",
)
EARLIER_MONTH_OPEN = problem_type(
    "earlier-month-open",
    409,
    title="Ein tidlegare månad er open",
    nn="Månadene i eit år vert gjorde opp i rekkjefølgje.",
    en="An earlier month of the year has costs and is not closed; `month` names the first such month (C13).",
)
OWN_SETTLEMENT = problem_type(
    "own-settlement",
    409,
    title="Den som gjorde opp, kan ikkje godkjenne",
    nn="Den som gjorde opp månaden, kan ikkje godkjenne eller avvise oppgjeret sjølv.",
    en="Whoever closed a month does not approve or reject it: four eyes (C13).",
)
PERSON_REQUIRED = problem_type(
    "person-required",
    403,
    title="Berre ein person kan avgjere dette",
    nn="Eit oppgjer vert godkjent eller avvist av ein person, ikkje av eit system.",
    en="A settlement is approved or rejected by a person, not by a machine (C13).",
)
SETTLEMENT_DECIDED = problem_type(
    "settlement-decided",
    409,
    title="Oppgjeret er alt avgjort",
    nn="Oppgjeret er alt godkjent eller avvist.",
    en="The settlement has been approved or rejected already (C13).",
)
SETTLEMENT_BUILT_UPON = problem_type(
    "settlement-built-upon",
    409,
    title="Eit seinare oppgjer byggjer på dette",
    nn="Eit seinare oppgjer har differansar til linjer i dette; avvis det først.",
    en="A later settlement has differences of this one's lines; `month` names it. Reject that one first (C13).",
)

on_constraint("uq_settlement_month_version", MONTH_ALREADY_SETTLED, MONTH_ALREADY_SETTLED.nn)
on_constraint("uq_settlement_review_settlement_id", SETTLEMENT_DECIDED, SETTLEMENT_DECIDED.nn)

# Whoever closes or decides waits here: the next closing takes over what the last one left.


@dataclass(frozen=True, slots=True)
class Pending:
    """A difference that waits for the next closing, and the closed line it names."""

    key: Key
    line_id: UUID | None
    provider_id: UUID
    difference: Difference


async def close_month(unit: UnitOfWork, actor: Actor, year: int, month: int) -> Settlement:
    """C13: keep the month's lines, and take in what differs in every month closed before.

    **Decided here**: the earlier months of the same year that have costs are closed first; one without costs need not
    be. 409 `month-not-past`, `month-already-settled`, `earlier-month-open`, `rate-missing`, `guideline-missing`.
    """
    first, last = get_month_range(year, month)
    today = clock.today()
    if last >= today:
        raise MONTH_NOT_PAST(f"{name_of(first)} er over {last}.")
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.SETTLEMENTS)))
    closed = {row.month for row in await unit.session.scalars(standing())}
    if first in closed:
        raise MONTH_ALREADY_SETTLED(f"{name_of(first)} er alt gjord opp.")
    earlier = {date(year, before, 1) for before in range(1, month)} - closed
    async with unit.acting_as("case_officer"):
        anew = await computed_anew(unit, closed | earlier | {first}, today)
        still_open = min((key[1] for key in anew.lines if key[1] in earlier), default=None)
        if still_open is not None:
            raise EARLIER_MONTH_OPEN(
                f"{name_of(still_open)} har kostnader og er ikkje gjord opp.", month=name_of(still_open)
            )
        books = await books_of(unit, closed)
        settlement = await _kept(unit, actor, first, anew, _waiting(books, anew, closed))
    await publish.publish(unit, "budget.settled", path_of(settlement), {"year": year, "month": month})
    return settlement


async def review(unit: UnitOfWork, actor: Actor, settlement: Settlement, body: ApprovalIn) -> None:
    """C13: another person's yes, or a no that opens the month again.

    403 `person-required`; 409 `own-settlement`, `settlement-decided`, and for a no `settlement-built-upon`.
    """
    if actor.kind != "person":
        raise PERSON_REQUIRED()
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.SETTLEMENTS)))
    decided = select(SettlementReview).where(col(SettlementReview.settlement_id) == settlement.id)
    if (await unit.session.scalars(decided)).one_or_none() is not None:
        raise SETTLEMENT_DECIDED()
    if settlement.closed_by == actor.name:
        raise OWN_SETTLEMENT()
    if not body.approved:
        async with unit.acting_as("case_officer"):
            later = await _built_upon(unit, settlement)
        if later is not None:
            raise SETTLEMENT_BUILT_UPON(
                f"Oppgjeret for {name_of(later)} har differansar til linjer i dette; avvis det først.",
                month=name_of(later),
            )
    made = {"settlement_id": settlement.id, "closed_by": settlement.closed_by, "decided_by": actor.name}
    unit.session.add(SettlementReview.model_validate({**body.model_dump(), **made}))
    await unit.session.flush()
    if not body.approved:
        told: dict[str, str | int | None] = {"year": settlement.month.year, "month": settlement.month.month}
        await publish.publish(unit, "budget.reopened", path_of(settlement), told)


async def closing(unit: UnitOfWork, year: int, month: int, version: int | None = None) -> Settlement | None:
    """One closing of a month, rejected or not: the last, or the version that is asked for."""
    statement = select(Settlement).where(col(Settlement.month) == date(year, month, 1))
    if version is not None:
        statement = statement.where(col(Settlement.version) == version)
    return (await unit.session.scalars(statement.order_by(col(Settlement.version).desc()).limit(1))).one_or_none()


async def waiting(unit: UnitOfWork, months: Collection[date]) -> list[Pending]:
    """C13: what differs now in closed months. 409 `rate-missing`, `guideline-missing`. Within `every_place`."""
    books = await books_of(unit, months)
    return _waiting(books, await computed_anew(unit, months, clock.today()), months)


def _waiting(books: Books, anew: Books, months: Collection[date]) -> list[Pending]:
    of_months = {key: line for key, line in anew.lines.items() if key[1] in months}
    providers = anew.providers | books.providers
    return [
        Pending(key, books.line_ids.get(key), providers[key[0]], difference)
        for key, differences in find_pending_differences(books.lines, of_months).items()
        for difference in differences
    ]


async def _kept(unit: UnitOfWork, actor: Actor, month: date, anew: Books, differences: Sequence[Pending]) -> Settlement:
    """The closing's rows."""
    lines = {placement: line for (placement, of), line in anew.lines.items() if of == month}
    by_month = {month: sum(line.amount for line in lines.values())}
    for waits in differences:
        by_month[waits.key[1]] = by_month.get(waits.key[1], 0) + waits.difference.amount
    version = await unit.session.scalar(select(func.count()).where(col(Settlement.month) == month))
    number = await unit.session.scalar(select(func.coalesce(func.max(Settlement.number), 0)))
    settlement = Settlement(
        month=month,
        version=(version or 0) + 1,
        number=(number or 0) + 1,
        closed_by=actor.name,
        by_month={name_of(of): f"{from_ore(amount):.2f}" for of, amount in sorted(by_month.items())},
    )
    unit.session.add(settlement)
    await unit.session.flush()
    unit.session.add_all(
        SettlementLine(
            settlement_id=settlement.id,
            placement_id=placement,
            provider_id=anew.providers[placement],
            month=month,
            days=line.days,
            divisor=line.divisor,
            amount=from_ore(line.amount),
            parts=parts_out(line.parts),
        )
        for placement, line in sorted(lines.items())
    )
    unit.session.add_all(
        SettlementDifference.model_validate(difference_row(waits) | {"settlement_id": settlement.id})
        for waits in differences
    )
    await unit.session.flush()
    return settlement


def difference_row(waits: Pending) -> dict[str, Any]:
    """A difference as it is stored."""
    placement, month = waits.key
    line = waits.difference.line
    return {
        "line_id": waits.line_id,
        "placement_id": placement,
        "provider_id": waits.provider_id,
        "month": month,
        "cause": waits.difference.cause,
        "amount": from_ore(waits.difference.amount),
        "divisor": None if line is None else line.divisor,
        "parts": None if line is None else parts_out(line.parts),
    }


async def _built_upon(unit: UnitOfWork, settlement: Settlement) -> date | None:
    """The last standing closing with differences of what this one put into the books."""
    later, own = aliased(SettlementDifference), aliased(SettlementDifference)
    touched = or_(
        col(later.month) == settlement.month,
        exists().where(
            col(own.settlement_id) == settlement.id,
            col(own.placement_id) == col(later.placement_id),
            col(own.month) == col(later.month),
        ),
    )
    found = (
        standing()
        .join(later, col(later.settlement_id) == col(Settlement.id))
        .where(col(Settlement.number) > settlement.number, touched)
        .order_by(col(Settlement.number).desc())
        .limit(1)
    )
    row = (await unit.session.scalars(found)).one_or_none()
    return None if row is None else row.month


def path_of(settlement: Settlement) -> str:
    """Where the closed month is."""
    return f"/v1/budgets/{settlement.month.year}/settlements/{settlement.month.month}"


def name_of(month: date) -> str:
    """A month as the API writes it."""
    return f"{month.year:04}-{month.month:02}"
