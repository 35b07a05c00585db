"""Other schemes that may support a trip, as information (T17)."""

import sqlalchemy as sa
from alembic import op

revision = "0059_grant_schemes"
down_revision = "0058_trips"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "grant_scheme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("for_whom", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_grant_scheme_name")),
        sa.CheckConstraint("length(for_whom) between 1 and 4000", name=op.f("ck_grant_scheme_for_whom")),
        sa.CheckConstraint("length(address) between 12 and 500", name=op.f("ck_grant_scheme_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_scheme")),
    )
    op.execute("alter table grant_scheme enable row level security, force row level security")
    op.execute(
        "create policy case_officer_and_grants_officer_manage on grant_scheme to vekstplass_service"
        f" using ({_HANDLERS}) with check ({_HANDLERS})"
    )
    op.execute("create policy everybody_reads on grant_scheme for select to vekstplass_service using (true)")
    op.execute(
        "grant select, insert, update (name, for_whom, address, checked_on, closed_on, recorded_by, updated_at)"
        " on grant_scheme to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("grant_scheme")
