"""Checking a provider's invoice against what the provider is owed (C12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, func, insert, literal, select
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.invoices.parsing import FieldPointers
from app.invoices.problems import (
    INVOICE_BUYER,
    INVOICE_CURRENCY,
    INVOICE_EXISTS,
    INVOICE_SUPPLIER,
    INVOICE_TOO_LARGE,
)
from app.invoices.schemas import CheckBasis
from app.invoices.tables import InvoiceAudience, InvoiceCheck, InvoiceCheckLine, InvoiceCover
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.invoice_documents import Invoice
from app.rules.invoice_items import AmountOwed, MonthAccount
from app.rules.invoicing import InvoiceComparison, compare_invoice
from app.rules.money import from_ore, to_ore
from app.security.roles import Actor
from app.settlements.ledger import Ledger, LineKey, load_ledger, not_rejected, recompute
from app.settlements.tables import Settlement, SettlementDifference

# In øre: no sum of lines, and no difference from it, is then too large for a column of the database.
_MAX_AMOUNT = 10**11


@dataclass(frozen=True, slots=True)
class CheckedInvoice:
    """A check, whether or not it is stored, and what it found: for everybody (None), or for each audience."""

    check: InvoiceCheck
    found: Mapping[InvoiceAudience | None, InvoiceComparison]


async def check_invoice(
    unit: UnitOfWork, actor: Actor, invoice: Invoice, buyer: str, pointers: FieldPointers, *, dry_run: bool = False
) -> CheckedInvoice:
    """C12: compare an invoice with what is owed, and store the result unless it is a dry run.

    422 for another buyer or currency or an unknown supplier; 409 `invoice-already-checked`, `rate-missing`,
    `guideline-missing`.
    """
    if invoice.buyer != buyer:
        raise INVOICE_BUYER(f"Kjøparen må vere kommunen, organisasjonsnummer {buyer}.", pointer=pointers.buyer)
    if invoice.currency != "NOK":
        raise INVOICE_CURRENCY(pointer=pointers.currency)
    if sum(abs(line.amount) for line in invoice.lines) + abs(invoice.charges) > _MAX_AMOUNT:
        raise INVOICE_TOO_LARGE("Beløpa i fakturaen er større enn dei som kan lagrast.", pointer=pointers.lines)
    provider_id: UUID | None = await unit.fetch_value(
        select(col(Provider.id)).where(col(Provider.organisation_number) == invoice.supplier)
    )
    if provider_id is None:
        raise INVOICE_SUPPLIER(pointer=pointers.supplier)
    # Two invoices at the same time would both be compared with the same amount owed.
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.INVOICES)))
    existing = await unit.fetch_value(
        select(col(InvoiceCheck.id)).where(
            col(InvoiceCheck.provider_id) == provider_id,
            col(InvoiceCheck.kind) == invoice.kind,
            col(InvoiceCheck.number) == invoice.number,
            col(InvoiceCheck.annulled_at).is_(None),
        )
    )
    if existing is not None:
        raise INVOICE_EXISTS(invoice_id=str(existing))
    async with unit.acting_as("case_officer"):
        checked = _compare(actor, provider_id, invoice, await _load_accounts(unit, provider_id, invoice))
        if not dry_run:
            unit.session.add(checked.check)
            await unit.session.flush()
            await _store_results(unit, checked)
    return checked


async def annul_check(unit: UnitOfWork, invoice_id: UUID, body: AnnulmentIn) -> InvoiceCheck:
    """D10: a check that was a mistake. It counts for nothing, and its number may be checked again.

    The results of later checks stand as they were told. Raises `not-found`, `annulled` the second time.
    """
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.INVOICES)))
    check = await find(unit, InvoiceCheck, invoice_id, lock=True)
    if check.annulled_at is not None:
        raise ANNULLED()
    check.annulled_at = clock.now()
    check.annulled_reason = body.reason
    await unit.session.flush()
    return check


@dataclass(frozen=True, slots=True)
class _Accounts:
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

    ledger: Ledger
    keys: set[LineKey]
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
        if any(row["amount"] > 0 for row in entries) or any(line.amount > 0 for line in lines):
            amounts = {key: line.amount for key in self.keys if (line := self.ledger.lines.get(key)) is not None}
        elif lines:
            amounts = {key: min(amount, 0) for key, amount in self.settled.items()}
        else:
            amounts = dict(self.settled_until if entries else self.carried)
        return [
            AmountOwed(placement, month, amount, self.ledger.lines.get((placement, month)))
            for (placement, of), amount in amounts.items()
            if of == month
        ]


async def _load_accounts(unit: UnitOfWork, provider_id: UUID, invoice: Invoice) -> _Accounts:
    """C12: by the closed months, and by the computed month if it is open. Called with the case office's rights."""
    months = {line.month for line in invoice.lines}
    closed = {
        row.month: row.id
        for row in await unit.select(
            select(Settlement).where(not_rejected(col(Settlement.id)), col(Settlement.month).in_(months))
        )
    }
    settlement_id = col(SettlementDifference.settlement_id)
    carried = await _sum_differences(unit, provider_id, settlement_id.in_(closed.values()))
    other_months = {month for _, month in carried} - months
    ledger = await load_ledger(unit, closed.keys() | other_months)
    still_open = months - closed.keys()
    if still_open:
        recomputed = await recompute(unit, still_open, clock.today())
        ledger.lines.update(recomputed.lines)
        ledger.providers.update(recomputed.providers)
    all_months = months | other_months
    of_month = col(SettlementDifference.month).in_(all_months)
    earlier = select(col(Settlement.id)).where(col(Settlement.month) <= max(months))
    owed = _Owed(
        ledger,
        {key for key in ledger.lines if ledger.providers[key[0]] == provider_id},
        await _sum_differences(unit, provider_id, of_month),
        await _sum_differences(unit, provider_id, and_(of_month, settlement_id.in_(earlier))),
        carried,
    )
    entries = await _load_invoiced(unit, provider_id, all_months)
    named = {row["placement_id"] for row in entries if row["placement_id"] is not None}
    protected = await _find_protected(unit, {key[0] for key in ledger.lines} | named)

    def make_accounts(audience: InvoiceAudience, hidden: Collection[UUID]) -> list[MonthAccount]:
        accounts = []
        for month in sorted(all_months):
            told = [row for row in entries if row["month"] == month and row["audience"] in (None, audience)]
            amounts = owed.list_amounts(month, told, invoice)
            accounts.append(
                _make_account(
                    month,
                    [row for row in amounts if row.placement not in hidden],
                    [row for row in told if row["placement_id"] not in hidden],
                    carried=month in other_months,
                )
            )
        return accounts

    return _Accounts(
        of_case_office=make_accounts("case_office", ()),
        of_finance=make_accounts("finance", protected),
        protected_amount=sum(
            line.amount for key, line in ledger.lines.items() if key[0] in protected and key[1] in months
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


async def _find_protected(unit: UnitOfWork, placement_ids: Collection[UUID]) -> set[UUID]:
    """Those of these placements whose person's address is protected."""
    named = literal(list(placement_ids), ARRAY(Uuid))
    rows = await unit.fetch(
        select(col(Placement.id)).where(col(Placement.id) == any_(named), col(Placement.address_protection))
    )
    return {row["id"] for row in rows}


async def _sum_differences(unit: UnitOfWork, provider_id: UUID, which: ColumnElement[bool]) -> dict[LineKey, int]:
    """The provider's settled differences in øre, of settlements that are not rejected."""
    key = (col(SettlementDifference.placement_id), col(SettlementDifference.month))
    statement = (
        select(*key, func.sum(SettlementDifference.amount))
        .where(
            col(SettlementDifference.provider_id) == provider_id,
            not_rejected(col(SettlementDifference.settlement_id)),
            which,
        )
        .group_by(*key)
    )
    return {(placement_id, month): to_ore(total) for placement_id, month, total in await unit.fetch(statement)}


async def _load_invoiced(unit: UnitOfWork, provider_id: UUID, months: Collection[date]) -> list[Record]:
    """The ledger of what the provider invoiced: placement, month, amount, whether for nothing, and the audience."""
    statement = (
        select(
            col(InvoiceCover.placement_id),
            col(InvoiceCover.month),
            col(InvoiceCover.amount),
            col(InvoiceCover.unowed),
            col(InvoiceCover.audience),
        )
        .join(InvoiceCheck, col(InvoiceCheck.id) == col(InvoiceCover.invoice_id))
        .where(
            col(InvoiceCheck.provider_id) == provider_id,
            col(InvoiceCheck.annulled_at).is_(None),
            col(InvoiceCover.month).in_(months),
        )
    )
    return await unit.fetch(statement)


def _compare(actor: Actor, provider_id: UUID, invoice: Invoice, accounts: _Accounts) -> CheckedInvoice:
    comparison = compare_invoice(invoice, accounts.of_case_office)
    of_finance = comparison
    if accounts.of_finance != accounts.of_case_office:
        of_finance = compare_invoice(invoice, accounts.of_finance)
    is_same = comparison == of_finance
    by_month: dict[date, int] = {}
    for row in comparison.rows:
        if row.invoiced:
            by_month[row.month] = by_month.get(row.month, 0) + row.invoiced
    check = InvoiceCheck(
        provider_id=provider_id,
        number=invoice.number,
        kind=invoice.kind,
        issued_on=invoice.issued_on,
        amount=from_ore(invoice.amount),
        expected=from_ore(comparison.expected),
        result="equal" if comparison.is_equal else "different",
        finance_expected=None if is_same else from_ore(of_finance.expected),
        finance_result=None if is_same else "equal" if of_finance.is_equal else "different",
        protected_amount=from_ore(accounts.protected_amount),
        basis=accounts.basis,
        by_month={f"{month:%Y-%m}": f"{from_ore(amount):.2f}" for month, amount in sorted(by_month.items())},
        identity_numbers=invoice.identity_numbers,
        names=invoice.names,
        checked_by=actor.name,
    )
    if is_same:
        return CheckedInvoice(check, {None: comparison})
    return CheckedInvoice(check, {"case_office": comparison, "finance": of_finance})


async def _store_results(unit: UnitOfWork, checked: CheckedInvoice) -> None:
    """As rows and not as objects of the session, which would take longer than the comparison."""
    lines: list[dict[str, object]] = []
    covers: list[dict[str, object]] = []
    for audience, comparison in checked.found.items():
        same = {"invoice_id": checked.check.id, "audience": audience}
        lines += [
            {
                "id": clock.new_id(),
                "line": row.number,
                "placement_id": row.placement,
                "month": row.month,
                "invoiced": from_ore(row.invoiced),
                "expected": from_ore(row.expected),
                "cause": row.cause,
                **same,
            }
            for row in comparison.rows
        ]
        covers += [
            {
                "id": clock.new_id(),
                "placement_id": entry.placement,
                "month": entry.month,
                "amount": from_ore(entry.amount),
                "unowed": entry.unowed,
                **same,
            }
            for entry in comparison.invoiced
        ]
    for table, rows in ((InvoiceCheckLine, lines), (InvoiceCover, covers)):
        if rows:
            await unit.session.execute(insert(table), rows)
