"""What came into the trip fund by mistake is annulled with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0063_trip_fund_annulments"
down_revision = "0062_trip_protection"
branch_labels = None
depends_on = None

_COLUMNS = "annulled_at, annulled_reason, updated_at"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("trip_fund_entry", sa.Column("annulled_at", sa.DateTime(timezone=True)))
    op.add_column("trip_fund_entry", sa.Column("annulled_reason", sa.String()))
    # A check of columns that are new: no row can break it.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table trip_fund_entry add constraint ck_trip_fund_entry_annulled"
        " check ((annulled_at is null) = (annulled_reason is null))"
    )
    op.execute(f"grant update ({_COLUMNS}) on trip_fund_entry to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"revoke update ({_COLUMNS}) on trip_fund_entry from vekstplass_service")
    op.drop_column("trip_fund_entry", "annulled_reason")
    op.drop_column("trip_fund_entry", "annulled_at")
