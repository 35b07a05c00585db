"""What the list of tasks asks of meetings is answered by indexes alone, at every look at the list."""

from alembic import op

revision = "0069_task_indexes"
down_revision = "0066_access_log_pages"
branch_labels = None
depends_on = None

_OF_PLACEMENT = "ix_meeting_placement_id_kind_held_on"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Meetings are written by hand, a few a day: who writes one waits for less than a second.
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\ndrop index {_OF_PLACEMENT}")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        f"create index {_OF_PLACEMENT} on meeting (placement_id, kind, held_on)"
        " include (counts, provider_id, filed_by, annulled_at)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_meeting_without_consent on meeting (placement_id)"
        " where cardinality(services_without_consent) > 0"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_index("ix_meeting_without_consent", "meeting")
    op.drop_index(_OF_PLACEMENT, "meeting")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        f"create index {_OF_PLACEMENT} on meeting (placement_id, kind, held_on)"
    )
