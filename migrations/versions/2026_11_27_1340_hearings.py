"""Who was heard about a supplement, beside who agreed (L6)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020_hearings"
down_revision = "0019_annulments"
branch_labels = None
depends_on = None

_PARTIES = '["service", "case_office", "provider"]'
_TABLES = ("placement_supplement", "supplement_end")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        # Until now all three had agreed.
        op.add_column(table, sa.Column("heard", JSONB(), server_default=sa.text(f"'{_PARTIES}'"), nullable=False))
        # The new check takes its place.
        op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table {table} drop constraint ck_{table}_agreed_by")
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"alter table {table} add constraint ck_{table}_heard"
            f" check (heard @> '{_PARTIES}' and heard @> agreed_by)"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in _TABLES:
        op.drop_column(table, "heard")
        # What not all three agreed to stays as it is.
        op.execute(
            f"alter table {table} add constraint ck_{table}_agreed_by check (agreed_by @> '{_PARTIES}') not valid"
        )
