"""Protection of an address that another system says has ended is a question to the case office."""

import sqlalchemy as sa
from alembic import op

revision = "0036_questioned_protection"
down_revision = "0035_expired_logins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("participant", sa.Column("protection_questioned_on", sa.Date()))
    op.add_column("participant", sa.Column("protection_confirmed_on", sa.Date()))
    # Checks of columns that are new: no row can break them.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table participant add constraint ck_participant_protection_questioned_on"
        " check (address_protection or protection_questioned_on is null)"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table participant add constraint ck_participant_protection_confirmed_on"
        " check (protection_questioned_on is not null or protection_confirmed_on is null)"
    )
    # Of no row yet.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_participant_questioned on participant (id) where protection_questioned_on is not null"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("participant", "protection_confirmed_on")
    op.drop_column("participant", "protection_questioned_on")
