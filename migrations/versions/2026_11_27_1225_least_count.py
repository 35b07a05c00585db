"""The smallest count of people that statistics show, by the version of the guideline (S6)."""

import sqlalchemy as sa
from alembic import op

revision = "0012_least_count"
down_revision = "0011_calendar_subscriptions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column(
        "guideline_version", sa.Column("least_count", sa.SmallInteger(), server_default=sa.text("5"), nullable=False)
    )
    # A new column: no row can break it.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table guideline_version add constraint ck_guideline_version_least_count"
        " check (least_count between 1 and 100)"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("guideline_version", "least_count")
