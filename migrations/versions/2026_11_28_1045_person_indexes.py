"""What belongs to a person or a place is found by an index in every table."""

from alembic import op

revision = "0071_person_indexes"
down_revision = "0068_trust_payment_annulments"
branch_labels = None
depends_on = None

_TABLES = ("invoice_check_line", "supplement_end")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        # Invoices are checked a few a month, and supplements end more rarely: whoever writes waits for some seconds.
        op.execute(
            "-- squawk-ignore require-concurrent-index-creation\n"
            f"create index ix_{table}_placement_id on {table} (placement_id)"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        op.drop_index(f"ix_{table}_placement_id", table)
