"""Needs beyond one employee to five places that turn up (L6)."""

import sqlalchemy as sa
from alembic import op

revision = "0021_need_changes"
down_revision = "0020_hearings"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"
_MERGING = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "need_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("noticed_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(what) between 1 and 4000", name=op.f("ck_need_change_what")),
        sa.CheckConstraint(
            "noticed_by in ('case_office', 'provider', 'participant', 'guardian', 'service', 'other')",
            name=op.f("ck_need_change_noticed_by"),
        ),
        sa.CheckConstraint(
            "outcome in ('no_change', 'supplement', 'another_provider', 'end')", name=op.f("ck_need_change_outcome")
        ),
        sa.CheckConstraint("(outcome is null) = (closed_on is null)", name=op.f("ck_need_change_closed_on")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_need_change_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_change")),
    )
    op.create_index("ix_need_change_participant_id_id", "need_change", ["participant_id", "id"])
    op.create_index("ix_need_change_open", "need_change", ["noticed_on"], postgresql_where=sa.text("closed_on is null"))
    op.execute("alter table need_change enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on need_change to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(f"create policy owner_merges on need_change to current_user using ({_MERGING}) with check ({_MERGING})")
    op.execute(
        "grant select, insert, update (what, outcome, closed_on, updated_at) on need_change to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("need_change")
