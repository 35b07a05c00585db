"""The access log, partitioned by month, and its seals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def create_tables() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        # Its default is set in functions.sql. It stands before the time, so that a transaction has its number first.
        sa.Column("transaction_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("participant_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("denied_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint("outcome in ('allowed', 'denied')", name=op.f("ck_access_log_outcome")),
        sa.CheckConstraint("right(id::text, 6) = '000000'", name=op.f("ck_access_log_id")),
        sa.CheckConstraint(
            "cardinality(participant_ids) + cardinality(denied_ids) between 1 and 16777215",
            name=op.f("ck_access_log_lines"),
        ),
        sa.PrimaryKeyConstraint("id", "at", name="pk_access_log"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_access_log_transaction_number", "access_log", ["transaction_number"])
    # What is inserted is sorted into these some at a time: so much as does not keep one request waiting.
    pending = {"gin_pending_list_limit": 256}
    op.create_index(
        "ix_access_log_participant_ids",
        "access_log",
        ["participant_ids"],
        postgresql_using="gin",
        postgresql_with=pending,
    )
    op.create_index(
        "ix_access_log_denied_ids",
        "access_log",
        ["denied_ids"],
        postgresql_using="gin",
        postgresql_with=pending,
        postgresql_where=sa.text("denied_ids <> '{}'"),
    )
    # No role but the backup's may use this schema: a partition is reached through its table alone.
    op.execute("create schema access_log_partition")
    op.execute("create table access_log_partition.other partition of access_log default")
    op.create_table(
        "access_log_seal",
        sa.Column("range_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_transaction", sa.BigInteger(), nullable=False),
        sa.Column("end_transaction", sa.BigInteger(), nullable=False),
        sa.Column("next_transaction", sa.BigInteger(), nullable=False),
        sa.Column("row_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("row_codes", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("next_commitment", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("range_number > 0", name=op.f("ck_access_log_seal_range_number")),
        sa.CheckConstraint("first_transaction < end_transaction", name=op.f("ck_access_log_seal_end_transaction")),
        sa.CheckConstraint("end_transaction <= next_transaction", name=op.f("ck_access_log_seal_next_transaction")),
        sa.CheckConstraint("length(row_codes) = 16 * cardinality(row_ids)", name=op.f("ck_access_log_seal_row_codes")),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_access_log_seal_digest")),
        sa.PrimaryKeyConstraint("range_number", name="pk_access_log_seal"),
    )
