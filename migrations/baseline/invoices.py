"""Checked invoices, their lines, and what each covers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "invoice_check",
        *row_columns(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expected", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("by_month", postgresql.JSONB(), nullable=False),
        sa.Column("identity_numbers", sa.SmallInteger(), nullable=False),
        sa.Column("names", sa.SmallInteger(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.CheckConstraint("basis in ('settlement', 'computed')", name=op.f("ck_invoice_check_basis")),
        sa.CheckConstraint("identity_numbers >= 0", name=op.f("ck_invoice_check_identity_numbers")),
        sa.CheckConstraint("kind in ('invoice', 'credit_note')", name=op.f("ck_invoice_check_kind")),
        sa.CheckConstraint("names >= 0", name=op.f("ck_invoice_check_names")),
        sa.CheckConstraint("length(number) between 1 and 50", name=op.f("ck_invoice_check_number")),
        sa.CheckConstraint("result in ('equal', 'different')", name=op.f("ck_invoice_check_result")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_invoice_check_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_check"),
        sa.UniqueConstraint("provider_id", "number", name="uq_invoice_check_provider_id_number"),
    )
    op.create_index("ix_invoice_check_provider_id_id", "invoice_check", ["provider_id", "id"])
    op.create_table(
        "invoice_check_line",
        *row_columns(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("invoiced", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expected", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint(
            "cause in ('no_such_placement', 'other_days', 'other_price', 'not_invoiced', 'already_invoiced',"
            " 'document_charge')",
            name=op.f("ck_invoice_check_line_cause"),
        ),
        sa.CheckConstraint("(cause is null) = (invoiced = expected)", name=op.f("ck_invoice_check_line_equal")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_invoice_check_line_month")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"], name="fk_invoice_check_line_invoice_id"),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name="fk_invoice_check_line_placement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_check_line"),
    )
    op.create_index("ix_invoice_check_line_invoice_id", "invoice_check_line", ["invoice_id"])
    op.create_table(
        "invoice_cover",
        *row_columns(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_invoice_cover_month")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"], name="fk_invoice_cover_invoice_id"),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name="fk_invoice_cover_placement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_cover"),
    )
    op.create_index("ix_invoice_cover_invoice_id", "invoice_cover", ["invoice_id"])
    op.create_index("ix_invoice_cover_placement_id_month", "invoice_cover", ["placement_id", "month"])
