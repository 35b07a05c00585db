"""Events, and what their numbers begin with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "event_base",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("base", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_event_base_single")),
        sa.PrimaryKeyConstraint("single", name="pk_event_base"),
    )
    op.create_table(
        "event",
        *row_columns(),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        # Its default is a function that reads `event_base`: in functions.sql.
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_transaction_id_position", "event", ["transaction_id", "position"])
