"""The stairs of activity and of housing: steps, services, capacities, published tables, needs (K1–K7)."""

import sqlalchemy as sa
from alembic import op

revision = "0043_stairs"
down_revision = "0042_trust"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"
# Who reads each table beside the case office: everybody, or some of the municipality's roles.
_READERS = {
    "stair_step": ("everybody_reads", "true"),
    "stair_service": ("everybody_reads", "true"),
    "stair_table": ("everybody_reads", "true"),
    "stair_printed_total": ("everybody_reads", "true"),
    "stair_capacity": ("everybody_reads", "true"),
    "stair_need": ("municipality_reads", "(select caller_has_role('service', 'finance'))"),
    "stair_population": ("municipality_reads", "(select caller_has_role('service', 'finance'))"),
}
_OF_SERVICES = ("stair_capacity", "stair_need", "stair_printed_total")
_MAY_CHANGE = {
    "stair_step": "number, name, description, updated_at",
    "stair_service": "name, for_whom, provided_by, requires_decision, place, how_to_apply, address, valid_from,"
    " valid_to, updated_at",
    "stair_capacity": "number, source, updated_at",
    "stair_need": "number, source, updated_at",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "stair_population",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("people_80_plus", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_stair_population_source")),
        sa.CheckConstraint("people_80_plus >= 0", name=op.f("ck_stair_population_people_80_plus")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_stair_population_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_population")),
    )
    op.create_index("ix_stair_population_year_id", "stair_population", ["year", "id"], unique=False)
    op.create_table(
        "stair_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stair", sa.String(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.SmallInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(stair = 'activity') = (category is not null)", name=op.f("ck_stair_step_category_of_activity")
        ),
        sa.CheckConstraint("stair in ('activity', 'housing')", name=op.f("ck_stair_step_stair")),
        sa.CheckConstraint("category between 1 and 4", name=op.f("ck_stair_step_category")),
        sa.CheckConstraint("length(description) between 1 and 4000", name=op.f("ck_stair_step_description")),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_stair_step_name")),
        sa.CheckConstraint("number between 1 and 100", name=op.f("ck_stair_step_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_step")),
        sa.UniqueConstraint("stair", "number", name=op.f("uq_stair_step_stair_number")),
    )
    op.create_table(
        "stair_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stair", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target_group", sa.String(), nullable=True),
        sa.Column("printed_total", sa.Integer(), nullable=True),
        sa.CheckConstraint("stair in ('activity', 'housing')", name=op.f("ck_stair_table_stair")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_stair_table_source")),
        sa.CheckConstraint("length(target_group) between 1 and 500", name=op.f("ck_stair_table_target_group")),
        sa.CheckConstraint("printed_total >= 0", name=op.f("ck_stair_table_printed_total")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_table")),
        sa.UniqueConstraint("stair", "as_of", "source", name=op.f("uq_stair_table_stair_as_of_source")),
    )
    op.create_table(
        "stair_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("for_whom", sa.String(), nullable=False),
        sa.Column("provided_by", sa.String(), nullable=False),
        sa.Column("requires_decision", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("how_to_apply", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("address ~ '^https?://' and length(address) <= 500", name=op.f("ck_stair_service_address")),
        sa.CheckConstraint(
            "kind in ('other', 'nursing_home', 'sheltered_enterprise')", name=op.f("ck_stair_service_kind")
        ),
        sa.CheckConstraint("length(for_whom) between 1 and 500", name=op.f("ck_stair_service_for_whom")),
        sa.CheckConstraint("length(how_to_apply) between 1 and 500", name=op.f("ck_stair_service_how_to_apply")),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_stair_service_name")),
        sa.CheckConstraint("length(provided_by) between 1 and 500", name=op.f("ck_stair_service_provided_by")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_stair_service_valid_to")),
        sa.ForeignKeyConstraint(["step_id"], ["stair_step.id"], name=op.f("fk_stair_service_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_service")),
        sa.UniqueConstraint("id", "step_id", name=op.f("uq_stair_service_id_step_id")),
    )
    op.create_index("ix_stair_service_step_id", "stair_service", ["step_id"], unique=False)
    op.create_index(
        "uq_stair_service_kind",
        "stair_service",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'sheltered_enterprise'"),
    )
    op.create_table(
        "stair_capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("table_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_stair_capacity_source")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_stair_capacity_number")),
        sa.ForeignKeyConstraint(
            ["service_id", "step_id"],
            ["stair_service.id", "stair_service.step_id"],
            name=op.f("fk_stair_capacity_service_id_step_id"),
        ),
        sa.ForeignKeyConstraint(["step_id"], ["stair_step.id"], name=op.f("fk_stair_capacity_step_id")),
        sa.ForeignKeyConstraint(["table_id"], ["stair_table.id"], name=op.f("fk_stair_capacity_table_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_capacity")),
        sa.UniqueConstraint(
            "step_id",
            "service_id",
            "place",
            "as_of",
            name=op.f("uq_stair_capacity_step_id_service_id_place_as_of"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_stair_capacity_table_id", "stair_capacity", ["table_id"], unique=False)
    op.create_table(
        "stair_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("length(scenario) between 1 and 100", name=op.f("ck_stair_need_scenario")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_stair_need_source")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_stair_need_number")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_stair_need_year")),
        sa.ForeignKeyConstraint(
            ["service_id", "step_id"],
            ["stair_service.id", "stair_service.step_id"],
            name=op.f("fk_stair_need_service_id_step_id"),
        ),
        sa.ForeignKeyConstraint(["step_id"], ["stair_step.id"], name=op.f("fk_stair_need_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_need")),
        sa.UniqueConstraint(
            "step_id",
            "service_id",
            "place",
            "year",
            "scenario",
            name=op.f("uq_stair_need_step_id_service_id_place_year_scenario"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "stair_printed_total",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("table_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("(step_id is null) <> (place is null)", name=op.f("ck_stair_printed_total_row_or_place")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_stair_printed_total_number")),
        sa.CheckConstraint("service_id is null or step_id is not null", name=op.f("ck_stair_printed_total_service_id")),
        sa.ForeignKeyConstraint(
            ["service_id", "step_id"],
            ["stair_service.id", "stair_service.step_id"],
            name=op.f("fk_stair_printed_total_service_id_step_id"),
        ),
        sa.ForeignKeyConstraint(["step_id"], ["stair_step.id"], name=op.f("fk_stair_printed_total_step_id")),
        sa.ForeignKeyConstraint(["table_id"], ["stair_table.id"], name=op.f("fk_stair_printed_total_table_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_printed_total")),
        sa.UniqueConstraint(
            "table_id",
            "step_id",
            "service_id",
            "place",
            name=op.f("uq_stair_printed_total_table_id_step_id_service_id_place"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for table, (name, condition) in _READERS.items():
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy case_officer_manages on {table} to vekstplass_service"
            f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
        )
        op.execute(f"create policy {name} on {table} for select to vekstplass_service using ({condition})")
        op.execute(f"grant select, insert on {table} to vekstplass_service")
    for table, columns in _MAY_CHANGE.items():
        op.execute(f"grant update ({columns}) on {table} to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in (*_OF_SERVICES, "stair_population", "stair_table", "stair_service", "stair_step"):
        op.drop_table(table)
