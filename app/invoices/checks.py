"""Checking a provider's invoice against what is owed (C12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app import clock
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.problems import FieldError
from app.invoices.problems import (
    INVOICE_ARITHMETIC,
    INVOICE_BUYER,
    INVOICE_CURRENCY,
    INVOICE_EXISTS,
    INVOICE_INCOMPLETE,
    INVOICE_OVER_NEW_YEAR,
    INVOICE_PERIOD,
    INVOICE_SUPPLIER,
    INVOICE_TOO_LARGE,
)
from app.invoices.schemas import Basis, InvoiceLineIn
from app.invoices.tables import InvoiceCheck, InvoiceCheckLine, InvoiceCover
from app.providers.tables import Provider
from app.rules.invoicing import (
    AmountOwed,
    Invoice,
    InvoiceComparison,
    InvoiceLine,
    compare_invoice,
    count_identity_numbers,
)
from app.rules.money import from_ore, to_ore
from app.security.tokens import Actor
from app.settlements.ledger import Books, Key, books_of, computed_anew, not_rejected, standing
from app.settlements.settlements import name_of
from app.settlements.tables import Settlement, SettlementDifference

on_constraint("uq_invoice_check_provider_id_number", INVOICE_EXISTS, INVOICE_EXISTS.nn)

# Two invoices at once would each be told that the same place is still owed.
_TOLERANCE = Fraction(2)
_OF_THE_INVOICE = ("invoice_number", "kind", "issued_on", "supplier", "buyer", "currency")
# As many of its faults as a person will look at.
_SHOWN = 100
# A thousand million kroner: no sum of lines, and nothing that differs from it, is then too large for a column.
_MOST = 10**11


class Pointers(NamedTuple):
    """Where an invoice has what is not wrong in itself; as `errors` point at it."""

    buyer: str
    supplier: str
    currency: str
    lines: str


IN_LINES = Pointers("#/lines/0/buyer", "#/lines/0/supplier", "#/lines/0/currency", "#/lines")


async def check(unit: UnitOfWork, actor: Actor, invoice: Invoice, buyer: str, at: Pointers) -> InvoiceCheck:
    """C12: compare an invoice with what is owed, and keep the result.

    422 for another buyer or currency or an unknown supplier; 409 `invoice-already-checked`, `rate-missing`,
    `guideline-missing`.
    """
    if invoice.buyer != buyer:
        raise INVOICE_BUYER(pointer=at.buyer)
    if invoice.currency != "NOK":
        raise INVOICE_CURRENCY(pointer=at.currency)
    if sum(abs(line.amount) for line in invoice.lines) + abs(invoice.charges) > _MOST:
        raise INVOICE_TOO_LARGE("Beløpa i fakturaen er større enn dei som kan lagrast.", pointer=at.lines)
    supplier = select(Provider).where(col(Provider.organisation_number) == invoice.supplier)
    provider = (await unit.session.scalars(supplier)).one_or_none()
    if provider is None:
        raise INVOICE_SUPPLIER(pointer=at.supplier)
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.INVOICES)))
    known = select(col(InvoiceCheck.id)).where(
        col(InvoiceCheck.provider_id) == provider.id, col(InvoiceCheck.number) == invoice.number
    )
    before = await unit.session.scalar(known)
    if before is not None:
        raise INVOICE_EXISTS(invoice_id=str(before))
    async with unit.acting_as("case_officer"):
        owed, basis = await _owed(unit, provider.id, invoice)
        return await _kept(unit, actor, provider.id, invoice, compare_invoice(invoice, owed), basis)


def line_of(
    *,
    number: int,
    placement: UUID | None,
    period: tuple[date, date] | None,
    quantity: Fraction,
    unit_price: Fraction,
    amount: int,
    period_at: str,
) -> InvoiceLine:
    """A line whose period is one that can be checked; `period_at` points at that.

    422 `invoice-period`, `invoice-period-over-new-year`.
    """
    if period is None:
        raise INVOICE_PERIOD(
            f"Linje {number} har ingen periode, og fakturaen heller ikkje.", pointer=period_at, line=number
        )
    first, last = period
    if first.year != last.year:
        raise INVOICE_OVER_NEW_YEAR(pointer=period_at, line=number)
    if last < first or first.month != last.month:
        raise INVOICE_PERIOD(
            f"Perioden til linje {number} er ikkje i éin kalendermånad.", pointer=period_at, line=number
        )
    return InvoiceLine(number, placement, first, last, quantity, unit_price, amount)


def invoice_of(rows: list[InvoiceLineIn]) -> Invoice:
    """The invoice that lines in JSON are of. 422 where they are not of one, or do not multiply."""
    first = rows[0]
    others = [
        FieldError(f"#/lines/{index}/{name}", "er ikkje som i den fyrste linja")
        for index, row in enumerate(rows)
        for name in _OF_THE_INVOICE
        if getattr(row, name) != getattr(first, name)
    ]
    if others:
        raise INVOICE_ARITHMETIC("Linjene er ikkje av same faktura.", errors=others[:_SHOWN], rule="one-invoice")
    if count_identity_numbers([first.invoice_number]):
        raise INVOICE_INCOMPLETE(
            "Fakturanummeret inneheld eit fødselsnummer.", pointer="#/lines/0/invoice_number", element="invoice_number"
        )
    sign = 1 if first.kind == "invoice" else -1
    lines = []
    for number, row in enumerate(rows, start=1):
        amount, price = to_ore(row.amount), Fraction(row.unit_price) * 100
        if abs(Fraction(row.quantity) * price - amount) > _TOLERANCE:
            raise INVOICE_ARITHMETIC(
                f"Linje {number}: mengd gonger pris er ikkje beløpet.",
                pointer=f"#/lines/{number - 1}/amount",
                rule="PEPPOL-EN16931-R120",
                line=number,
            )
        lines.append(
            line_of(
                number=number,
                placement=row.placement_id,
                period=(row.period_from, row.period_to),
                quantity=sign * Fraction(row.quantity),
                unit_price=price,
                amount=sign * amount,
                period_at=f"#/lines/{number - 1}/period_to",
            )
        )
    return Invoice(
        kind=first.kind,
        number=first.invoice_number,
        issued_on=first.issued_on,
        supplier=first.supplier,
        buyer=first.buyer,
        currency=first.currency,
        lines=tuple(lines),
        charges=0,
        amount=sum(line.amount for line in lines),
    )


@dataclass(frozen=True, slots=True)
class _Ledger:
    """All that is known of a provider's months: what stands, what differences made of it, what was invoiced."""

    books: Books
    settled: Mapping[Key, int]
    """The sum of the differences settled in each."""
    carried: Mapping[Key, int]
    """Those of earlier months that were settled with the months of the invoice."""
    covered: Mapping[Key, int]

    def owed(self, key: Key, invoice: Invoice, *, touched: bool) -> AmountOwed:
        """What is left of one placement's month.

        A month of which nothing was invoiced here is taken as paid as it was closed, unless the invoice is for that
        month: so a later month's invoice owes what was settled with it, and a credit note what was settled downwards.
        """
        line = self.books.lines.get(key)
        whole = 0 if line is None else line.amount
        if key in self.covered:
            amount = whole - self.covered[key]
        elif invoice.kind == "credit_note":
            amount = min(self.settled.get(key, 0), 0)
        else:
            amount = whole if touched else self.carried[key]
        return AmountOwed(key[0], key[1], amount, line, key in self.covered)


async def _owed(unit: UnitOfWork, provider_id: UUID, invoice: Invoice) -> tuple[list[AmountOwed], Basis]:
    """C12: against the closed months, and an open one as it is computed now. Within `every_place`."""
    months = {line.month for line in invoice.lines}
    closed = {row.month: row for row in await unit.session.scalars(standing().where(col(Settlement.month).in_(months)))}
    carried = await _differences(unit, provider_id, settlement_ids=[row.id for row in closed.values()])
    others = {key[1] for key in carried} - months
    books = await books_of(unit, closed.keys() | others)
    still_open = months - closed.keys()
    if still_open:
        anew = await computed_anew(unit, still_open, clock.today())
        books.lines.update(anew.lines)
        books.providers.update(anew.providers)
    ledger = _Ledger(
        books,
        await _differences(unit, provider_id, months=months | others),
        carried,
        await _covered(unit, provider_id, months | others),
    )
    own = {key for key in books.lines if books.providers[key[0]] == provider_id}
    touched = {key for key in own | ledger.covered.keys() | ledger.settled.keys() if key[1] in months}
    owed = [ledger.owed(key, invoice, touched=True) for key in touched]
    owed += [ledger.owed(key, invoice, touched=False) for key in carried if key[1] in others]
    return owed, "computed" if still_open else "settlement"


async def _differences(
    unit: UnitOfWork,
    provider_id: UUID,
    *,
    months: Collection[date] | None = None,
    settlement_ids: Collection[UUID] | None = None,
) -> dict[Key, int]:
    """The sums of standing differences: of these months, or settled with these closings."""
    key = (col(SettlementDifference.placement_id), col(SettlementDifference.month))
    statement = select(*key, func.sum(SettlementDifference.amount)).where(
        col(SettlementDifference.provider_id) == provider_id, not_rejected(SettlementDifference)
    )
    if months is not None:
        statement = statement.where(col(SettlementDifference.month).in_(months))
    if settlement_ids is not None:
        statement = statement.where(col(SettlementDifference.settlement_id).in_(settlement_ids))
    return {
        (placement, month): to_ore(total)
        for placement, month, total in await unit.session.execute(statement.group_by(*key))
    }


async def _covered(unit: UnitOfWork, provider_id: UUID, months: Collection[date]) -> dict[Key, int]:
    """What the provider's earlier invoices have covered."""
    key = (col(InvoiceCover.placement_id), col(InvoiceCover.month))
    statement = (
        select(*key, func.sum(InvoiceCover.amount))
        .join(InvoiceCheck, col(InvoiceCheck.id) == col(InvoiceCover.invoice_id))
        .where(
            col(InvoiceCheck.provider_id) == provider_id,
            col(InvoiceCover.month).in_(months),
        )
        .group_by(*key)
    )
    found = await unit.session.execute(statement)
    return {(placement, month): to_ore(total) for placement, month, total in found if placement is not None}


async def _kept(
    unit: UnitOfWork, actor: Actor, provider_id: UUID, invoice: Invoice, found: InvoiceComparison, basis: Basis
) -> InvoiceCheck:
    by_month: dict[str, int] = {}
    for row in found.rows:
        if row.invoiced:
            by_month[name_of(row.month)] = by_month.get(name_of(row.month), 0) + row.invoiced
    stored = InvoiceCheck.model_validate(
        {
            "provider_id": provider_id,
            "number": invoice.number,
            "kind": invoice.kind,
            "issued_on": invoice.issued_on,
            "amount": from_ore(invoice.amount),
            "expected": from_ore(found.expected),
            "result": "equal" if found.is_equal else "different",
            "basis": basis,
            "by_month": {month: f"{from_ore(amount):.2f}" for month, amount in sorted(by_month.items())},
            "identity_numbers": invoice.identity_numbers,
            "names": invoice.names,
            "checked_by": actor.name,
        }
    )
    unit.session.add(stored)
    await unit.session.flush()
    for row in found.rows:
        line = {
            "invoice_id": stored.id,
            "line": row.number,
            "placement_id": row.placement,
            "month": row.month,
            "invoiced": from_ore(row.invoiced),
            "expected": from_ore(row.expected),
            "cause": row.cause,
        }
        unit.session.add(InvoiceCheckLine.model_validate(line))
    for (placement, month), amount in found.covered.items():
        cover = {"invoice_id": stored.id, "placement_id": placement, "month": month, "amount": from_ore(amount)}
        unit.session.add(InvoiceCover.model_validate(cover))
    await unit.session.flush()
    return stored


def months_of(invoice: InvoiceCheck) -> list[str]:
    """The months it invoiced something for."""
    return sorted(invoice.by_month)


def difference_of(invoice: InvoiceCheck) -> Decimal:
    """C12: how much more it is than what was right."""
    return invoice.amount - invoice.expected
