"""Participants, and what other systems call them.

The policy that shows a provider its own participants comes with placements, which it asks.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_participants"
down_revision = "0001_ground"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("municipality_number", sa.String(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("contacts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address_protection", sa.Boolean(), nullable=False),
        sa.Column("identity_number_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number_key_id", sa.String(), nullable=True),
        sa.Column("identity_number_index", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(given_name) between 1 and 200", name=op.f("ck_participant_given_name")),
        sa.CheckConstraint("length(family_name) between 1 and 200", name=op.f("ck_participant_family_name")),
        sa.CheckConstraint("municipality_number ~ '^[0-9]{4}$'", name=op.f("ck_participant_municipality_number")),
        sa.CheckConstraint(
            "service_area in ('habilitation', 'mental_health', 'other')", name=op.f("ck_participant_service_area")
        ),
        sa.CheckConstraint(
            "case when jsonb_typeof(contacts) = 'array' then jsonb_array_length(contacts) <= 10 else false end",
            name=op.f("ck_participant_contacts"),
        ),
        sa.CheckConstraint(
            "num_nulls(identity_number_ciphertext, identity_number_key_id, identity_number_index) in (0, 3)",
            name=op.f("ck_participant_identity_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("id", "service_area", name=op.f("uq_participant_id_service_area")),
        sa.UniqueConstraint("identity_number_index", name=op.f("uq_participant_identity_number_index")),
    )
    op.create_index("ix_participant_service_area_id", "participant", ["service_area", "id"])
    op.create_table(
        "participant_external_id",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("length(system) between 1 and 50", name=op.f("ck_participant_external_id_system")),
        sa.CheckConstraint("length(value) between 1 and 100", name=op.f("ck_participant_external_id_value")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_external_id_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_external_id")),
        sa.UniqueConstraint("system", "value", name=op.f("uq_participant_external_id_system_value")),
        sa.UniqueConstraint("participant_id", "system", name=op.f("uq_participant_external_id_participant_id_system")),
    )
    for table, rights in (("participant", "select, insert, update"), ("participant_external_id", "select, insert")):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
        op.execute(
            f"create policy case_office_and_epj on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer', 'epj')))"
            " with check ((select caller_has_role('case_officer', 'epj')))"
        )
    op.execute(
        "create policy service_reads_its_area on participant for select to vekstplass_service using"
        " ((select caller_has_role('service')) and service_area = (select caller_service_area()))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("participant_external_id")
    op.drop_table("participant")
