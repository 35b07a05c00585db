"""What erasure may change that otherwise is only added or another's: free texts, by the case office, while it erases.

`app.erasing` is set for the one transaction that erases. It guards against accidents, as the trigger on decisions does.
"""

from alembic import op

revision = "0012_erasure"
down_revision = "0011_settlement"
branch_labels = None
depends_on = None

ERASES = "(select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on'"
# Table -> what is granted beside what was; those with a policy of their own let nobody edit another's text.
TEXTS = {
    "decision": "updated_at",
    "absence_revision": "note, updated_at",
    "absence_review": "reason, updated_at",
    "meeting_version": "correction, content, updated_at",
    "plan": "text",
    "evaluation": "text",
}
ANOTHERS = ("meeting", "meeting_version", "plan", "evaluation")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table, columns in TEXTS.items():
        op.execute(f"grant update ({columns}) on {table} to vekstplass_service")
    for table in ANOTHERS:
        op.execute(
            f"create policy case_office_erases on {table} for update to vekstplass_service"
            f" using ({ERASES}) with check ({ERASES})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ANOTHERS:
        op.execute(f"drop policy case_office_erases on {table}")
    for table, columns in TEXTS.items():
        op.execute(f"revoke update ({columns}) on {table} from vekstplass_service")
