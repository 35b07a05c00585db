"""What `0024_decided_before` says of placements, checked of the rows from before it.

In a transaction of its own: others read and write while rows that are there are checked.
"""

from alembic import op

revision = "0025_decided_before_holds"
down_revision = "0024_decided_before"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table placement validate constraint ck_placement_decided_on")


def downgrade() -> None:
    """A constraint is not made unchecked again; it goes with its own migration."""
