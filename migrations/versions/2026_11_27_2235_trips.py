"""Trips, who goes, their plans, decisions and settlements (T16, T19, T20), and the scheme's text on appeals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058_trips"
down_revision = "0057_surveys"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"
_MERGING = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"
_OWN_AREA = "service_area = (select caller_service_area())"
_APPEAL = "Det er ikkje klagerett etter denne ordninga."


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("trip_scheme", sa.Column("appeal_text", sa.String(), nullable=False, server_default=_APPEAL))
    op.create_table(
        "trip",
        *_row_columns(),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("longer_reason", sa.String(), nullable=True),
        sa.Column("working_time_agreed_on", sa.Date(), nullable=True),
        sa.Column("service_area", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_trip_ends_on")),
        sa.CheckConstraint("length(longer_reason) between 1 and 500", name=op.f("ck_trip_longer_reason")),
        sa.CheckConstraint("service_area in ('habilitation', 'mental_health')", name=op.f("ck_trip_service_area")),
        sa.CheckConstraint("decision in ('grant', 'reject', 'withdraw')", name=op.f("ck_trip_decision")),
        sa.CheckConstraint("(decision is null) = (decided_on is null)", name=op.f("ck_trip_decided_on")),
        sa.CheckConstraint("(cancelled_on is null) = (cancelled_reason is null)", name=op.f("ck_trip_cancelled")),
        sa.CheckConstraint("length(cancelled_reason) between 1 and 500", name=op.f("ck_trip_cancelled_reason")),
        sa.CheckConstraint("settled_on > ends_on", name=op.f("ck_trip_settled_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip")),
    )
    op.create_index("ix_trip_starts_on_id", "trip", ["starts_on", "id"])
    _create_participants()
    op.create_table(
        "staffing_plan",
        *_row_columns(),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("computed", postgresql.JSONB(), nullable=False),
        sa.Column("staff_cost", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("staff_travel", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("participants_part", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("fund_part", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind in ('estimate', 'actual')", name=op.f("ck_staffing_plan_kind")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_staffing_plan_version")),
        sa.CheckConstraint(
            "least(staff_cost, staff_travel, participants_part, fund_part) >= 0", name=op.f("ck_staffing_plan_amounts")
        ),
        sa.CheckConstraint("participants_part + fund_part = staff_cost", name=op.f("ck_staffing_plan_parts")),
        sa.CheckConstraint("participants_part <= fund_part", name=op.f("ck_staffing_plan_participants_part")),
        sa.ForeignKeyConstraint(["trip_id"], ["trip.id"], name=op.f("fk_staffing_plan_trip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffing_plan")),
        sa.UniqueConstraint("trip_id", "kind", "version", name=op.f("uq_staffing_plan_trip_id_kind_version")),
    )
    op.create_table(
        "trip_decision",
        *_row_columns(),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("late_reason", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("reserved", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind in ('grant', 'reject', 'withdraw')", name=op.f("ck_trip_decision_kind")),
        sa.CheckConstraint("(kind = 'reject') = (reason is not null)", name=op.f("ck_trip_decision_reason")),
        sa.CheckConstraint("(kind = 'grant') = (reserved is not null)", name=op.f("ck_trip_decision_reserved")),
        sa.CheckConstraint("length(late_reason) between 1 and 500", name=op.f("ck_trip_decision_late_reason")),
        sa.CheckConstraint("length(text) between 1 and 4000", name=op.f("ck_trip_decision_text")),
        sa.ForeignKeyConstraint(["trip_id"], ["trip.id"], name=op.f("fk_trip_decision_trip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_decision")),
        sa.UniqueConstraint("trip_id", name=op.f("uq_trip_decision_trip_id")),
    )
    op.create_table(
        "trip_settlement_line",
        *_row_columns(),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("estimated", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("actual", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("difference", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.CheckConstraint("difference = actual - estimated", name=op.f("ck_trip_settlement_line_difference")),
        sa.ForeignKeyConstraint(["trip_id"], ["trip.id"], name=op.f("fk_trip_settlement_line_trip_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_trip_settlement_line_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_settlement_line")),
        sa.UniqueConstraint("trip_id", "participant_id", name=op.f("uq_trip_settlement_line_trip_id_participant_id")),
    )
    op.create_index("ix_trip_settlement_line_participant_id_id", "trip_settlement_line", ["participant_id", "id"])
    op.execute(
        "alter table trip_fund_entry add constraint fk_trip_fund_entry_trip_id foreign key (trip_id)"
        " references trip (id) not valid"
    )
    _add_policies()


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_constraint("fk_trip_fund_entry_trip_id", "trip_fund_entry")
    for table in ("trip_settlement_line", "trip_decision", "staffing_plan", "trip_participant", "trip"):
        op.drop_table(table)
    op.drop_column("trip_scheme", "appeal_text")


def _create_participants() -> None:
    op.create_table(
        "trip_participant",
        *_row_columns(),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("of_staff_cost", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("of_staff_travel", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("accepted_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(of_staff_cost is null) = (of_staff_travel is null)", name=op.f("ck_trip_participant_price")
        ),
        sa.CheckConstraint(
            "(accepted_price is null) = (accepted_on is null) and (accepted_price is null) = (accepted_by is null)",
            name=op.f("ck_trip_participant_accepted"),
        ),
        sa.CheckConstraint("accepted_by in ('participant', 'guardian')", name=op.f("ck_trip_participant_accepted_by")),
        sa.CheckConstraint("not active or left_on is null", name=op.f("ck_trip_participant_left_on")),
        sa.ForeignKeyConstraint(["trip_id"], ["trip.id"], name=op.f("fk_trip_participant_trip_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["trip_application.id"], name=op.f("fk_trip_participant_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_trip_participant_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_participant")),
        postgresql.ExcludeConstraint(
            ("participant_id", "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name=op.f("ex_trip_participant_days"),
            using="gist",
            where=sa.text("active"),
        ),
    )
    op.create_index(
        "uq_trip_participant_application_id",
        "trip_participant",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_index("ix_trip_participant_trip_id_id", "trip_participant", ["trip_id", "id"])
    op.create_index("ix_trip_participant_participant_id_id", "trip_participant", ["participant_id", "id"])


def _add_policies() -> None:
    for table in ("trip", "trip_participant", "staffing_plan", "trip_decision", "trip_settlement_line"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy case_officer_and_grants_officer_manage on {table} to vekstplass_service"
            f" using ({_HANDLERS}) with check ({_HANDLERS})"
        )
    op.execute(f"create policy service_reads_area on trip for select to vekstplass_service using ({_OWN_AREA})")
    for table in ("trip_participant", "staffing_plan"):
        op.execute(
            f"create policy service_reads_area on {table} for select to vekstplass_service"
            f" using ((select true from trip where trip.id = {table}.trip_id and trip.{_OWN_AREA}))"
        )
    for table in ("trip_participant", "trip_settlement_line"):
        op.execute(f"create policy owner_merges on {table} to current_user using ({_MERGING}) with check ({_MERGING})")
    op.execute(
        "grant select, insert, update (starts_on, ends_on, longer_reason, working_time_agreed_on, service_area,"
        " decision, decided_on, cancelled_on, cancelled_reason, settled_on, updated_at) on trip to vekstplass_service"
    )
    op.execute(
        "grant select, insert, update (starts_on, ends_on, active, left_on, of_staff_cost, of_staff_travel,"
        " accepted_price, accepted_on, accepted_by, updated_at) on trip_participant to vekstplass_service"
    )
    op.execute("grant select, insert on staffing_plan to vekstplass_service")
    op.execute("grant select, insert, update (late_reason, text, updated_at) on trip_decision to vekstplass_service")
    op.execute("grant select, insert on trip_settlement_line to vekstplass_service")


def _row_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]
