"""The Ramberg trust (R): yearly sums, applications and what came of each."""

import sqlalchemy as sa
from alembic import op

revision = "0042_trust"
down_revision = "0041_consent_proof"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"
_MERGING = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"
_EPJ_READS = """
    (select caller_has_role('epj')) {} and (data ->> 'provider_id' is null
        or (select true from placement
            where placement.id = (event.data ->> 'placement_id')::uuid and not placement.address_protection)
        or data ->> 'placement_id' is null and (select true from participant
            where participant.id = coalesce((select participant_merge.participant_id from participant_merge
                    where participant_merge.duplicate_id = (event.data ->> 'participant_id')::uuid),
                (event.data ->> 'participant_id')::uuid) and not participant.address_protection))
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "trust_year_sum",
        *_row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("person_limit", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_trust_year_sum_year")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_trust_year_sum_amount")),
        sa.CheckConstraint("person_limit > 0", name=op.f("ck_trust_year_sum_person_limit")),
        sa.CheckConstraint("decided_by in ('board', 'municipality')", name=op.f("ck_trust_year_sum_decided_by")),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_trust_year_sum_reason")),
        sa.CheckConstraint("extract(year from deadline_on) = year", name=op.f("ck_trust_year_sum_deadline_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_year_sum")),
    )
    op.create_index("uq_trust_year_sum_year_amount", "trust_year_sum", ["year", "amount"], unique=True)
    op.create_table(
        "trust_application",
        *_row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("municipality_number", sa.String(), nullable=False),
        sa.Column("belonging_reason", sa.String(), nullable=True),
        sa.Column("documentation_seen_on", sa.Date(), nullable=True),
        sa.Column("documentation_seen_by", sa.String(), nullable=True),
        sa.CheckConstraint("purpose in ('respite', 'escort')", name=op.f("ck_trust_application_purpose")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_trust_application_amount")),
        sa.CheckConstraint(
            "length(belonging_reason) between 1 and 500", name=op.f("ck_trust_application_belonging_reason")
        ),
        sa.CheckConstraint(
            "(documentation_seen_on is null) = (documentation_seen_by is null)",
            name=op.f("ck_trust_application_documentation_seen_by"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_trust_application_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_application")),
    )
    op.create_index("ix_trust_application_participant_id_id", "trust_application", ["participant_id", "id"])
    op.create_index("ix_trust_application_received_on", "trust_application", ["received_on"])
    op.create_table(
        "trust_entry",
        *_row_columns(),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("voucher_seen_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind in ('grant', 'reject', 'payment', 'repayment')", name=op.f("ck_trust_entry_kind")),
        sa.CheckConstraint("(kind = 'reject') = (amount is null)", name=op.f("ck_trust_entry_amount")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_trust_entry_positive")),
        sa.CheckConstraint("kind <> 'reject' or reason is not null", name=op.f("ck_trust_entry_reason")),
        sa.CheckConstraint(
            "kind <> 'payment' or voucher_seen_on <= entered_on", name=op.f("ck_trust_entry_voucher_seen_on")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["trust_application.id"], name=op.f("fk_trust_entry_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_entry")),
    )
    op.create_index(
        "uq_trust_entry_application_id",
        "trust_entry",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("kind in ('grant', 'reject')"),
    )
    op.create_index("ix_trust_entry_application_id_id", "trust_entry", ["application_id", "id"])
    for table in ("trust_year_sum", "trust_application", "trust_entry"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy case_officer_and_grants_officer_manage on {table} to vekstplass_service"
            f" using ({_HANDLERS}) with check ({_HANDLERS})"
        )
    op.execute(
        "create policy finance_reads on trust_year_sum for select to vekstplass_service"
        " using ((select caller_has_role('finance')))"
    )
    op.execute(
        f"create policy owner_merges on trust_application to current_user using ({_MERGING}) with check ({_MERGING})"
    )
    op.execute("grant select, insert on trust_year_sum to vekstplass_service")
    op.execute(
        "grant select, insert, update (belonging_reason, documentation_seen_on, documentation_seen_by, updated_at)"
        " on trust_application to vekstplass_service"
    )
    op.execute("grant select, insert, update (reason, updated_at) on trust_entry to vekstplass_service")
    op.execute(
        "create policy grants_officer_reads_applicants on participant for select to vekstplass_service"
        " using ((select caller_has_role('grants_officer')) and not address_protection"
        " and id in (select participant_id from trust_application))"
    )
    not_theirs = "and not starts_with(type, 'trust.') and not starts_with(type, 'trip')"
    op.execute(f"alter policy epj_reads on event using ({_EPJ_READS.format(not_theirs)})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy epj_reads on event using ({_EPJ_READS.format('')})")
    op.execute("drop policy grants_officer_reads_applicants on participant")
    op.drop_table("trust_entry")
    op.drop_table("trust_application")
    op.drop_table("trust_year_sum")


def _row_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]
