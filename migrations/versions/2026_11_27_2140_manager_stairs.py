"""The role `manager` reads needs, people of 80 and over and reviews of the stairs: sums about nobody."""

from alembic import op

revision = "0052_manager_stairs"
down_revision = "0051_trip_fund"
branch_labels = None
depends_on = None

_TABLES = ("stair_need", "stair_population", "stair_review")
_ROLES = "'service', 'finance'"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        op.execute(f"alter policy municipality_reads on {table} using ((select caller_has_role({_ROLES}, 'manager')))")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        op.execute(f"alter policy municipality_reads on {table} using ((select caller_has_role({_ROLES})))")
