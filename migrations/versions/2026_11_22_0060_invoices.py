"""Checked invoices, line by line, and what each covers: rows that are only ever added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_invoices"
down_revision = "0016_event_numbers"
branch_labels = None
depends_on = None

MONTH = "extract(day from month) = 1"
CAUSES = (
    "cause in ('no_such_placement', 'other_days', 'other_price', 'not_invoiced', 'already_invoiced', 'document_charge')"
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "invoice_check",
        *_row(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expected", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("by_month", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("identity_numbers", sa.SmallInteger(), nullable=False),
        sa.Column("names", sa.SmallInteger(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.CheckConstraint("basis in ('settlement', 'computed')", name=op.f("ck_invoice_check_basis")),
        sa.CheckConstraint("identity_numbers >= 0", name=op.f("ck_invoice_check_identity_numbers")),
        sa.CheckConstraint("kind in ('invoice', 'credit_note')", name=op.f("ck_invoice_check_kind")),
        sa.CheckConstraint("length(number) between 1 and 50", name=op.f("ck_invoice_check_number")),
        sa.CheckConstraint("names >= 0", name=op.f("ck_invoice_check_names")),
        sa.CheckConstraint("result in ('equal', 'different')", name=op.f("ck_invoice_check_result")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_invoice_check_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_check")),
        sa.UniqueConstraint("provider_id", "number", name=op.f("uq_invoice_check_provider_id_number")),
    )
    op.create_index("ix_invoice_check_provider_id_id", "invoice_check", ["provider_id", "id"])
    op.create_table(
        "invoice_check_line",
        *_row(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("invoiced", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("expected", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint("(cause is null) = (invoiced = expected)", name=op.f("ck_invoice_check_line_equal")),
        sa.CheckConstraint(CAUSES, name=op.f("ck_invoice_check_line_cause")),
        sa.CheckConstraint(MONTH, name=op.f("ck_invoice_check_line_month")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"], name=op.f("fk_invoice_check_line_invoice_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_invoice_check_line_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_check_line")),
    )
    op.create_index("ix_invoice_check_line_invoice_id", "invoice_check_line", ["invoice_id"])
    op.create_table(
        "invoice_cover",
        *_row(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint(MONTH, name=op.f("ck_invoice_cover_month")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice_check.id"], name=op.f("fk_invoice_cover_invoice_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_invoice_cover_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_cover")),
    )
    op.create_index("ix_invoice_cover_invoice_id", "invoice_cover", ["invoice_id"])
    op.create_index("ix_invoice_cover_placement_id_month", "invoice_cover", ["placement_id", "month"])
    for table in ("invoice_check", "invoice_check_line", "invoice_cover"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant select, insert on {table} to vekstplass_service")
    op.execute(
        "create policy money on invoice_check for select to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'finance')))"
    )
    op.execute(
        "create policy whoever_checks on invoice_check for insert to vekstplass_service"
        " with check ((select caller_has_role('case_officer', 'finance'))"
        " and checked_by = (select current_setting('app.actor', true)))"
    )
    for table in ("invoice_check_line", "invoice_cover"):
        op.execute(
            f"create policy case_office on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer'))) with check ((select caller_has_role('case_officer')))"
        )
        op.execute(
            f"create policy finance_reads_what_it_may_see on {table} for select to vekstplass_service using"
            " ((select caller_has_role('finance'))"
            " and (placement_id is null or placement_id in (select id from placement)))"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("invoice_cover", "invoice_check_line", "invoice_check"):
        op.drop_table(table)


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
