"""The access log and the heads of its chains."""

import sqlalchemy as sa
from alembic import op


def create_tables() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("outcome in ('allowed', 'denied')", name=op.f("ck_access_log_outcome")),
        sa.CheckConstraint(
            "outcome = 'denied' or participant_id is not null", name=op.f("ck_access_log_participant_id")
        ),
        sa.PrimaryKeyConstraint("chain", "number", name="pk_access_log"),
    )
    op.create_index("ix_access_log_at", "access_log", ["at"], postgresql_using="brin")
    op.create_index("ix_access_log_id", "access_log", ["id"])
    op.create_index(
        "ix_access_log_object_id", "access_log", ["object_id"], postgresql_where=sa.text("object_id is not null")
    )
    op.create_index("ix_access_log_participant_id_id", "access_log", ["participant_id", "id"])
    op.create_table(
        "access_log_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("after_chain", sa.Uuid(), nullable=True),
        sa.Column("after_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length >= 0", name=op.f("ck_access_log_chain_length")),
        sa.PrimaryKeyConstraint("id", name="pk_access_log_chain"),
    )
