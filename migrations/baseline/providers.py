"""Providers, how many places they have, and what they state of their staff."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "provider",
        *row_columns(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation_number", sa.String(), nullable=False),
        sa.Column("municipality_number", sa.String(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_provider_name")),
        sa.CheckConstraint("organisation_number ~ '^[0-9]{9}$'", name=op.f("ck_provider_organisation_number")),
        sa.PrimaryKeyConstraint("id", name="pk_provider"),
        sa.UniqueConstraint("organisation_number", name="uq_provider_organisation_number"),
    )
    op.create_table(
        "provider_capacity",
        *row_columns(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_provider_capacity_places")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_provider_capacity_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_capacity"),
        sa.UniqueConstraint("provider_id", "valid_from", name="uq_provider_capacity_provider_id_valid_from"),
    )
    op.create_table(
        "competence_statement",
        *row_columns(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=False),
        sa.Column("police_certificates", sa.Integer(), nullable=False),
        sa.Column("full_time_equivalents", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("areas", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(areas) = 'array'", name=op.f("ck_competence_statement_areas")),
        sa.CheckConstraint("full_time_equivalents >= 0", name=op.f("ck_competence_statement_full_time_equivalents")),
        sa.CheckConstraint(
            "police_certificates between 0 and employees", name=op.f("ck_competence_statement_police_certificates")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_competence_statement_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_competence_statement"),
    )
    op.create_index("ix_competence_statement_provider_id_id", "competence_statement", ["provider_id", "id"])
