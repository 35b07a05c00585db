"""NAV's rates and the guideline's versions: rows that are only ever added."""

import sqlalchemy as sa
from alembic import op

revision = "0003_rates"
down_revision = "0002_participants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("monthly_amount > 0 and monthly_amount <= 10000000", name=op.f("ck_rate_monthly_amount")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_rate_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint("valid_from", "known_from", name=op.f("uq_rate_valid_from_known_from")),
    )
    op.create_table(
        "guideline_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("supplement_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("proration", sa.String(), nullable=False),
        sa.Column("watch_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("vta_share_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("notice_months", sa.SmallInteger(), nullable=False),
        sa.Column("absence_window_days", sa.SmallInteger(), nullable=False),
        sa.Column("absence_threshold_percent", sa.SmallInteger(), nullable=False),
        sa.Column("plan_due_days", sa.SmallInteger(), nullable=False),
        sa.Column("conversations_per_year", sa.SmallInteger(), nullable=False),
        sa.Column("cooperation_meetings_per_year", sa.SmallInteger(), nullable=False),
        sa.Column("evaluations_per_year", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "supplement_percent between 0 and 200", name=op.f("ck_guideline_version_supplement_percent")
        ),
        sa.CheckConstraint("proration in ('calendar_days', 'weekdays')", name=op.f("ck_guideline_version_proration")),
        sa.CheckConstraint("watch_percent between 0 and 100", name=op.f("ck_guideline_version_watch_percent")),
        sa.CheckConstraint("vta_share_percent between 0 and 100", name=op.f("ck_guideline_version_vta_share_percent")),
        sa.CheckConstraint("notice_months between 0 and 24", name=op.f("ck_guideline_version_notice_months")),
        sa.CheckConstraint(
            "absence_window_days between 1 and 366", name=op.f("ck_guideline_version_absence_window_days")
        ),
        sa.CheckConstraint(
            "absence_threshold_percent between 1 and 100", name=op.f("ck_guideline_version_absence_threshold_percent")
        ),
        sa.CheckConstraint("plan_due_days between 0 and 366", name=op.f("ck_guideline_version_plan_due_days")),
        sa.CheckConstraint(
            "conversations_per_year between 0 and 52 and cooperation_meetings_per_year between 0 and 52"
            " and evaluations_per_year between 0 and 52",
            name=op.f("ck_guideline_version_per_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_version")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_guideline_version_valid_from")),
    )
    for table in ("rate", "guideline_version"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant select, insert on {table} to vekstplass_service")
    op.execute(
        "create policy money on rate to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'finance')))"
        " with check ((select caller_has_role('case_officer', 'finance')))"
    )
    op.execute(
        "create policy case_office_adds on guideline_version for insert to vekstplass_service"
        " with check ((select caller_has_role('case_officer')))"
    )
    # The guideline is a public paper: what is due by it is computed for everyone who sees a placement.
    op.execute("create policy everyone_reads on guideline_version for select to vekstplass_service using (true)")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("guideline_version")
    op.drop_table("rate")
