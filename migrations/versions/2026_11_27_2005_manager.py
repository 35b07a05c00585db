"""The role `manager` reads who offers places, and the frames: sums it gets are computed with other roles' rights."""

from alembic import op

revision = "0048_manager"
down_revision = "0047_stair_reviews"
branch_labels = None
depends_on = None

_ROLES = "'service', 'epj', 'finance'"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy municipality_reads on provider using ((select caller_has_role({_ROLES}, 'manager')))")
    op.execute(
        "create policy manager_reads on budget_frame for select to vekstplass_service"
        " using ((select caller_has_role('manager')))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy manager_reads on budget_frame")
    op.execute(f"alter policy municipality_reads on provider using ((select caller_has_role({_ROLES})))")
