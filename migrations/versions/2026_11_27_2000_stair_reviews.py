"""What the stairs say is reviewed yearly (K2)."""

import sqlalchemy as sa
from alembic import op

revision = "0047_stair_reviews"
down_revision = "0046_trust_limits"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "stair_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String()),
        sa.CheckConstraint("length(note) between 1 and 500", name=op.f("ck_stair_review_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stair_review")),
    )
    op.create_index("ix_stair_review_reviewed_on", "stair_review", ["reviewed_on"])
    op.execute("alter table stair_review enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on stair_review to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy municipality_reads on stair_review for select to vekstplass_service"
        " using ((select caller_has_role('service', 'finance')))"
    )
    op.execute("grant select, insert on stair_review to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("stair_review")
