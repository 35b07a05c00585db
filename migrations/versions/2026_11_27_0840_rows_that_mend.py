"""A mistyped capacity or rate is mended by another row of the same days (P2, C1)."""

from alembic import op

revision = "0002_rows_that_mend"
down_revision = "0001_baseline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Nobody relies on the guarantee: the last recorded row counts.
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "alter table provider_capacity drop constraint uq_provider_capacity_provider_id_valid_from"
    )
    op.execute("-- squawk-ignore ban-drop-constraint\nalter table rate drop constraint uq_rate_valid_from_known_from")


def downgrade() -> None:
    # Fails where a row was mended since: release 1.0.0 has no rule for which of the two counts.
    op.execute("set local lock_timeout = '5s'")
    op.create_unique_constraint("uq_rate_valid_from_known_from", "rate", ["valid_from", "known_from"])
    op.create_unique_constraint(
        "uq_provider_capacity_provider_id_valid_from", "provider_capacity", ["provider_id", "valid_from"]
    )
