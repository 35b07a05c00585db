"""Grants over the frame: what the guideline asks for, and the case that pays (C7). Tasks named in a grant (D7)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_grants_over_frame"
down_revision = "0012_least_count"
branch_labels = None
depends_on = None

_REFUSE_EDIT = """
create or replace function refuse_decision_edit() returns trigger language plpgsql as $$
begin
    if new.reason is distinct from old.reason and new.reason is distinct from 'Sletta'
        or new.archive_reference is distinct from old.archive_reference
        and new.archive_reference is distinct from 'Sletta'
        {tasks}or new.medication_agreement is distinct from old.medication_agreement
        and new.medication_agreement is distinct from old.medication_agreement || '{{"reference": "Sletta"}}' then
        raise insufficient_privilege using message = 'a decision is never edited';
    end if;
    return new;
end
$$
"""
_TASKS = """or new.health_and_social_tasks is distinct from old.health_and_social_tasks
        and new.health_and_social_tasks is distinct from '{}'
        """


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Versions from before have what the rule says.
    op.add_column(
        "guideline_version", sa.Column("over_frame", sa.String(), server_default=sa.text("'flag'"), nullable=False)
    )
    _add_check("guideline_version", "over_frame", "over_frame in ('flag', 'confirm')")
    op.add_column("decision", sa.Column("budget_reference", sa.String()))
    op.add_column("decision", sa.Column("health_and_social_tasks", postgresql.ARRAY(sa.String())))
    _add_check("decision", "budget_reference", "length(budget_reference) between 1 and 500")
    _add_check("decision", "health_and_social_tasks", "cardinality(health_and_social_tasks) <= 20")
    _add_check(
        "decision", "grant_fields", "kind = 'grant' or num_nonnulls(budget_reference, health_and_social_tasks) = 0"
    )
    op.execute("grant update (health_and_social_tasks) on decision to vekstplass_service")
    op.execute(_REFUSE_EDIT.format(tasks=_TASKS))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_REFUSE_EDIT.format(tasks=""))
    op.drop_column("decision", "health_and_social_tasks")
    op.drop_column("decision", "budget_reference")
    op.drop_column("guideline_version", "over_frame")


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
