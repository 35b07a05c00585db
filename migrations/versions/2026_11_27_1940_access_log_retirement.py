"""What was dropped of the access log because it was past its retention, recorded under the log's key."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0045_access_log_retirement"
down_revision = "0044_trust_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "access_log_retirement",
        sa.Column("retired_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("misdated_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("rows > 0", name=op.f("ck_access_log_retirement_rows")),
        sa.CheckConstraint("length(code) = 32", name=op.f("ck_access_log_retirement_code")),
        sa.PrimaryKeyConstraint("retired_before", name=op.f("pk_access_log_retirement")),
    )
    op.execute("alter table access_log_retirement enable row level security, force row level security")
    op.execute(
        "create policy auditor_reads on access_log_retirement for select to vekstplass_service"
        " using ((select caller_has_role('auditor')))"
    )
    op.execute("create policy owner_retires on access_log_retirement to current_user using (true) with check (true)")
    op.execute(
        "create trigger refuse_change before update or delete or truncate on access_log_retirement"
        " for each statement execute function refuse_access_log_change()"
    )
    op.execute("grant select on access_log_retirement to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("access_log_retirement")
