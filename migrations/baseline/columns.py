"""Columns that most tables begin with."""

import sqlalchemy as sa


def row_columns() -> list[sa.Column[object]]:
    """Id, and when the row was made and last changed."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]
