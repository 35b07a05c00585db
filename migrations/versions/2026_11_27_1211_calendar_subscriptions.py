"""Secret addresses by which a calendar program follows its owner's tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0011_calendar_subscriptions"
down_revision = "0010_decision_fields"
branch_labels = None
depends_on = None

_OWN = "(owner = (select current_setting('app.actor', true)))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "calendar_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("organisation", sa.String()),
        sa.Column("service_area", sa.String()),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_subscription")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_subscription_secret_hash")),
    )
    op.create_index(
        "ix_calendar_subscription_owner",
        "calendar_subscription",
        ["owner"],
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.execute("alter table calendar_subscription enable row level security, force row level security")
    op.execute(
        f"create policy owner_manages_own on calendar_subscription to vekstplass_service using {_OWN} with check {_OWN}"
    )
    op.execute(
        "create policy address_reads_own on calendar_subscription for select to vekstplass_service"
        " using ('calendar:' || encode(secret_hash, 'hex') = (select current_setting('app.actor', true)))"
    )
    op.execute(
        "grant select, insert, update (roles, last_seen_at, revoked_at, updated_at)"
        " on calendar_subscription to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("calendar_subscription")
