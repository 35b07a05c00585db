"""The ground: who may ask what, providers and capacity, events, idempotency keys.

The wall is PostgreSQL's row-level security, forced, so that it holds for the tables' owner too. A policy reads the
caller's settings in a sub-select: once per statement instead of once per row.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_ground"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("create extension if not exists btree_gist")
    op.execute("grant usage on schema public to vekstplass_service, vekstplass_backup")
    op.execute("grant select on alembic_version to vekstplass_service, vekstplass_backup")
    op.execute("alter default privileges in schema public grant select on tables to vekstplass_backup")
    op.execute(
        """
        create function caller_has_role(variadic roles text[]) returns boolean
        language sql stable parallel safe
        return string_to_array(current_setting('app.roles', true), ',') && roles
        """
    )
    op.execute(
        """
        create function caller_organisation() returns text
        language sql stable parallel safe
        return nullif(current_setting('app.organisation', true), '')
        """
    )
    op.execute(
        """
        create function caller_service_area() returns text
        language sql stable parallel safe
        return nullif(current_setting('app.service_area', true), '')
        """
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_number", sa.String(), nullable=False),
        sa.Column("municipality_number", sa.String(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_provider_name")),
        sa.CheckConstraint("organisation_number ~ '^[0-9]{9}$'", name=op.f("ck_provider_organisation_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("organisation_number", name=op.f("uq_provider_organisation_number")),
    )
    op.execute(
        """
        create function caller_provider_id() returns uuid
        language sql stable parallel safe
        return (select id from provider where organisation_number = caller_organisation())
        """
    )
    op.create_table(
        "provider_capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_provider_capacity_places")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_capacity_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_capacity")),
        sa.UniqueConstraint("provider_id", "valid_from", name=op.f("uq_provider_capacity_provider_id_valid_from")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "transaction_id",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_transaction_id_position", "event", ["transaction_id", "position"])
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_caller_created_at", "idempotency_key", ["caller", "created_at"])
    for table, rights in (
        ("provider", "select, insert, update"),
        ("provider_capacity", "select, insert, update"),
        ("event", "select, insert"),
        ("idempotency_key", "select, insert, delete"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
    for table in ("provider", "provider_capacity"):
        op.execute(
            f"create policy case_office on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer'))) with check ((select caller_has_role('case_officer')))"
        )
        op.execute(
            f"create policy municipality_reads on {table} for select to vekstplass_service"
            " using ((select caller_has_role('service', 'epj', 'finance')))"
        )
    op.execute(
        "create policy provider_reads_itself on provider for select to vekstplass_service using"
        " ((select caller_has_role('provider')) and organisation_number = (select caller_organisation()))"
    )
    op.execute(
        "create policy provider_reads_its_own on provider_capacity for select to vekstplass_service using"
        " ((select caller_has_role('provider')) and provider_id = (select caller_provider_id()))"
    )
    op.execute("create policy whoever_acts on event for insert to vekstplass_service with check (true)")
    op.execute(
        "create policy followers on event for select to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'epj', 'finance')))"
    )
    op.execute(
        "create policy own_keys on idempotency_key to vekstplass_service"
        " using (caller = (select current_setting('app.actor', true)))"
        " with check (caller = (select current_setting('app.actor', true)))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("idempotency_key", "event", "provider_capacity"):
        op.drop_table(table)
    op.execute("drop policy provider_reads_itself on provider")
    op.execute("drop function caller_provider_id()")
    op.drop_table("provider")
    op.execute("drop function caller_service_area()")
    op.execute("drop function caller_organisation()")
    op.execute("drop function caller_has_role(text[])")
