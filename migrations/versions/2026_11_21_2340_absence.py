"""Absences, what they were before, reviews of extensive absence, and who may see them.

A provider keeps its own; a service reads those of placements in its area. What a review says is the municipality's:
`absence_watch` holds the two instants of it that a provider's push has to know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_absence"
down_revision = "0007_feed"
branch_labels = None
depends_on = None

IN_ITS_AREA = (
    "(select caller_has_role('service')) and placement_id in"
    " (select id from placement where service_area = (select caller_service_area()))"
)
ITS_OWN = "(select caller_has_role('provider')) and provider_id = (select caller_provider_id())"
CASE_OFFICE = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
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
        sa.CheckConstraint("kind in ('sick', 'holiday', 'leave', 'unexcused', 'other')", name=op.f("ck_absence_kind")),
        sa.CheckConstraint("percent between 1 and 100", name=op.f("ck_absence_percent")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absence_ends_on")),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_absence_revision")),
        sa.CheckConstraint("length(external_id) between 1 and 100", name=op.f("ck_absence_external_id")),
        sa.CheckConstraint("length(note) between 1 and 500", name=op.f("ck_absence_note")),
        sa.CheckConstraint("cancelled or not revision_cancels", name=op.f("ck_absence_cancelled")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_absence_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("provider_id", "external_id", name=op.f("uq_absence_provider_id_external_id")),
    )
    op.create_index("ix_absence_placement_id_ends_on", "absence", ["placement_id", "ends_on"])
    op.create_table(
        "absence_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
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
            name=op.f("fk_absence_revision_provider_id_external_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_revision")),
    )
    op.create_index("ix_absence_revision_provider_id_external_id", "absence_revision", ["provider_id", "external_id"])
    op.create_table(
        "absence_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
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
            name=op.f("fk_absence_review_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_review")),
    )
    op.create_index("ix_absence_review_placement_id_id", "absence_review", ["placement_id", "id"])
    op.create_table(
        "absence_watch",
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_absence_watch_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_absence_watch")),
    )
    for table, rights in (
        ("absence", "select, insert, update"),
        ("absence_revision", "select, insert"),
        ("absence_review", "select, insert"),
        ("absence_watch", "select, insert, update"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
        op.execute(
            f"create policy case_office on {table} to vekstplass_service"
            f" using ({CASE_OFFICE}) with check ({CASE_OFFICE})"
        )
        op.execute(
            f"create policy service_reads_its_area on {table} for select to vekstplass_service using ({IN_ITS_AREA})"
        )
    for table in ("absence", "absence_revision", "absence_watch"):
        op.execute(
            f"create policy provider_keeps_its_own on {table} to vekstplass_service"
            f" using ({ITS_OWN}) with check ({ITS_OWN})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("absence_watch", "absence_review", "absence_revision", "absence"):
        op.drop_table(table)
