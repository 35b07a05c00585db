"""A checked invoice as the API shows it: with its lines, or without them in lists (C12)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.invoices.checks import CheckedInvoice
from app.invoices.schemas import (
    InvoiceCauseOut,
    InvoiceDryRunOut,
    InvoiceLineOut,
    InvoiceOut,
    InvoiceResults,
    InvoiceSummaryOut,
    InvoiceWarningsOut,
)
from app.invoices.sentences import describe_invoice, describe_line
from app.invoices.tables import InvoiceAudience, InvoiceCheck, InvoiceCheckLine, is_for
from app.placements.access import find_participant_ids
from app.rules.money import from_ore


async def to_response(queries: Queries, invoice: InvoiceCheck) -> InvoiceOut:
    """The result as the caller may see it: a placement that the caller may not see has its amounts, and no id.

    Finance is told what its own comparison found, whoever checked the invoice.
    """
    audience = audience_of(queries)
    async with queries.acting_as("case_officer"):
        rows = await queries.fetch(
            select(
                col(InvoiceCheckLine.line),
                col(InvoiceCheckLine.placement_id),
                col(InvoiceCheckLine.month),
                col(InvoiceCheckLine.invoiced),
                col(InvoiceCheckLine.expected),
                col(InvoiceCheckLine.cause),
            )
            .where(col(InvoiceCheckLine.invoice_id) == invoice.id, is_for(col(InvoiceCheckLine.audience), audience))
            .order_by(col(InvoiceCheckLine.line), col(InvoiceCheckLine.id))
        )
    results = await _show_results(queries, invoice, [_Result(*row) for row in rows])
    return InvoiceOut(**to_summary(invoice, audience).model_dump(), **dict(results))


async def to_dry_run(queries: Queries, checked: CheckedInvoice) -> InvoiceDryRunOut:
    """As `to_response`, of a check that is not stored."""
    audience = audience_of(queries)
    found = checked.found[None if None in checked.found else audience]
    rows = [
        _Result(row.number, row.placement, row.month, from_ore(row.invoiced), from_ore(row.expected), row.cause)
        for row in found.rows
    ]
    results = await _show_results(queries, checked.check, rows)
    return InvoiceDryRunOut(**_describe(checked.check, audience), dry_run=True, **dict(results))


class _Result(NamedTuple):
    """A line's result, stored or not."""

    line: int | None
    placement_id: UUID | None
    month: date
    invoiced: Decimal
    expected: Decimal
    cause: str | None


def audience_of(queries: Queries) -> InvoiceAudience:
    """Whose comparison the caller is shown."""
    return "case_office" if "case_officer" in queries.caller.roles else "finance"


def to_summary(invoice: InvoiceCheck, audience: InvoiceAudience) -> InvoiceSummaryOut:
    """An invoice without its lines."""
    stored = invoice.model_dump(include={"id", "created_at", "updated_at", "annulled_at", "annulled_reason"})
    return InvoiceSummaryOut(**stored, **_describe(invoice, audience))


def _describe(invoice: InvoiceCheck, audience: InvoiceAudience) -> dict[str, Any]:
    """The fields of `InvoiceResult`, as this audience is told them."""
    expected, result = invoice.expected, invoice.result
    if audience == "finance" and invoice.finance_expected is not None and invoice.finance_result is not None:
        expected, result = invoice.finance_expected, invoice.finance_result
    same = {"provider_id", "kind", "issued_on", "amount", "protected_amount", "basis", "checked_by"}
    return {
        **invoice.model_dump(include=same),
        "invoice_number": invoice.number,
        "months": sorted(invoice.by_month),
        "expected": expected,
        "difference": invoice.amount - expected,
        "result": result,
        "warnings": InvoiceWarningsOut.model_validate(invoice),
    }


async def _show_results(queries: Queries, invoice: InvoiceCheck, rows: Sequence[_Result]) -> InvoiceResults:
    visible = await find_participant_ids(queries, {row.placement_id for row in rows})
    record_access(queries, visible.values())
    by_cause: dict[str, list[Decimal]] = {}
    lines = []
    for row in rows:
        difference = row.invoiced - row.expected
        if row.cause is not None:
            by_cause.setdefault(row.cause, []).append(difference)
        lines.append(
            InvoiceLineOut.model_validate(
                {
                    "line": row.line,
                    "placement_id": row.placement_id if row.placement_id in visible else None,
                    "month": f"{row.month:%Y-%m}",
                    "invoiced": row.invoiced,
                    "expected": row.expected,
                    "difference": difference,
                    "cause": row.cause,
                    "text": describe_line(row.cause, invoice.kind, difference),
                }
            )
        )
    sums = {cause: sum(found, Decimal(0)) for cause, found in by_cause.items()}
    causes = [
        InvoiceCauseOut.model_validate({"cause": cause, "lines": len(by_cause[cause]), "difference": sums[cause]})
        for cause in sorted(sums, key=lambda cause: (-abs(sums[cause]), cause))
    ]
    text = describe_invoice(invoice.kind, sum(sums.values(), Decimal(0)), sum(map(len, by_cause.values())))
    return InvoiceResults(text=text, causes=causes, lines=lines)
