"""The role `grants_officer` (X3) reads the names of who made an act, as every role does."""

from alembic import op

revision = "0040_grants_officer"
down_revision = "0039_timelines"
branch_labels = None
depends_on = None

_ROLES = "'case_officer', 'service', 'provider', 'epj', 'finance', 'auditor'"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        f"alter policy anybody_reads_names on web_person using ((select caller_has_role({_ROLES}, 'grants_officer')))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy anybody_reads_names on web_person using ((select caller_has_role({_ROLES})))")
