"""Closed months, their lines and differences, and who approved them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "settlement",
        *row_columns(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("by_month", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_settlement_month")),
        sa.CheckConstraint("number > 0 and version > 0", name=op.f("ck_settlement_number")),
        sa.PrimaryKeyConstraint("id", name="pk_settlement"),
        sa.UniqueConstraint("id", "closed_by", name="uq_settlement_id_closed_by"),
        sa.UniqueConstraint("month", "version", name="uq_settlement_month_version"),
        sa.UniqueConstraint("number", name="uq_settlement_number"),
    )
    op.create_table(
        "settlement_line",
        *row_columns(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("divisor", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_settlement_line_amount")),
        sa.CheckConstraint(
            "divisor between 1 and 31 and days between 0 and divisor", name=op.f("ck_settlement_line_days")
        ),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_settlement_line_month")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_settlement_line_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name="fk_settlement_line_settlement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_line"),
        sa.UniqueConstraint("settlement_id", "placement_id", name="uq_settlement_line_settlement_id_placement_id"),
    )
    op.create_index("ix_settlement_line_placement_id", "settlement_line", ["placement_id"])
    op.create_table(
        "settlement_difference",
        *row_columns(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("divisor", sa.SmallInteger(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_settlement_difference_amount")),
        sa.CheckConstraint(
            "cause in ('rate', 'period', 'share', 'supplement', 'legacy_price', 'added', 'removed')",
            name=op.f("ck_settlement_difference_cause"),
        ),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_settlement_difference_month")),
        sa.CheckConstraint(
            "(cause = 'removed') = (divisor is null) and (divisor is null) = (parts is null)",
            name=op.f("ck_settlement_difference_parts"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["settlement_line.id"], name="fk_settlement_difference_line_id"),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_settlement_difference_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["settlement_id"], ["settlement.id"], name="fk_settlement_difference_settlement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_difference"),
        sa.UniqueConstraint(
            "settlement_id",
            "placement_id",
            "month",
            "cause",
            name="uq_settlement_difference_settlement_id_placement_id_month_cause",
        ),
    )
    op.create_index("ix_settlement_difference_line_id", "settlement_difference", ["line_id"])
    op.create_index("ix_settlement_difference_placement_id_month", "settlement_difference", ["placement_id", "month"])
    op.create_table(
        "settlement_review",
        *row_columns(),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("decided_by <> closed_by", name=op.f("ck_settlement_review_four_eyes")),
        sa.CheckConstraint("approved or reason is not null", name=op.f("ck_settlement_review_reason")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_settlement_review_reason_length")),
        sa.ForeignKeyConstraint(
            ["settlement_id", "closed_by"],
            ["settlement.id", "settlement.closed_by"],
            name="fk_settlement_review_settlement_id_closed_by",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_settlement_review"),
        sa.UniqueConstraint("settlement_id", name="uq_settlement_review_settlement_id"),
    )
