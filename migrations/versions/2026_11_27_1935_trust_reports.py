"""The Ramberg trust's report of a year, as sent to its board (R10)."""

import sqlalchemy as sa
from alembic import op

revision = "0044_trust_reports"
down_revision = "0043_stairs"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "trust_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_trust_report_year")),
        sa.CheckConstraint("sent_on >= make_date(year, 12, 31)", name=op.f("ck_trust_report_sent_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_report")),
    )
    op.create_index("ix_trust_report_year_id", "trust_report", ["year", "id"])
    op.execute("alter table trust_report enable row level security, force row level security")
    op.execute(
        "create policy case_officer_and_grants_officer_manage on trust_report to vekstplass_service"
        f" using ({_HANDLERS}) with check ({_HANDLERS})"
    )
    op.execute(
        "create policy finance_reads on trust_report for select to vekstplass_service"
        " using ((select caller_has_role('finance')))"
    )
    op.execute("grant select, insert on trust_report to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("trust_report")
