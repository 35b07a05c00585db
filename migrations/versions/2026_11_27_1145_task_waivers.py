"""What is due and will never be done is waived by the case office (M9)."""

import sqlalchemy as sa
from alembic import op

revision = "0006_task_waivers"
down_revision = "0005_part_places"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "task_waiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("waived_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.String()),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_task_waiver_reason")),
        sa.CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name=op.f("ck_task_waiver_withdrawn_by")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_task_waiver_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_waiver")),
    )
    op.create_index("ix_task_waiver_placement_id", "task_waiver", ["placement_id"])
    op.create_index(
        "uq_task_waiver_kind_subject_id_n",
        "task_waiver",
        ["kind", "subject_id", "n"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.execute("alter table task_waiver enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on task_waiver to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy service_reads_area on task_waiver for select to vekstplass_service"
        " using ((select caller_has_role('service')) and (select true from placement"
        " where placement.id = task_waiver.placement_id and placement.service_area = (select caller_service_area())"
        " and not placement.address_protection))"
    )
    op.execute(
        "create policy provider_reads_own on task_waiver for select to vekstplass_service"
        " using (provider_id = (select caller_provider_id()))"
    )
    op.execute(
        "grant select, insert, update (reason, withdrawn_at, withdrawn_by, updated_at)"
        " on task_waiver to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("task_waiver")
