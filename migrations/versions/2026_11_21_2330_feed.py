"""Tell whoever listens that there are new events; and how long events are held back, for the service's figures."""

from alembic import op

revision = "0007_feed"
down_revision = "0006_access_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Sent when the act commits, once however many events it brings; the payload is empty, so it can tell nobody more
    # than that something happened.
    op.execute(
        """
        create function event_notify() returns trigger language plpgsql as $$
        begin
            perform pg_notify('vekstplass_event', '');
            return null;
        end
        $$
        """
    )
    op.execute("create trigger notify after insert on event for each statement execute function event_notify()")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop trigger notify on event")
    op.execute("drop function event_notify()")
