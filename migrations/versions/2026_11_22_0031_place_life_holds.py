"""What the life of a place must never be, checked of the rows from before it.

In a transaction of its own: others read and write while rows that are there are checked.
"""

from alembic import op

revision = "0014_place_life_holds"
down_revision = "0013_place_life"
branch_labels = None
depends_on = None

CONSTRAINTS = (
    ("placement", "ck_placement_need"),
    ("decision", "ck_decision_end"),
    ("decision", "ck_decision_change"),
    ("decision", "ck_decision_valid_from"),
    ("decision", "ck_decision_monthly_price"),
    ("decision", "fk_decision_notice_id_placement_id"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table, constraint in CONSTRAINTS:
        op.execute(f"alter table {table} validate constraint {constraint}")


def downgrade() -> None:
    """A constraint is not made unchecked again; it goes with its table's or column's own migration."""
