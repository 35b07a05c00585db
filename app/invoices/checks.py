"""Checking a provider's invoice against what the provider is owed (C12)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn
from app.invoices.accounts import Accounts, load_accounts
from app.invoices.parsing import FieldPointers
from app.invoices.problems import (
    INVOICE_BUYER,
    INVOICE_CURRENCY,
    INVOICE_EXISTS,
    INVOICE_SUPPLIER,
    INVOICE_TOO_LARGE,
)
from app.invoices.tables import InvoiceAudience, InvoiceCheck, InvoiceCheckLine, InvoiceCover
from app.providers.tables import Provider
from app.rules.invoice_documents import Invoice
from app.rules.invoicing import InvoiceComparison, compare_invoice
from app.rules.money import from_ore
from app.security.roles import Actor

# In øre: no sum of lines, and no difference from it, is then too large for a column of the database.
_MAX_AMOUNT = 10**11

_PROVIDER = CompiledQuery(select(col(Provider.id)).where(col(Provider.organisation_number) == bindparam("supplier")))
_LOCK = CompiledQuery(select(func.pg_advisory_xact_lock(AdvisoryLock.INVOICES)))
_CHECKED = CompiledQuery(
    select(col(InvoiceCheck.id)).where(
        col(InvoiceCheck.provider_id) == bindparam("provider_id"),
        col(InvoiceCheck.kind) == bindparam("kind"),
        col(InvoiceCheck.number) == bindparam("number"),
        col(InvoiceCheck.annulled_at).is_(None),
    )
)


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
    provider_id: UUID | None = await unit.fetch_value(_PROVIDER, supplier=invoice.supplier)
    if provider_id is None:
        raise INVOICE_SUPPLIER(pointer=pointers.supplier)
    # Two invoices at the same time would both be compared with the same amount owed.
    await unit.fetch(_LOCK)
    existing = await unit.fetch_value(_CHECKED, provider_id=provider_id, kind=invoice.kind, number=invoice.number)
    if existing is not None:
        raise INVOICE_EXISTS(invoice_id=str(existing))
    async with unit.acting_as("case_officer"):
        accounts = await load_accounts(unit, provider_id, invoice)
        # Where nothing is as it should be it takes half a second, in which others are to be answered.
        checked = await asyncio.to_thread(_compare, actor, provider_id, invoice, accounts)
        if not dry_run:
            unit.session.add(checked.check)
            await unit.session.flush()
            await _store_results(unit, checked)
    return checked


async def annul_check(unit: UnitOfWork, invoice_id: UUID, body: AnnulmentIn) -> InvoiceCheck:
    """D10: a check that was a mistake. It counts for nothing, and its number may be checked again.

    The results of later checks stand as they were told. Raises `not-found`, `annulled` the second time.
    """
    await unit.fetch(_LOCK)
    check = await find(unit, InvoiceCheck, invoice_id, lock=True)
    if check.annulled_at is not None:
        raise ANNULLED()
    check.annulled_at = clock.now()
    check.annulled_reason = body.reason
    await unit.session.flush()
    return check


def _compare(actor: Actor, provider_id: UUID, invoice: Invoice, accounts: Accounts) -> CheckedInvoice:
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
    """As rows and not as objects of the session, which would take longer than the comparison.

    Their ids rise, so that they are read in the order in which they were told.
    """
    lines: list[dict[str, object]] = []
    covers: list[dict[str, object]] = []
    for audience, comparison in checked.found.items():
        same = {"invoice_id": checked.check.id, "audience": audience}
        lines += [
            {
                "id": UUID(id_),
                "line": row.number,
                "placement_id": row.placement,
                "month": row.month,
                "invoiced": from_ore(row.invoiced),
                "expected": from_ore(row.expected),
                "cause": row.cause,
                **same,
            }
            for id_, row in zip(clock.new_ids(len(comparison.rows)), comparison.rows, strict=True)
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
