"""A year's frames, expected refunds, published flag and snapshots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "budget_frame",
        *row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_frame_amount")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_budget_frame_reason")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_budget_frame_year")),
        sa.PrimaryKeyConstraint("id", name="pk_budget_frame"),
    )
    op.create_index("ix_budget_frame_year_id", "budget_frame", ["year", "id"])
    op.create_table(
        "expected_refund",
        *row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_expected_refund_amount")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_expected_refund_reason")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_expected_refund_year")),
        sa.PrimaryKeyConstraint("id", name="pk_expected_refund"),
    )
    op.create_index("ix_expected_refund_year_id", "expected_refund", ["year", "id"])
    op.create_table(
        "budget_flag",
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("flag", sa.String(), nullable=False),
        sa.CheckConstraint("flag in ('no_frame', 'within', 'watch', 'overrun')", name=op.f("ck_budget_flag_flag")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_budget_flag_year")),
        sa.PrimaryKeyConstraint("year", name="pk_budget_flag"),
    )
    op.create_table(
        "budget_snapshot",
        *row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 500", name=op.f("ck_budget_snapshot_name")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_budget_snapshot_year")),
        sa.PrimaryKeyConstraint("id", name="pk_budget_snapshot"),
        sa.UniqueConstraint("year", "name", name="uq_budget_snapshot_year_name"),
    )
