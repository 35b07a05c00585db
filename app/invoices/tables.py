"""Checked invoices, the result of each line, and what they cover (C12). No text of an invoice is stored."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row

_CAUSES = (
    "cause in ('no_such_placement', 'other_days', 'other_price', 'not_invoiced', 'already_invoiced', 'document_charge')"
)


class InvoiceCheck(Row, table=True):
    """A checked invoice or credit note. Never edited; an invoice number of a provider is checked once.

    Amounts are in kroner, those of a credit note negative. `by_month` is what was invoiced for each month, as text.
    """

    __tablename__ = "invoice_check"
    __table_args__ = (
        UniqueConstraint("provider_id", "number"),
        CheckConstraint("kind in ('invoice', 'credit_note')", name="kind"),
        CheckConstraint("result in ('equal', 'different')", name="result"),
        CheckConstraint("basis in ('settlement', 'computed')", name="basis"),
        CheckConstraint("length(number) between 1 and 50", name="number"),
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
    basis: str
    by_month: dict[str, str] = Field(sa_type=JSONB)
    identity_numbers: int = Field(sa_type=SmallInteger)
    names: int = Field(sa_type=SmallInteger)
    checked_by: str


class InvoiceCheckLine(Row, table=True):
    """The result for one line. `line` is null for what is not invoiced, and for charges of the whole document."""

    __tablename__ = "invoice_check_line"
    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month"),
        CheckConstraint(_CAUSES, name="cause"),
        CheckConstraint("(cause is null) = (invoiced = expected)", name="equal"),
        Index("ix_invoice_check_line_invoice_id", "invoice_id"),
    )

    invoice_id: UUID = Field(foreign_key="invoice_check.id")
    line: int | None = Field(default=None, sa_type=SmallInteger)
    placement_id: UUID | None = Field(default=None, foreign_key="placement.id")
    month: date
    invoiced: Decimal = Field(sa_type=Numeric(12, 2))
    expected: Decimal = Field(sa_type=Numeric(12, 2))
    cause: str | None = None


class InvoiceCover(Row, table=True):
    """What an invoice covers of a placement's month; `placement_id` is null for what is no placement's."""

    __tablename__ = "invoice_cover"
    __table_args__ = (
        ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"]),
        CheckConstraint("extract(day from month) = 1", name="month"),
        Index("ix_invoice_cover_invoice_id", "invoice_id"),
        Index("ix_invoice_cover_placement_id_month", "placement_id", "month"),
    )

    invoice_id: UUID
    placement_id: UUID | None = Field(default=None, foreign_key="placement.id")
    month: date
    amount: Decimal = Field(sa_type=Numeric(12, 2))
