"""The way to a place: applications, requests, decisions, placements, and who may see them.

`vekstplass_service` may add a decision and never change one (D6). A policy on participants reads placements, and none
on placements reads participants: policies that read each other in a circle are refused by PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_placements"
down_revision = "0003_rates"
branch_labels = None
depends_on = None

ANSWER = "answer, answered_on, reason, text, updated_at"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("wishes", sa.String(), nullable=False),
        sa.Column("medication_tasks", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("need in ('permanent', 'temporary')", name=op.f("ck_application_need")),
        sa.CheckConstraint("length(wishes) between 1 and 4000", name=op.f("ck_application_wishes")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_application_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_participant_id"), "application", ["participant_id"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(answer is not distinct from 'declined') = (reason is not null)", name=op.f("ck_request_reason")
        ),
        sa.CheckConstraint("answer in ('accepted', 'declined')", name=op.f("ck_request_answer")),
        sa.CheckConstraint(
            "reason in ('no_capacity', 'cannot_accommodate', 'other')", name=op.f("ck_request_reason_code")
        ),
        sa.CheckConstraint("reason is distinct from 'other' or text is not null", name=op.f("ck_request_text")),
        sa.CheckConstraint("(answer is null) = (answered_on is null)", name=op.f("ck_request_answered_on")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_request_application_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_request_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint(
            "id", "application_id", "provider_id", name=op.f("uq_request_id_application_id_provider_id")
        ),
    )
    op.create_index(op.f("ix_request_application_id"), "request", ["application_id"], unique=False)
    op.create_index(op.f("ix_request_provider_id"), "request", ["provider_id"], unique=False)
    op.create_index(
        "uq_request_open", "request", ["application_id"], unique=True, postgresql_where=sa.text("answer is null")
    )
    op.create_table(
        "placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("monthly_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("participant_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_placement_overlap",
        ),
        sa.CheckConstraint("(terms = 'legacy') = (monthly_price is not null)", name=op.f("ck_placement_monthly_price")),
        sa.CheckConstraint("(terms = 'standard') = (decided_on is not null)", name=op.f("ck_placement_decided_on")),
        sa.CheckConstraint("terms in ('standard', 'legacy')", name=op.f("ck_placement_terms")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_placement_ends_on")),
        sa.CheckConstraint(
            "monthly_price > 0 and monthly_price <= 10000000", name=op.f("ck_placement_monthly_price_range")
        ),
        sa.CheckConstraint("share between 1 and 100", name=op.f("ck_placement_share")),
        sa.ForeignKeyConstraint(
            ["participant_id", "service_area"],
            ["participant.id", "participant.service_area"],
            name=op.f("fk_placement_participant_id_service_area"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_placement_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("id", "provider_id", name=op.f("uq_placement_id_provider_id")),
    )
    op.create_index("ix_placement_participant_id_id", "placement", ["participant_id", "id"], unique=False)
    op.create_index("ix_placement_provider_id_id", "placement", ["provider_id", "id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("share", sa.SmallInteger(), nullable=True),
        sa.Column("medication_agreement", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(kind = 'reject') = (placement_id is null)", name=op.f("ck_decision_placement_id")),
        sa.CheckConstraint(
            "kind <> 'grant' or (request_id is not null and starts_on is not null)", name=op.f("ck_decision_grant")
        ),
        sa.CheckConstraint(
            "kind in ('change', 'end') or application_id is not null", name=op.f("ck_decision_application_id")
        ),
        sa.CheckConstraint("kind in ('grant', 'reject', 'change', 'end')", name=op.f("ck_decision_kind")),
        sa.CheckConstraint("length(legal_basis) between 1 and 500", name=op.f("ck_decision_legal_basis")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_decision_application_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["decision.id"], name=op.f("fk_decision_follows_id")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_decision_placement_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_decision_provider_id")),
        sa.ForeignKeyConstraint(
            ["request_id", "application_id", "provider_id"],
            ["request.id", "request.application_id", "request.provider_id"],
            name=op.f("fk_decision_request_id_application_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("follows_id", name=op.f("uq_decision_follows_id")),
    )
    op.create_index("ix_decision_placement_id", "decision", ["placement_id"], unique=False)
    op.create_index(
        "uq_decision_application_id",
        "decision",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("kind in ('grant', 'reject')"),
    )
    for table, rights in (
        ("application", "select, insert, update"),
        ("request", f"select, insert, update ({ANSWER})"),
        ("placement", "select, insert, update"),
        ("decision", "select, insert"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
        op.execute(
            f"create policy case_office on {table} to vekstplass_service"
            " using ((select caller_has_role('case_officer'))) with check ((select caller_has_role('case_officer')))"
        )
    op.execute(
        "create policy epj_reads on decision for select to vekstplass_service using ((select caller_has_role('epj')))"
    )
    op.execute(
        "create policy epj_and_finance_read on placement for select to vekstplass_service"
        " using ((select caller_has_role('epj', 'finance')))"
    )
    op.execute(
        "create policy service_reads_its_area on placement for select to vekstplass_service using"
        " ((select caller_has_role('service')) and service_area = (select caller_service_area()))"
    )
    for table in ("placement", "request"):
        op.execute(
            f"create policy provider_reads_its_own on {table} for select to vekstplass_service using"
            " ((select caller_has_role('provider')) and provider_id = (select caller_provider_id()))"
        )
    op.execute(
        "create policy provider_answers on request for update to vekstplass_service"
        " using ((select caller_has_role('provider')) and provider_id = (select caller_provider_id()))"
        " with check ((select caller_has_role('provider')) and provider_id = (select caller_provider_id()))"
    )
    op.execute(
        "create policy provider_reads_what_it_is_asked on application for select to vekstplass_service using"
        " ((select caller_has_role('provider')) and id in"
        " (select application_id from request where provider_id = (select caller_provider_id())))"
    )
    op.execute(
        "create policy provider_reads_its_participants on participant for select to vekstplass_service using"
        " ((select caller_has_role('provider')) and id in"
        " (select participant_id from placement where provider_id = (select caller_provider_id())))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy provider_reads_its_participants on participant")
    op.execute("drop policy provider_reads_what_it_is_asked on application")
    for table in ("decision", "placement", "request", "application"):
        op.drop_table(table)
