"""What a provider is owed and what it invoiced before, of the months of an invoice (C12)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Date, Uuid, and_, any_, bindparam, or_, select
from sqlmodel import col

from app import clock
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.invoices.schemas import CheckBasis
from app.invoices.tables import InvoiceAudience, InvoiceCheck, InvoiceCover
from app.placements.tables import Placement
from app.rules.invoice_documents import Invoice
from app.rules.invoice_items import AmountOwed, MonthAccount
from app.rules.money import to_ore
from app.rules.settlement import MonthLine
from app.settlements.ledger import LineKey, load_ledger, not_rejected, recompute
from app.settlements.tables import Settlement, SettlementDifference

_OF_MONTHS = any_(bindparam("months", type_=ARRAY(Date())))
_CLOSED = CompiledQuery(
    select(col(Settlement.id), col(Settlement.month)).where(
        not_rejected(col(Settlement.id)), col(Settlement.month) == _OF_MONTHS
    )
)
# The provider's differences of these months, and those that were settled with them, of settlements that count; and all
# others of the same months as these.
_OWN = and_(
    col(SettlementDifference.provider_id) == bindparam("provider_id"),
    not_rejected(col(SettlementDifference.settlement_id)),
)
_DIFFERENCES = CompiledQuery(
    select(
        col(SettlementDifference.placement_id),
        col(SettlementDifference.month),
        col(SettlementDifference.settlement_id),
        col(Settlement.month).label("settled_with"),
        col(SettlementDifference.amount),
    )
    .join(Settlement, col(Settlement.id) == col(SettlementDifference.settlement_id))
    .where(
        _OWN,
        or_(
            col(SettlementDifference.month) == _OF_MONTHS,
            col(SettlementDifference.month).in_(
                select(col(SettlementDifference.month)).where(
                    _OWN,
                    col(SettlementDifference.settlement_id) == any_(bindparam("settlements", type_=ARRAY(Uuid()))),
                )
            ),
        ),
    )
)
# The ledger of what the provider invoiced.
_INVOICED = CompiledQuery(
    select(
        col(InvoiceCover.placement_id),
        col(InvoiceCover.month),
        col(InvoiceCover.amount),
        col(InvoiceCover.unowed),
        col(InvoiceCover.audience),
    )
    .join(InvoiceCheck, col(InvoiceCheck.id) == col(InvoiceCover.invoice_id))
    .where(
        col(InvoiceCheck.provider_id) == bindparam("provider_id"),
        col(InvoiceCheck.annulled_at).is_(None),
        col(InvoiceCover.month) == _OF_MONTHS,
    )
)
_PROTECTED = CompiledQuery(select(col(Placement.id)).where(col(Placement.address_protection)))


@dataclass(frozen=True, slots=True)
class Accounts:
    """Both ledgers of the months of an invoice: all of them, and the part that finance may see.

    Finance gets no place of a person with a protected address by provider (see `app.budget.costs`). So its comparison
    is one of its own, from the same invoice and from what finance could see of earlier ones; what the protected places
    of the municipality cost in the same months is one sum.
    """

    of_case_office: list[MonthAccount]
    of_finance: list[MonthAccount]
    protected_amount: int
    basis: CheckBasis


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a provider is owed, in øre by placement and month."""

    lines: Mapping[date, Mapping[UUID, MonthLine]]
    settled: Mapping[LineKey, int]
    """The sum of the differences settled in each."""
    settled_until: Mapping[LineKey, int]
    """Those that were settled with a month of the invoice, or before."""
    carried: Mapping[LineKey, int]
    """Those of earlier months that were settled with the months of the invoice."""

    def list_amounts(self, month: date, entries: Sequence[Record], invoice: Invoice) -> list[AmountOwed]:
        """What is owed of a month.

        A month of which nothing was invoiced here is taken as paid as it was closed, unless the invoice is for that
        month: so a later month's invoice owes what was settled with it, and a credit note what was settled downwards.
        """
        lines = [line for line in invoice.lines if line.month == month]
        places = self.lines.get(month, {})
        if any(row["amount"] > 0 for row in entries) or any(line.amount > 0 for line in lines):
            return [AmountOwed(placement, month, line.amount, line) for placement, line in places.items()]
        if lines:
            amounts = {key: min(amount, 0) for key, amount in self.settled.items()}
        else:
            amounts = dict(self.settled_until if entries else self.carried)
        return [
            AmountOwed(placement, month, amount, places.get(placement))
            for (placement, of), amount in amounts.items()
            if of == month
        ]


async def load_accounts(unit: UnitOfWork, provider_id: UUID, invoice: Invoice) -> Accounts:
    """C12: by the closed months, and by the computed month if it is open. Called with the case office's rights."""
    months = {line.month for line in invoice.lines}
    closed = {row["month"]: row["id"] for row in await unit.fetch(_CLOSED, months=months)}
    settlements = list(closed.values())
    differences = await unit.fetch(_DIFFERENCES, provider_id=provider_id, months=months, settlements=settlements)
    carried = _sum_differences(row for row in differences if row["settlement_id"] in settlements)
    other_months = {month for _, month in carried} - months
    ledger = await load_ledger(unit, closed.keys() | other_months)
    still_open = months - closed.keys()
    if still_open:
        recomputed = await recompute(unit, still_open, clock.today())
        ledger.lines.update(recomputed.lines)
        ledger.providers.update(recomputed.providers)
    all_months = months | other_months
    lines: dict[date, dict[UUID, MonthLine]] = {month: {} for month in all_months}
    for (placement, month), line in ledger.lines.items():
        if ledger.providers[placement] == provider_id:
            lines[month][placement] = line
    owed = _Owed(
        lines,
        _sum_differences(differences),
        _sum_differences(row for row in differences if row["settled_with"] <= max(months)),
        carried,
    )
    entries = await unit.fetch(_INVOICED, provider_id=provider_id, months=all_months)
    protected = {row["id"] for row in await unit.fetch(_PROTECTED)}
    named = {row["placement_id"] for row in entries}
    hidden = {id_ for id_ in protected if id_ in named or any(id_ in places for places in lines.values())}

    def make_accounts(audience: InvoiceAudience, hidden: Collection[UUID]) -> list[MonthAccount]:
        accounts = []
        for month in sorted(all_months):
            visible = [row for row in entries if row["month"] == month and row["audience"] in (None, audience)]
            amounts = owed.list_amounts(month, visible, invoice)
            accounts.append(
                _make_account(
                    month,
                    [row for row in amounts if row.placement not in hidden],
                    [row for row in visible if row["placement_id"] not in hidden],
                    carried=month in other_months,
                )
            )
        return accounts

    of_case_office = of_finance = make_accounts("case_office", ())
    if hidden or any(row["audience"] for row in entries):
        of_finance = make_accounts("finance", hidden)
    return Accounts(
        of_case_office,
        of_finance,
        protected_amount=sum(
            ledger.lines[placement, month].amount
            for placement in protected
            for month in months
            if (placement, month) in ledger.lines
        ),
        basis="computed" if still_open else "settlement",
    )


def _make_account(month: date, owed: Sequence[AmountOwed], entries: Sequence[Record], *, carried: bool) -> MonthAccount:
    named: dict[UUID, int] = {}
    for row in entries:
        if row["placement_id"] is not None:
            named[row["placement_id"]] = named.get(row["placement_id"], 0) + to_ore(row["amount"])
    nameless = [row for row in entries if row["placement_id"] is None]
    return MonthAccount(
        month,
        owed,
        named,
        [to_ore(row["amount"]) for row in nameless if not row["unowed"]],
        sum(to_ore(row["amount"]) for row in nameless if row["unowed"]),
        carried,
    )


def _sum_differences(differences: Iterable[Record]) -> dict[LineKey, int]:
    """In øre."""
    sums: dict[LineKey, int] = {}
    for row in differences:
        key = row["placement_id"], row["month"]
        sums[key] = sums.get(key, 0) + to_ore(row["amount"])
    return sums
