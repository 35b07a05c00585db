"""A legacy place may have been decided before the guideline and begin after it: then its row has that day (L2)."""

from alembic import op

revision = "0024_decided_before"
down_revision = "0023_more_parameters"
branch_labels = None
depends_on = None

_NAME = "ck_placement_decided_on"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # The one that takes its place is wider: whoever counts on it reads a legacy place's own price, not its day.
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table placement drop constraint {_NAME}")
    op.execute(
        f"alter table placement add constraint {_NAME} check (terms = 'legacy' or decided_on is not null) not valid"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter table placement drop constraint {_NAME}")
    op.execute(
        f"alter table placement add constraint {_NAME}"
        " check ((terms = 'standard') = (decided_on is not null)) not valid"
    )
