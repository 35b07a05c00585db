"""Checking a provider's invoice against what the provider is owed (C12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, literal, select
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
from app.invoices.tables import InvoiceAudience, InvoiceCheck, InvoiceCheckLine, InvoiceCover, is_for
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.invoicing import AmountOwed, Invoice, InvoiceComparison, compare_invoice
from app.rules.money import from_ore, to_ore
from app.security.roles import Actor
from app.settlements.ledger import Ledger, LineKey, load_ledger, not_rejected, recompute
from app.settlements.tables import Settlement, SettlementDifference

# In øre: no sum of lines, and no difference from it, is then too large for a column of the database.
_MAX_AMOUNT = 10**11


@dataclass(frozen=True, slots=True)
class CheckedInvoice:
    """A check with its lines and covers, of all audiences, whether or not they are stored."""

    check: InvoiceCheck
    lines: list[InvoiceCheckLine]
    covers: list[InvoiceCover]


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
            col(InvoiceCheck.number) == invoice.number,
            col(InvoiceCheck.annulled_at).is_(None),
        )
    )
    if existing is not None:
        raise INVOICE_EXISTS(invoice_id=str(existing))
    async with unit.acting_as("case_officer"):
        checked = _compare(actor, provider_id, invoice, await _load_owed(unit, provider_id, invoice))
        if not dry_run:
            unit.session.add(checked.check)
            await unit.session.flush()
            rows = [*checked.lines, *checked.covers]
            for row in rows:
                # The example year gives the check an id of its own when it is stored.
                row.invoice_id = checked.check.id
            unit.session.add_all(rows)
            await unit.session.flush()
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
class _Owed:
    """What is owed for the months of an invoice: all of it, and the part that finance may see.

    Finance gets no place of a person with a protected address by provider (see `app.budget.costs`). So its comparison
    is one of its own, from the same invoice and from what finance could see of earlier ones; what the protected places
    of the municipality cost in the same months is one sum.
    """

    to_case_office: list[AmountOwed]
    to_finance: list[AmountOwed]
    protected_amount: int
    basis: CheckBasis


@dataclass(frozen=True, slots=True)
class _ProviderAccount:
    """A provider's months, in øre by placement and month."""

    ledger: Ledger
    settled: Mapping[LineKey, int]
    """The sum of the differences settled in each."""
    carried: Mapping[LineKey, int]
    """Those of earlier months that were settled with the months of the invoice."""
    covered: Mapping[LineKey, int]
    """What earlier invoices covered."""

    def compute_owed(self, key: LineKey, invoice: Invoice, *, is_invoiced_month: bool) -> AmountOwed:
        """What is left of one placement's month.

        A month of which nothing was invoiced here is taken as paid as it was closed, unless the invoice is for that
        month: so a later month's invoice owes what was settled with it, and a credit note what was settled downwards.
        """
        line = self.ledger.lines.get(key)
        full_amount = 0 if line is None else line.amount
        if key in self.covered:
            amount = full_amount - self.covered[key]
        elif invoice.kind == "credit_note":
            amount = min(self.settled.get(key, 0), 0)
        else:
            amount = full_amount if is_invoiced_month else self.carried[key]
        return AmountOwed(key[0], key[1], amount, line, key in self.covered)


async def _load_owed(unit: UnitOfWork, provider_id: UUID, invoice: Invoice) -> _Owed:
    """C12: by the closed months, and by the computed month if it is open. Called with the case office's rights."""
    months = {line.month for line in invoice.lines}
    closed = {
        row.month: row.id
        for row in await unit.select(
            select(Settlement).where(not_rejected(col(Settlement.id)), col(Settlement.month).in_(months))
        )
    }
    carried = await _sum_differences(unit, provider_id, col(SettlementDifference.settlement_id).in_(closed.values()))
    other_months = {month for _, month in carried} - months
    ledger = await load_ledger(unit, closed.keys() | other_months)
    still_open = months - closed.keys()
    if still_open:
        recomputed = await recompute(unit, still_open, clock.today())
        ledger.lines.update(recomputed.lines)
        ledger.providers.update(recomputed.providers)
    all_months = months | other_months
    settled = await _sum_differences(unit, provider_id, col(SettlementDifference.month).in_(all_months))
    own = {key for key in ledger.lines if ledger.providers[key[0]] == provider_id}

    async def owed_to(audience: InvoiceAudience) -> list[AmountOwed]:
        covered = await _sum_covered(unit, provider_id, all_months, audience)
        account = _ProviderAccount(ledger, settled, carried, covered)
        invoiced = {key for key in own | covered.keys() | settled.keys() if key[1] in months}
        owed = [account.compute_owed(key, invoice, is_invoiced_month=True) for key in invoiced]
        others = [key for key in carried if key[1] in other_months]
        return owed + [account.compute_owed(key, invoice, is_invoiced_month=False) for key in others]

    to_finance = await owed_to("finance")
    protected = await _find_protected(unit, {key[0] for key in ledger.lines} | {row.placement for row in to_finance})
    return _Owed(
        to_case_office=await owed_to("case_office"),
        to_finance=[row for row in to_finance if row.placement not in protected],
        protected_amount=sum(
            line.amount for key, line in ledger.lines.items() if key[0] in protected and key[1] in months
        ),
        basis="computed" if still_open else "settlement",
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


async def _sum_covered(
    unit: UnitOfWork, provider_id: UUID, months: Collection[date], audience: InvoiceAudience
) -> dict[LineKey, int]:
    """What the provider's earlier invoices covered, in øre, as this audience was told."""
    key = (col(InvoiceCover.placement_id), col(InvoiceCover.month))
    statement = (
        select(*key, func.sum(InvoiceCover.amount))
        .join(InvoiceCheck, col(InvoiceCheck.id) == col(InvoiceCover.invoice_id))
        .where(
            col(InvoiceCheck.provider_id) == provider_id,
            col(InvoiceCover.month).in_(months),
            col(InvoiceCheck.annulled_at).is_(None),
            col(InvoiceCover.placement_id).is_not(None),
            is_for(col(InvoiceCover.audience), audience),
        )
        .group_by(*key)
    )
    return {(placement_id, month): to_ore(total) for placement_id, month, total in await unit.fetch(statement)}


def _compare(actor: Actor, provider_id: UUID, invoice: Invoice, owed: _Owed) -> CheckedInvoice:
    comparison = compare_invoice(invoice, owed.to_case_office)
    of_finance = compare_invoice(invoice, owed.to_finance)
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
        protected_amount=from_ore(owed.protected_amount),
        basis=owed.basis,
        by_month={f"{month:%Y-%m}": f"{from_ore(amount):.2f}" for month, amount in sorted(by_month.items())},
        identity_numbers=invoice.identity_numbers,
        names=invoice.names,
        checked_by=actor.name,
    )
    checked = CheckedInvoice(check, [], [])
    if is_same:
        _add_lines(checked, comparison, None)
    else:
        _add_lines(checked, comparison, "case_office")
        _add_lines(checked, of_finance, "finance")
    return checked


def _add_lines(checked: CheckedInvoice, comparison: InvoiceComparison, audience: InvoiceAudience | None) -> None:
    checked.lines.extend(
        InvoiceCheckLine(
            invoice_id=checked.check.id,
            line=row.number,
            placement_id=row.placement,
            month=row.month,
            invoiced=from_ore(row.invoiced),
            expected=from_ore(row.expected),
            cause=row.cause,
            audience=audience,
        )
        for row in comparison.rows
    )
    checked.covers.extend(
        InvoiceCover(
            invoice_id=checked.check.id,
            placement_id=placement_id,
            month=month,
            amount=from_ore(amount),
            audience=audience,
        )
        for (placement_id, month), amount in comparison.covered.items()
    )
