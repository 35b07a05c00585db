"""Absences, what they were before, and reviews of extensive absence."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "absence",
        *row_columns(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("revision_cancels", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cancelled or not revision_cancels", name=op.f("ck_absence_cancelled")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absence_ends_on")),
        sa.CheckConstraint("length(external_id) between 1 and 100", name=op.f("ck_absence_external_id")),
        sa.CheckConstraint("kind in ('sick', 'holiday', 'leave', 'unexcused', 'other')", name=op.f("ck_absence_kind")),
        sa.CheckConstraint("length(note) between 1 and 500", name=op.f("ck_absence_note")),
        sa.CheckConstraint("percent between 1 and 100", name=op.f("ck_absence_percent")),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_absence_revision")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_absence_placement_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.UniqueConstraint("provider_id", "external_id", name="uq_absence_provider_id_external_id"),
    )
    op.create_index("ix_absence_placement_id_ends_on", "absence", ["placement_id", "ends_on"])
    op.create_table(
        "absence_revision",
        *row_columns(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "external_id"],
            ["absence.provider_id", "absence.external_id"],
            name="fk_absence_revision_provider_id_external_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absence_revision"),
    )
    op.create_index("ix_absence_revision_provider_id_external_id", "absence_revision", ["provider_id", "external_id"])
    op.create_table(
        "absence_review",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('no_change', 'follow_up', 'change', 'end')", name=op.f("ck_absence_review_outcome")
        ),
        sa.CheckConstraint("length(reason) between 1 and 4000", name=op.f("ck_absence_review_reason")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_absence_review_placement_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_absence_review"),
    )
    op.create_index("ix_absence_review_placement_id_id", "absence_review", ["placement_id", "id"])
    op.create_table(
        "absence_watch",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_absence_watch_placement_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("placement_id", name="pk_absence_watch"),
    )
