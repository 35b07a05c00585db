"""Participants, what other systems call them, and who was merged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "participant",
        *row_columns(),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("municipality_number", sa.String(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("contacts", postgresql.JSONB(), nullable=False),
        sa.Column("address_protection", sa.Boolean(), nullable=False),
        sa.Column("identity_number_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number_key_id", sa.String(), nullable=True),
        sa.Column("identity_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("municipality_since", sa.Date(), server_default=sa.text("current_date"), nullable=False),
        sa.CheckConstraint(
            "case when jsonb_typeof(contacts) = 'array' then jsonb_array_length(contacts) <= 10 else false end",
            name=op.f("ck_participant_contacts"),
        ),
        sa.CheckConstraint("length(family_name) between 1 and 200", name=op.f("ck_participant_family_name")),
        sa.CheckConstraint("length(given_name) between 1 and 200", name=op.f("ck_participant_given_name")),
        sa.CheckConstraint(
            "num_nulls(identity_number_ciphertext, identity_number_key_id, identity_number_index) in (0, 3)",
            name=op.f("ck_participant_identity_number"),
        ),
        sa.CheckConstraint("municipality_number ~ '^[0-9]{4}$'", name=op.f("ck_participant_municipality_number")),
        sa.CheckConstraint(
            "service_area in ('habilitation', 'mental_health', 'other')", name=op.f("ck_participant_service_area")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("id", "address_protection", name="uq_participant_id_address_protection"),
        sa.UniqueConstraint(
            "id", "service_area", "address_protection", name="uq_participant_id_service_area_address_protection"
        ),
        sa.UniqueConstraint("identity_number_index", name="uq_participant_identity_number_index"),
    )
    op.create_index("ix_participant_service_area_id", "participant", ["service_area", "id"])
    op.create_table(
        "participant_external_id",
        *row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("length(system) between 1 and 50", name=op.f("ck_participant_external_id_system")),
        sa.CheckConstraint("length(value) between 1 and 100", name=op.f("ck_participant_external_id_value")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name="fk_participant_external_id_participant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_participant_external_id"),
        sa.UniqueConstraint("system", "value", name="uq_participant_external_id_system_value"),
    )
    op.create_index("ix_participant_external_id_participant_id", "participant_external_id", ["participant_id"])
    op.create_index(
        "uq_participant_external_id_participant_id_system",
        "participant_external_id",
        ["participant_id", "system"],
        unique=True,
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "participant_merge",
        *row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("duplicate_id", sa.Uuid(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_participant_merge_participant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participant_merge"),
        sa.UniqueConstraint("duplicate_id", name="uq_participant_merge_duplicate_id"),
    )
    op.create_index("ix_participant_merge_participant_id", "participant_merge", ["participant_id"])
