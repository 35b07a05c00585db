"""What finance may see of a checked invoice, beside what the case office does (C12)."""

import sqlalchemy as sa
from alembic import op

revision = "0025_invoice_audiences"
down_revision = "0024_area_of_name_words"
branch_labels = None
depends_on = None

_FOR_FINANCE = "(select caller_has_role('finance')) and audience is distinct from 'case_office'"
_UNPROTECTED = (
    "(placement_id is null or (select true from placement"
    " where placement.id = {table}.placement_id and not placement.address_protection))"
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("invoice_check", sa.Column("finance_expected", sa.Numeric(12, 2)))
    op.add_column("invoice_check", sa.Column("finance_result", sa.String()))
    op.add_column("invoice_check", sa.Column("protected_amount", sa.Numeric(12, 2)))
    _add_check("invoice_check", "finance_result", "finance_result in ('equal', 'different')")
    _add_check("invoice_check", "finance", "(finance_result is null) = (finance_expected is null)")
    for table in ("invoice_check_line", "invoice_cover"):
        op.add_column(table, sa.Column("audience", sa.String()))
        _add_check(table, "audience", "audience in ('case_office', 'finance')")
        op.execute(
            f"alter policy finance_reads on {table} using ({_FOR_FINANCE} and {_UNPROTECTED.format(table=table)})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("invoice_check_line", "invoice_cover"):
        op.execute(
            f"alter policy finance_reads on {table}"
            f" using ((select caller_has_role('finance')) and {_UNPROTECTED.format(table=table)})"
        )
        op.drop_column(table, "audience")
    for name in ("protected_amount", "finance_result", "finance_expected"):
        op.drop_column("invoice_check", name)


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
