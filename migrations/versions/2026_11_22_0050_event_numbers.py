"""Events keep their order in another cluster too: after a dump is restored there, numbers go on above the old ones.

A transaction's number is the cluster's own. In a restored database old events may have numbers that the new cluster
has yet to reach: they would be held back for ever, and new ones would stand before what readers have already read. So
an event's number is a base plus the transaction's, and the base is raised when the database finds itself elsewhere.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_event_numbers"
down_revision = "0015_profil"
branch_labels = None
depends_on = None

CONTINUE = """
create function event_continue() returns void language plpgsql
security definer set search_path = pg_catalog, public as $$
declare
    highest bigint := (select transaction_id from event order by transaction_id desc limit 1);
begin
    -- No event of this cluster can have a number that no transaction has yet.
    update event_base set base = highest + 1
    where highest >= base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "event_base",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("base", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_event_base_single")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_event_base")),
    )
    op.execute("insert into event_base default values")
    op.execute("alter table event_base enable row level security")
    op.execute("alter table event_base force row level security")
    op.execute("grant select on event_base to vekstplass_service")
    op.execute("create policy everyone_reads on event_base for select to vekstplass_service using (true)")
    op.execute("create policy goes_on on event_base to current_user using (true) with check (true)")
    op.execute("create policy numbers on event for select to current_user using (true)")
    op.execute(
        """
        create function event_number() returns bigint language sql volatile
        return (select base from event_base) + (pg_current_xact_id()::text)::bigint
        """
    )
    op.execute(
        """
        create function event_settled_below() returns bigint language sql stable
        return (select base from event_base) + (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint
        """
    )
    op.execute(CONTINUE)
    op.execute("revoke execute on function event_continue() from public")
    op.execute("grant execute on function event_continue() to vekstplass_service")
    op.alter_column("event", "transaction_id", server_default=sa.text("event_number()"))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.alter_column("event", "transaction_id", server_default=sa.text("(pg_current_xact_id()::text)::bigint"))
    op.execute("drop function event_continue()")
    op.execute("drop function event_settled_below()")
    op.execute("drop function event_number()")
    op.execute("drop policy numbers on event")
    op.drop_table("event_base")
