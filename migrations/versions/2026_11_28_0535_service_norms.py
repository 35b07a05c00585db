"""The norms of a kind of service hold from a day each, so that a new one changes no earlier figure (S8)."""

import sqlalchemy as sa
from alembic import op

revision = "0065_service_norms"
down_revision = "0064_trust_annulments"
branch_labels = None
depends_on = None

_COLUMNS = "hours_per_full_time_equivalent, norm_source, cost_per_hour, cost_source"
_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "service_type_norm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        *_norm_columns(),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "hours_per_full_time_equivalent between 1 and 168",
            name=op.f("ck_service_type_norm_hours_per_full_time_equivalent"),
        ),
        sa.CheckConstraint("length(norm_source) between 1 and 500", name=op.f("ck_service_type_norm_norm_source")),
        sa.CheckConstraint("cost_per_hour > 0", name=op.f("ck_service_type_norm_cost_per_hour")),
        sa.CheckConstraint("length(cost_source) between 1 and 500", name=op.f("ck_service_type_norm_cost_source")),
        sa.CheckConstraint(
            "(hours_per_full_time_equivalent is null) = (norm_source is null)", name=op.f("ck_service_type_norm_norm")
        ),
        sa.CheckConstraint("(cost_per_hour is null) = (cost_source is null)", name=op.f("ck_service_type_norm_cost")),
        sa.ForeignKeyConstraint(
            ["service_type"], ["service_type.code"], name=op.f("fk_service_type_norm_service_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_type_norm")),
        sa.UniqueConstraint(
            "service_type",
            "valid_from",
            "recorded_at",
            name=op.f("uq_service_type_norm_service_type_valid_from_recorded_at"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.execute("alter table service_type no force row level security")
    # Until now a norm counted for every day, known since its kind of service was: so they go on, and no figure changes.
    op.execute(
        f"insert into service_type_norm (id, service_type, {_COLUMNS}, recorded_at)"
        f" select gen_random_uuid(), code, {_COLUMNS}, created_at from service_type"
        " where norm_source is not null or cost_source is not null"
    )
    op.execute("alter table service_type force row level security")
    op.execute("alter table service_type_norm enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on service_type_norm to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy epj_finance_and_manager_read on service_type_norm for select to vekstplass_service"
        " using ((select caller_has_role('epj', 'finance', 'manager')))"
    )
    op.execute("grant select, insert on service_type_norm to vekstplass_service")
    op.execute(
        "-- squawk-ignore ban-drop-column\n"
        "alter table service_type drop column hours_per_full_time_equivalent, drop column norm_source,"
        " drop column cost_per_hour, drop column cost_source"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for column in _norm_columns():
        op.add_column("service_type", column)
    for table in ("service_type", "service_type_norm"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        f"update service_type set ({_COLUMNS}) = (select {_COLUMNS} from service_type_norm as norm"
        " where norm.service_type = code and coalesce(norm.valid_from <= current_date, true)"
        " order by norm.valid_from desc nulls last, norm.recorded_at desc limit 1)"
    )
    op.execute("alter table service_type force row level security")
    for name, check in (
        ("hours_per_full_time_equivalent", "hours_per_full_time_equivalent between 1 and 168"),
        ("norm_source", "length(norm_source) between 1 and 500"),
        ("cost_per_hour", "cost_per_hour > 0"),
        ("cost_source", "length(cost_source) between 1 and 500"),
        ("norm", "(hours_per_full_time_equivalent is null) = (norm_source is null)"),
        ("cost", "(cost_per_hour is null) = (cost_source is null)"),
    ):
        op.create_check_constraint(op.f(f"ck_service_type_{name}"), "service_type", check)
    op.execute(f"grant update ({_COLUMNS}) on service_type to vekstplass_service")
    op.drop_table("service_type_norm")


def _norm_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("hours_per_full_time_equivalent", sa.Numeric(precision=5, scale=2)),
        sa.Column("norm_source", sa.String()),
        sa.Column("cost_per_hour", sa.Numeric(precision=12, scale=2)),
        sa.Column("cost_source", sa.String()),
    ]
