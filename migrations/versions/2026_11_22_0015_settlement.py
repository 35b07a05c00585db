"""Closed months, their lines and differences, and who approved them: rows that are only ever added.

Whoever closes a month is who the service says is calling, and the review names the closer it must not be: neither can
be made up. A place behind a protected address has lines too; finance sees those of the places it may see.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_settlement"
down_revision = "0010_snapshots"
branch_labels = None
depends_on = None

TABLES = ("settlement", "settlement_line", "settlement_difference", "settlement_review")
MONTH = "extract(day from month) = 1"
CAUSES = "cause in ('rate', 'period', 'share', 'supplement', 'legacy_price', 'added', 'removed')"
FINAL = """
create function settlement_is_final() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'what was settled is never changed';
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "settlement",
        *_row(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("by_month", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(MONTH, name=op.f("ck_settlement_month")),
        sa.CheckConstraint("number > 0 and version > 0", name=op.f("ck_settlement_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("id", "closed_by", name=op.f("uq_settlement_id_closed_by")),
        sa.UniqueConstraint("month", "version", name=op.f("uq_settlement_month_version")),
        sa.UniqueConstraint("number", name=op.f("uq_settlement_number")),
    )
    op.create_table(
        "settlement_line",
        *_row(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("divisor", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_settlement_line_amount")),
        sa.CheckConstraint(
            "divisor between 1 and 31 and days between 0 and divisor", name=op.f("ck_settlement_line_days")
        ),
        sa.CheckConstraint(MONTH, name=op.f("ck_settlement_line_month")),
        _placement("settlement_line"),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_line_settlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
        sa.UniqueConstraint(
            "settlement_id", "placement_id", name=op.f("uq_settlement_line_settlement_id_placement_id")
        ),
    )
    op.create_index("ix_settlement_line_placement_id", "settlement_line", ["placement_id"])
    op.create_table(
        "settlement_difference",
        *_row(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("divisor", sa.SmallInteger(), nullable=True),
        sa.Column("parts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(cause = 'removed') = (divisor is null) and (divisor is null) = (parts is null)",
            name=op.f("ck_settlement_difference_parts"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_settlement_difference_amount")),
        sa.CheckConstraint(CAUSES, name=op.f("ck_settlement_difference_cause")),
        sa.CheckConstraint(MONTH, name=op.f("ck_settlement_difference_month")),
        sa.ForeignKeyConstraint(["line_id"], ["settlement_line.id"], name=op.f("fk_settlement_difference_line_id")),
        _placement("settlement_difference"),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_difference_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_difference")),
        sa.UniqueConstraint(
            "settlement_id",
            "placement_id",
            "month",
            "cause",
            name=op.f("uq_settlement_difference_settlement_id_placement_id_month_cause"),
        ),
    )
    op.create_index("ix_settlement_difference_line_id", "settlement_difference", ["line_id"])
    op.create_index("ix_settlement_difference_placement_id_month", "settlement_difference", ["placement_id", "month"])
    op.create_table(
        "settlement_review",
        *_row(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("approved or reason is not null", name=op.f("ck_settlement_review_reason")),
        sa.CheckConstraint("decided_by <> closed_by", name=op.f("ck_settlement_review_four_eyes")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_settlement_review_reason_length")),
        sa.ForeignKeyConstraint(
            ["settlement_id", "closed_by"],
            ["settlement.id", "settlement.closed_by"],
            name=op.f("fk_settlement_review_settlement_id_closed_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_review")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_settlement_review_settlement_id")),
    )
    op.execute(FINAL)
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant select, insert on {table} to vekstplass_service")
        op.execute(
            f"create trigger final before update or delete or truncate on {table}"
            " for each statement execute function settlement_is_final()"
        )
    for table in ("settlement", "settlement_review"):
        op.execute(
            f"create policy money on {table} for select to vekstplass_service"
            " using ((select caller_has_role('case_officer', 'finance')))"
        )
    op.execute(
        "create policy whoever_closes on settlement for insert to vekstplass_service"
        " with check ((select caller_has_role('case_officer', 'finance'))"
        " and closed_by = (select current_setting('app.actor', true)))"
    )
    op.execute(
        "create policy whoever_decides on settlement_review for insert to vekstplass_service"
        " with check ((select caller_has_role('finance'))"
        " and decided_by = (select current_setting('app.actor', true)))"
    )
    for table in ("settlement_line", "settlement_difference"):
        op.execute(
            f"create policy case_office on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer'))) with check ((select caller_has_role('case_officer')))"
        )
        op.execute(
            f"create policy finance_reads_what_it_may_see on {table} for select to vekstplass_service using"
            " ((select caller_has_role('finance')) and placement_id in (select id from placement))"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("settlement_review", "settlement_difference", "settlement_line", "settlement"):
        op.drop_table(table)
    op.execute("drop function settlement_is_final()")


def _row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )


def _placement(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["placement_id", "provider_id"],
        ["placement.id", "placement.provider_id"],
        name=op.f(f"fk_{table}_placement_id_provider_id"),
    )
