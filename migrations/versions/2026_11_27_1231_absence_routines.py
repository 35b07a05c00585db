"""Agreed absence routines (P7), staff without a certificate asked for (P4), and premises (P6)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_absence_routines"
down_revision = "0013_grants_over_frame"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "absence_routine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("contact_after_days", sa.SmallInteger(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.CheckConstraint("contact_after_days between 1 and 60", name=op.f("ck_absence_routine_contact_after_days")),
        sa.CheckConstraint("length(contact) between 1 and 500", name=op.f("ck_absence_routine_contact")),
        sa.CheckConstraint("length(reference) between 1 and 500", name=op.f("ck_absence_routine_reference")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_absence_routine_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_routine")),
    )
    op.create_index("ix_absence_routine_provider_id_id", "absence_routine", ["provider_id", "id"])
    op.execute("alter table absence_routine enable row level security, force row level security")
    op.execute(
        "create policy case_officer_reads on absence_routine for select to vekstplass_service"
        f" using ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy case_officer_adds on absence_routine for insert to vekstplass_service"
        f" with check ({_OF_CASE_OFFICER})"
    )
    op.execute(
        "create policy provider_reads_own on absence_routine for select to vekstplass_service"
        " using (provider_id = (select caller_provider_id()))"
    )
    op.execute("grant select, insert on absence_routine to vekstplass_service")
    # Release 1.0.0 is what has the table first: nobody waits for the index.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_absence_unexcused on absence (placement_id, starts_on)"
        " where kind = 'unexcused' and not cancelled"
    )
    op.add_column(
        "competence_statement",
        sa.Column("police_certificates_not_required", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column("competence_statement", sa.Column("premises", postgresql.JSONB()))
    _add_check("police_certificates_not_required", "police_certificates_not_required between 0 and employees")
    _add_check("premises", "jsonb_typeof(premises) = 'object'")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter table competence_statement drop column premises, drop column police_certificates_not_required")
    op.drop_index("ix_absence_unexcused", "absence")
    op.drop_table("absence_routine")


def _add_check(name: str, condition: str) -> None:
    """A check of a column that is new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table competence_statement add constraint ck_competence_statement_{name} check ({condition})"
    )
