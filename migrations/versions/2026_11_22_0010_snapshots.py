"""Snapshots of a year as it was known on a day: added, read, and never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_snapshots"
down_revision = "0009_followup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "budget_snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_budget_snapshot_year")),
        sa.CheckConstraint("length(name) between 1 and 500", name=op.f("ck_budget_snapshot_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_snapshot")),
        sa.UniqueConstraint("year", "name", name=op.f("uq_budget_snapshot_year_name")),
    )
    op.execute("alter table budget_snapshot enable row level security")
    op.execute("alter table budget_snapshot force row level security")
    op.execute("grant select, insert on budget_snapshot to vekstplass_service")
    op.execute(
        "create policy money on budget_snapshot to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'finance')))"
        " with check ((select caller_has_role('case_officer', 'finance')))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("budget_snapshot")
