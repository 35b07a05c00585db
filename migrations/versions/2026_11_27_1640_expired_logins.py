"""Logins that nobody came back with are found by their end: each login that begins removes them."""

from alembic import op

revision = "0035_expired_logins"
down_revision = "0034_access_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Rows live for ten minutes: it is made in no time.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_web_login_expires_at on web_login (expires_at)"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index("ix_web_login_expires_at", "web_login")
