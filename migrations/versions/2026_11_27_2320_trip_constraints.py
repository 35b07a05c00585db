"""Constraints of trips that were added without a look at the rows are valid for all of them."""

from alembic import op

revision = "0061_trip_constraints"
down_revision = "0060_trip_documentation"
branch_labels = None
depends_on = None

_CONSTRAINTS = (
    ("trip_scheme", "ck_trip_scheme_passive_night_from"),
    ("trip_scheme", "ck_trip_scheme_passive_night_to"),
    ("trip_scheme", "ck_trip_scheme_working_time"),
    ("trip_fund_entry", "fk_trip_fund_entry_trip_id"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table, constraint in _CONSTRAINTS:
        op.execute(f"alter table {table} validate constraint {constraint}")


def downgrade() -> None:
    pass
