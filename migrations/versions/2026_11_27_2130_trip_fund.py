"""The trip fund (T18), and whether a year takes over what the year before left (T6)."""

import sqlalchemy as sa
from alembic import op

revision = "0051_trip_fund"
down_revision = "0050_trip_schemes"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("trip_scheme", sa.Column("fund_carries_over", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "trip_fund_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reserved", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("trip_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_trip_fund_entry_year")),
        sa.CheckConstraint(
            "kind in ('allocation', 'gift', 'reserve', 'release', 'settle')", name=op.f("ck_trip_fund_entry_kind")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_trip_fund_entry_amount")),
        sa.CheckConstraint(
            "(kind in ('allocation', 'gift')) = (trip_id is null)", name=op.f("ck_trip_fund_entry_trip_id")
        ),
        sa.CheckConstraint("(kind = 'settle') = (reserved is not null)", name=op.f("ck_trip_fund_entry_reserved")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_trip_fund_entry_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_fund_entry")),
    )
    op.create_index("ix_trip_fund_entry_year_id", "trip_fund_entry", ["year", "id"])
    op.create_index(
        "uq_trip_fund_entry_trip_id_kind",
        "trip_fund_entry",
        ["trip_id", "kind"],
        unique=True,
        postgresql_where=sa.text("trip_id is not null"),
    )
    op.execute("alter table trip_fund_entry enable row level security, force row level security")
    op.execute(
        "create policy case_officer_and_grants_officer_manage on trip_fund_entry to vekstplass_service"
        f" using ({_HANDLERS}) with check ({_HANDLERS})"
    )
    op.execute(
        "create policy finance_reads on trip_fund_entry for select to vekstplass_service"
        " using ((select caller_has_role('finance')))"
    )
    # To finance the versions say whether a year takes over what the year before left.
    op.execute(
        "alter policy planners_read on trip_scheme"
        " using ((select caller_has_role('case_officer', 'grants_officer', 'service', 'finance')))"
    )
    op.execute("grant select, insert on trip_fund_entry to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter policy planners_read on trip_scheme"
        " using ((select caller_has_role('case_officer', 'grants_officer', 'service')))"
    )
    op.drop_table("trip_fund_entry")
    op.drop_column("trip_scheme", "fund_carries_over")
