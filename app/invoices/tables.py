"""Checked invoices, the result of each line, and what they cover (C12). No text of an invoice is stored."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.functions import coalesce
from sqlmodel import Field, col

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row

_CAUSES = (
    "cause in ('no_such_placement', 'other_days', 'other_price', 'other_share', 'missing_supplement', 'not_invoiced',"
    " 'already_invoiced', 'credited_too_much', 'document_charge')"
)
InvoiceAudience = Literal["case_office", "finance"]
_AUDIENCE = "audience in ('case_office', 'finance')"


class InvoiceCheck(AnnullableRow, table=True):
    """A checked invoice or credit note. Never edited; a number of a provider is checked once for each of the two,
    whose series may be the same.

    One that is annulled counts for nothing, and its number may be checked again (D10).

    Amounts are in kroner, those of a credit note negative. `by_month` is what was invoiced for each month, as text.
    `finance_expected` and `finance_result` are null where finance sees the same as the case office; `protected_amount`
    is the cost of all protected places of the municipality in the invoice's months.
    """

    __tablename__ = "invoice_check"
    __table_args__ = (
        Index(
            "uq_invoice_check_provider_id_kind_number",
            "provider_id",
            "kind",
            "number",
            unique=True,
            postgresql_where=text("annulled_at is null"),
        ),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("kind in ('invoice', 'credit_note')", name="kind"),
        CheckConstraint("result in ('equal', 'different')", name="result"),
        CheckConstraint("finance_result in ('equal', 'different')", name="finance_result"),
        CheckConstraint("(finance_result is null) = (finance_expected is null)", name="finance"),
        CheckConstraint("basis in ('settlement', 'computed')", name="basis"),
        CheckConstraint("length(number) between 1 and 200", name="number"),
        CheckConstraint("identity_numbers >= 0", name="identity_numbers"),
        CheckConstraint("names >= 0", name="names"),
        Index("ix_invoice_check_provider_id_id", "provider_id", "id"),
    )

    provider_id: UUID = Field(foreign_key="provider.id")
    number: str
    kind: str
    issued_on: date
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    expected: Decimal = Field(sa_type=Numeric(12, 2))
    result: str
    finance_expected: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    finance_result: str | None = None
    protected_amount: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    basis: str
    by_month: dict[str, str] = Field(sa_type=JSONB)
    identity_numbers: int = Field(sa_type=SmallInteger)
    names: int = Field(sa_type=SmallInteger)
    checked_by: str


class InvoiceCheckLine(Row, table=True):
    """The result for one line. `line` is null for what is not invoiced, and for charges of the whole document.

    `audience` is null for everybody. A provider with protected places is compared twice: with all that it is owed, and
    with what finance may see.
    """

    __tablename__ = "invoice_check_line"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint(_CAUSES, name="cause"),
        CheckConstraint("(cause is null) = (invoiced = expected)", name="equal"),
        CheckConstraint(_AUDIENCE, name="audience"),
        Index("ix_invoice_check_line_invoice_id", "invoice_id"),
        Index("ix_invoice_check_line_placement_id", "placement_id"),
    )

    invoice_id: UUID = Field(foreign_key="invoice_check.id")
    line: int | None = Field(default=None, sa_type=SmallInteger)
    placement_id: UUID | None = Field(default=None, foreign_key="placement.id")
    month: date
    invoiced: Decimal = Field(sa_type=Numeric(12, 2))
    expected: Decimal = Field(sa_type=Numeric(12, 2))
    cause: str | None = None
    audience: str | None = None


class InvoiceCover(Row, table=True):
    """The ledger of what was invoiced: one entry for each line, of the month that it pays for.

    `placement_id` is null where the line names none. `unowed` is what can be no placement's: charges of the document,
    and lines for placements that the provider has not. `audience` as of the lines: neither comparison of a later
    invoice depends on the other's entries.
    """

    __tablename__ = "invoice_cover"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"]),
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint(_AUDIENCE, name="audience"),
        Index("ix_invoice_cover_invoice_id", "invoice_id"),
        Index("ix_invoice_cover_placement_id_month", "placement_id", "month"),
    )

    invoice_id: UUID
    placement_id: UUID | None = Field(default=None, foreign_key="placement.id")
    month: date
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    unowed: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    audience: str | None = None


def is_for(column: Mapped[str | None], audience: InvoiceAudience) -> ColumnElement[bool]:
    """The condition that a row is for an audience, or for everybody."""
    return or_(column.is_(None), column == audience)


def has_result(result: str, audience: InvoiceAudience) -> ColumnElement[bool]:
    """The condition that this audience is told a result of an invoice's check."""
    stored = col(InvoiceCheck.result)
    return (
        stored == result if audience == "case_office" else coalesce(col(InvoiceCheck.finance_result), stored) == result
    )
