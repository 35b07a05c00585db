"""Annulled applications and notices (D10), and the service's view of an application (D4)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019_annulments"
down_revision = "0018_services_read"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("application", sa.Column("service_view", JSONB()))
    _add_check("application", "service_view", "jsonb_typeof(service_view) = 'object'")
    for table in ("application", "notice"):
        op.add_column(table, sa.Column("annulled_at", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("annulled_reason", sa.String()))
        _add_check(table, "annulled", "(annulled_at is null) = (annulled_reason is null)")
    op.add_column("request", sa.Column("annulled_at", sa.DateTime(timezone=True)))
    for table in ("application", "request", "notice"):
        op.execute(
            f"create policy annulled_for_case_officers on {table} as restrictive for select to vekstplass_service"
            f" using (annulled_at is null or {_OF_CASE_OFFICER})"
        )
    op.execute(
        "create policy case_officer_annuls on notice for update to vekstplass_service"
        f" using ({_OF_CASE_OFFICER} and annulled_at is null)"
        f" with check ({_OF_CASE_OFFICER} and annulled_at is not null)"
    )
    op.execute("grant update (annulled_at, annulled_reason) on notice to vekstplass_service")
    op.execute("grant update (annulled_at) on request to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy case_officer_annuls on notice")
    for table in ("application", "request", "notice"):
        op.execute(f"drop policy annulled_for_case_officers on {table}")
    op.drop_column("request", "annulled_at")
    for table in ("application", "notice"):
        op.execute(f"alter table {table} drop column annulled_reason, drop column annulled_at")
    op.drop_column("application", "service_view")


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
