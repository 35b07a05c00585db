"""The day on which a placement's absence was last reviewed: absence that began after it, no review has seen (A3).

A row from before has none, and goes by when it was recorded alone, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_review_held"
down_revision = "0021_looks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("absence_watch", sa.Column("reviewed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("absence_watch", "reviewed_on")
