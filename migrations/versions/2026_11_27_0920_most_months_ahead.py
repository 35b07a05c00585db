"""How many months after its decision a place begins at most (D9): a parameter of the guideline's versions."""

import sqlalchemy as sa
from alembic import op

revision = "0003_most_months_ahead"
down_revision = "0002_rows_that_mend"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Versions from before have what the rule says.
    op.add_column(
        "guideline_version",
        sa.Column("most_months_ahead", sa.SmallInteger(), server_default=sa.text("24"), nullable=False),
    )
    # A handful of rows: nobody waits for the scan.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table guideline_version add constraint ck_guideline_version_most_months_ahead"
        " check (most_months_ahead between 1 and 120)"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("guideline_version", "most_months_ahead")
