"""A person's erasure is asked for by one case officer with a reason, and approved by another."""

import sqlalchemy as sa
from alembic import op

revision = "0038_erasure_requests"
down_revision = "0037_invoice_numbers"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"
_OF_MERGE = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean()),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_erasure_request_reason")),
        sa.CheckConstraint(
            "num_nulls(approved, decided_by, decided_at) in (0, 3)", name=op.f("ck_erasure_request_decided_at")
        ),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_erasure_request_four_eyes")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_erasure_request_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
    )
    op.create_index(
        "uq_erasure_request_participant_id",
        "erasure_request",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.create_index("ix_erasure_request_participant_id_id", "erasure_request", ["participant_id", "id"])
    op.execute("alter table erasure_request enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on erasure_request to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        f"create policy owner_merges on erasure_request to current_user using ({_OF_MERGE}) with check ({_OF_MERGE})"
    )
    op.execute(
        "grant select, insert, update (approved, decided_by, decided_at, updated_at)"
        " on erasure_request to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("erasure_request")
