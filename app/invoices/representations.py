"""A checked invoice as the API shows it: with its lines, or without them in lists (C12)."""

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.invoices.schemas import InvoiceLineOut, InvoiceOut, InvoiceSummaryOut, InvoiceWarningsOut
from app.invoices.tables import InvoiceCheck, InvoiceCheckLine
from app.placements.access import find_participant_ids


async def to_response(queries: Queries, invoice: InvoiceCheck) -> InvoiceOut:
    """The result as the caller may see it: a placement that the caller may not see has its amounts, and no id."""
    async with queries.acting_as("case_officer"):
        rows = await queries.select(
            select(InvoiceCheckLine)
            .where(col(InvoiceCheckLine.invoice_id) == invoice.id)
            .order_by(col(InvoiceCheckLine.line), col(InvoiceCheckLine.id))
        )
    visible = await find_participant_ids(queries, {row.placement_id for row in rows})
    record_access(queries, visible.values())
    lines = [
        InvoiceLineOut.model_validate(
            {
                "line": row.line,
                "placement_id": row.placement_id if row.placement_id in visible else None,
                "month": f"{row.month:%Y-%m}",
                "invoiced": row.invoiced,
                "expected": row.expected,
                "difference": row.invoiced - row.expected,
                "cause": row.cause,
            }
        )
        for row in rows
    ]
    return InvoiceOut(**to_summary(invoice).model_dump(), lines=lines)


def to_summary(invoice: InvoiceCheck) -> InvoiceSummaryOut:
    """An invoice without its lines."""
    return InvoiceSummaryOut.model_validate(
        {
            **invoice.model_dump(exclude={"number", "by_month", "identity_numbers", "names"}),
            "invoice_number": invoice.number,
            "months": sorted(invoice.by_month),
            "difference": invoice.amount - invoice.expected,
            "warnings": InvoiceWarningsOut.model_validate(invoice),
        }
    )
