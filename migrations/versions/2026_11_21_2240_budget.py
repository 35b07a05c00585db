"""A year's frames, expected refunds and last told flag; and who follows which events."""

import sqlalchemy as sa
from alembic import op

revision = "0005_budget"
down_revision = "0004_placements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table, day in (("budget_frame", "adopted_on"), ("expected_refund", "recorded_on")):
        op.create_table(
            table,
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.Column("year", sa.SmallInteger(), nullable=False),
            sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
            sa.Column(day, sa.Date(), nullable=False),
            sa.Column("reason", sa.String(), nullable=False),
            sa.CheckConstraint("year between 1900 and 2099", name=op.f(f"ck_{table}_year")),
            sa.CheckConstraint("amount >= 0", name=op.f(f"ck_{table}_amount")),
            sa.CheckConstraint("length(reason) between 1 and 500", name=op.f(f"ck_{table}_reason")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}_year_id", table, ["year", "id"])
    op.create_table(
        "budget_flag",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("flag", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_budget_flag_year")),
        sa.CheckConstraint("flag in ('no_frame', 'within', 'watch', 'overrun')", name=op.f("ck_budget_flag_flag")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_budget_flag")),
    )
    for table, rights in (
        ("budget_frame", "select, insert"),
        ("expected_refund", "select, insert"),
        ("budget_flag", "select, insert, update"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
        op.execute(
            f"create policy money on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer', 'finance')))"
            " with check ((select caller_has_role('case_officer', 'finance')))"
        )
    # Finance follows the budget, and nothing that concerns a person.
    op.execute("drop policy followers on event")
    op.execute(
        "create policy followers on event for select to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'epj')))"
    )
    op.execute(
        "create policy finance_follows_the_budget on event for select to vekstplass_service"
        " using ((select caller_has_role('finance')) and starts_with(type, 'budget.'))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy finance_follows_the_budget on event")
    op.execute("drop policy followers on event")
    op.execute(
        "create policy followers on event for select to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'epj', 'finance')))"
    )
    for table in ("budget_flag", "expected_refund", "budget_frame"):
        op.drop_table(table)
