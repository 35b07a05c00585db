"""The versions of the scheme of holiday trips (T6)."""

import sqlalchemy as sa
from alembic import op

revision = "0050_trip_schemes"
down_revision = "0049_restrictions"
branch_labels = None
depends_on = None

_FRACTION = "'^[0-9]{1,2}/[1-9][0-9]?$'"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "trip_scheme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("most_nights", sa.SmallInteger(), nullable=False),
        sa.Column("long_from_nights", sa.SmallInteger(), nullable=False),
        sa.Column("notice_months_long", sa.SmallInteger(), nullable=False),
        sa.Column("notice_months_short", sa.SmallInteger(), nullable=False),
        sa.Column("participant_percent", sa.SmallInteger(), nullable=False),
        sa.Column("travel_weight", sa.String(), nullable=False),
        sa.Column("passive_night_weight", sa.String(), nullable=False),
        sa.Column("allowance_days", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_trip_scheme_valid_to")),
        sa.CheckConstraint("most_nights between 1 and 60", name=op.f("ck_trip_scheme_most_nights")),
        sa.CheckConstraint("long_from_nights between 1 and 60", name=op.f("ck_trip_scheme_long_from_nights")),
        sa.CheckConstraint("notice_months_long between 0 and 24", name=op.f("ck_trip_scheme_notice_months_long")),
        sa.CheckConstraint("notice_months_short between 0 and 24", name=op.f("ck_trip_scheme_notice_months_short")),
        sa.CheckConstraint("participant_percent between 0 and 50", name=op.f("ck_trip_scheme_participant_percent")),
        sa.CheckConstraint(f"travel_weight ~ {_FRACTION}", name=op.f("ck_trip_scheme_travel_weight")),
        sa.CheckConstraint(f"passive_night_weight ~ {_FRACTION}", name=op.f("ck_trip_scheme_passive_night_weight")),
        sa.CheckConstraint("allowance_days in ('calendar_days', 'nights')", name=op.f("ck_trip_scheme_allowance_days")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_trip_scheme_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_scheme")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_trip_scheme_valid_from")),
    )
    op.execute("alter table trip_scheme enable row level security, force row level security")
    op.execute(
        "create policy planners_read on trip_scheme for select to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'grants_officer', 'service')))"
    )
    op.execute(
        "create policy case_officer_and_grants_officer_add on trip_scheme for insert to vekstplass_service"
        " with check ((select caller_has_role('case_officer', 'grants_officer')))"
    )
    op.execute("grant select, insert on trip_scheme to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("trip_scheme")
