"""A merge keeps the contacts of both records (D1)."""

from alembic import op

revision = "0022_contacts_of_two"
down_revision = "0021_need_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _replace_check(40)


def downgrade() -> None:
    # Fails where a merge has kept more than ten contacts.
    op.execute("set local lock_timeout = '5s'")
    _replace_check(10)


def _replace_check(most: int) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nalter table participant drop constraint ck_participant_contacts")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table participant add constraint ck_participant_contacts"
        " check (case when jsonb_typeof(contacts) = 'array'"
        f" then jsonb_array_length(contacts) <= {most} else false end)"
    )
