"""An invoice is numbered by up to 200 characters, and credit notes may have a series of their own."""

from alembic import op

revision = "0037_invoice_numbers"
down_revision = "0036_questioned_protection"
branch_labels = None
depends_on = None

_BEFORE = "uq_invoice_check_provider_id_number"
_NAME = "uq_invoice_check_provider_id_kind_number"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _replace_index(_BEFORE, _NAME, "provider_id, kind, number")
    _replace_check(200)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Both are refused where a number is longer, or is an invoice's and a credit note's.
    _replace_check(50)
    _replace_index(_NAME, _BEFORE, "provider_id, number")


def _replace_index(before: str, name: str, columns: str) -> None:
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\ndrop index {before}")
    # The table has a row an invoice.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        f"create unique index {name} on invoice_check ({columns}) where annulled_at is null"
    )


def _replace_check(longest: int) -> None:
    name = "ck_invoice_check_number"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table invoice_check drop constraint {name}")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table invoice_check add constraint {name} check (length(number) between 1 and {longest})"
    )
