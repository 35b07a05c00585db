"""Hours of services, as the EPJ pushes them, with their revisions, and the kinds of service (S3, S5)."""

import sqlalchemy as sa
from alembic import op

revision = "0055_service_hours"
down_revision = "0054_trip_applications"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"
_OF_BOTH = "(select caller_has_role('case_officer', 'epj'))"
_OF_MERGE = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "service_type",
        *_row_columns(),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hours_per_full_time_equivalent", sa.Numeric(precision=5, scale=2)),
        sa.Column("norm_source", sa.String()),
        sa.Column("cost_per_hour", sa.Numeric(precision=12, scale=2)),
        sa.Column("cost_source", sa.String()),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,49}$'", name=op.f("ck_service_type_code")),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_service_type_name")),
        sa.CheckConstraint(
            "hours_per_full_time_equivalent between 1 and 168",
            name=op.f("ck_service_type_hours_per_full_time_equivalent"),
        ),
        sa.CheckConstraint("length(norm_source) between 1 and 500", name=op.f("ck_service_type_norm_source")),
        sa.CheckConstraint("cost_per_hour > 0", name=op.f("ck_service_type_cost_per_hour")),
        sa.CheckConstraint("length(cost_source) between 1 and 500", name=op.f("ck_service_type_cost_source")),
        sa.CheckConstraint(
            "(hours_per_full_time_equivalent is null) = (norm_source is null)", name=op.f("ck_service_type_norm")
        ),
        sa.CheckConstraint("(cost_per_hour is null) = (cost_source is null)", name=op.f("ck_service_type_cost")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_type")),
        sa.UniqueConstraint("code", name=op.f("uq_service_type_code")),
    )
    op.create_table(
        "service_hours",
        *_row_columns(),
        sa.Column("external_system", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        *_said_columns(),
        sa.Column("revision_cancels", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(external_system) between 1 and 50", name=op.f("ck_service_hours_external_system")),
        sa.CheckConstraint("length(external_id) between 1 and 100", name=op.f("ck_service_hours_external_id")),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_service_hours_revision")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_service_hours_ends_on")),
        sa.CheckConstraint("assessed_hours between 0 and 168", name=op.f("ck_service_hours_assessed_hours")),
        sa.CheckConstraint("decided_hours between 0 and 168", name=op.f("ck_service_hours_decided_hours")),
        sa.CheckConstraint("delivered_hours between 0 and 168", name=op.f("ck_service_hours_delivered_hours")),
        sa.CheckConstraint(
            "need_grade in ('limited', 'moderate', 'extensive')", name=op.f("ck_service_hours_need_grade")
        ),
        sa.CheckConstraint("length(tool) between 1 and 100", name=op.f("ck_service_hours_tool")),
        sa.CheckConstraint("cancelled or not revision_cancels", name=op.f("ck_service_hours_cancelled")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_service_hours_participant_id")),
        sa.ForeignKeyConstraint(["service_type"], ["service_type.code"], name=op.f("fk_service_hours_service_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_hours")),
        sa.UniqueConstraint(
            "external_system", "external_id", name=op.f("uq_service_hours_external_system_external_id")
        ),
    )
    op.execute(
        "alter table service_hours add constraint ex_service_hours_overlap exclude using gist"
        " (participant_id with =, service_type with =, daterange(starts_on, ends_on, '[]') with &&)"
        " where (not cancelled) deferrable initially immediate"
    )
    op.create_index("ix_service_hours_participant_id_id", "service_hours", ["participant_id", "id"])
    op.create_index("ix_service_hours_starts_on", "service_hours", ["starts_on"])
    op.create_table(
        "service_hours_revision",
        *_row_columns(),
        sa.Column("service_hours_id", sa.Uuid(), nullable=False),
        *_said_columns(),
        sa.ForeignKeyConstraint(
            ["service_hours_id"], ["service_hours.id"], name=op.f("fk_service_hours_revision_service_hours_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_service_hours_revision_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_hours_revision")),
    )
    op.create_index(
        "ix_service_hours_revision_service_hours_id_id", "service_hours_revision", ["service_hours_id", "id"]
    )
    op.create_index("ix_service_hours_revision_participant_id", "service_hours_revision", ["participant_id"])
    for table in ("service_type", "service_hours", "service_hours_revision"):
        op.execute(f"alter table {table} enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on service_type to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy epj_finance_and_manager_read on service_type for select to vekstplass_service"
        " using ((select caller_has_role('epj', 'finance', 'manager')))"
    )
    for table in ("service_hours", "service_hours_revision"):
        op.execute(
            f"create policy case_officer_and_epj_manage on {table} to vekstplass_service"
            f" using ({_OF_BOTH}) with check ({_OF_BOTH})"
        )
        op.execute(
            f"create policy owner_merges on {table} to current_user using ({_OF_MERGE}) with check ({_OF_MERGE})"
        )
    op.execute(
        "grant select, insert, update (name, hours_per_full_time_equivalent, norm_source, cost_per_hour, cost_source,"
        " updated_at) on service_type to vekstplass_service"
    )
    op.execute("grant select, insert, update on service_hours to vekstplass_service")
    op.execute("grant select, insert, update (tool, updated_at) on service_hours_revision to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("service_hours_revision")
    op.drop_table("service_hours")
    op.drop_table("service_type")


def _row_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _said_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("assessed_hours", sa.Numeric(precision=5, scale=2)),
        sa.Column("decided_hours", sa.Numeric(precision=5, scale=2)),
        sa.Column("delivered_hours", sa.Numeric(precision=5, scale=2)),
        sa.Column("need_grade", sa.String()),
        sa.Column("tool", sa.String()),
        sa.Column("assessed_on", sa.Date()),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    ]
