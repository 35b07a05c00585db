"""A check of an invoice is annulled with a reason, and its number may then be checked again."""

import sqlalchemy as sa
from alembic import op

revision = "0029_invoice_annulments"
down_revision = "0028_kept_answers"
branch_labels = None
depends_on = None

_NAME = "uq_invoice_check_provider_id_number"
_COLUMNS = "annulled_at, annulled_reason, updated_at"
_READERS = "(select caller_has_role('case_officer', 'finance'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("invoice_check", sa.Column("annulled_at", sa.DateTime(timezone=True)))
    op.add_column("invoice_check", sa.Column("annulled_reason", sa.String()))
    # A check of columns that are new: no row can break it.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table invoice_check add constraint ck_invoice_check_annulled"
        " check ((annulled_at is null) = (annulled_reason is null))"
    )
    # Provider and number were unique until here. The table has a row an invoice.
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table invoice_check drop constraint {_NAME}")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        f"create unique index {_NAME} on invoice_check (provider_id, number) where annulled_at is null"
    )
    op.execute(
        "create policy case_officer_and_finance_annul on invoice_check for update to vekstplass_service"
        f" using ({_READERS}) with check ({_READERS})"
    )
    op.execute(f"grant update ({_COLUMNS}) on invoice_check to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"revoke update ({_COLUMNS}) on invoice_check from vekstplass_service")
    op.execute("drop policy case_officer_and_finance_annul on invoice_check")
    op.drop_index(_NAME, "invoice_check")
    # Refused where a number was checked again: one of the two has to go first.
    op.create_unique_constraint(_NAME, "invoice_check", ["provider_id", "number"])
    op.drop_column("invoice_check", "annulled_reason")
    op.drop_column("invoice_check", "annulled_at")
