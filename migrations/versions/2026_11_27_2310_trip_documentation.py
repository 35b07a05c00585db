"""An application for a trip may be documented after it was received (T7)."""

from alembic import op

revision = "0060_trip_documentation"
down_revision = "0059_grant_schemes"
branch_labels = None
depends_on = None

_COLUMNS = "(need_grade, documented_on, documented_by)"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"grant update {_COLUMNS} on trip_application to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"revoke update {_COLUMNS} on trip_application from vekstplass_service")
