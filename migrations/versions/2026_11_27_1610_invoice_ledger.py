"""What was invoiced for nothing that is owed is in its ledger as such, and more causes are told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0032_invoice_ledger"
down_revision = "0031_session_renewals"
branch_labels = None
depends_on = None

_BEFORE = (
    "cause in ('no_such_placement', 'other_days', 'other_price', 'not_invoiced', 'already_invoiced', 'document_charge')"
)
_CAUSES = (
    "cause in ('no_such_placement', 'other_days', 'other_price', 'other_share', 'missing_supplement', 'not_invoiced',"
    " 'already_invoiced', 'credited_too_much', 'document_charge')"
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("invoice_cover", sa.Column("unowed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # Until here what was for no place was kept beside what the places were found to be covered by.
    op.execute("update invoice_cover set unowed = true where placement_id is null")
    _replace_check(_CAUSES)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "update invoice_check_line set cause = case cause when 'missing_supplement' then 'not_invoiced'"
        " when 'credited_too_much' then 'already_invoiced' else 'other_days' end"
        " where cause in ('other_share', 'missing_supplement', 'credited_too_much')"
    )
    _replace_check(_BEFORE)
    op.drop_column("invoice_cover", "unowed")


def _replace_check(condition: str) -> None:
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "alter table invoice_check_line drop constraint ck_invoice_check_line_cause"
    )
    # Every row has one of the causes.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table invoice_check_line add constraint ck_invoice_check_line_cause check ({condition})"
    )
