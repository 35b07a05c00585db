"""From application to placement: requests, decisions, terms over time, notices, supplements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "application",
        *row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("wishes", sa.String(), nullable=False),
        sa.Column("medication_tasks", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("need in ('permanent', 'temporary')", name=op.f("ck_application_need")),
        sa.CheckConstraint("length(wishes) between 1 and 4000", name=op.f("ck_application_wishes")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_application_participant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
    )
    op.create_index("ix_application_participant_id", "application", ["participant_id"])
    op.create_table(
        "request",
        *row_columns(),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.CheckConstraint("answer in ('accepted', 'declined')", name=op.f("ck_request_answer")),
        sa.CheckConstraint("(answer is null) = (answered_on is null)", name=op.f("ck_request_answered_on")),
        sa.CheckConstraint(
            "(answer is not distinct from 'declined') = (reason is not null)", name=op.f("ck_request_reason")
        ),
        sa.CheckConstraint(
            "reason in ('no_capacity', 'cannot_accommodate', 'other')", name=op.f("ck_request_reason_code")
        ),
        sa.CheckConstraint("reason is distinct from 'other' or text is not null", name=op.f("ck_request_text")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_request_application_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_request_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sa.UniqueConstraint("id", "application_id", "provider_id", name="uq_request_id_application_id_provider_id"),
    )
    op.create_index("ix_request_application_id", "request", ["application_id"])
    op.create_index("ix_request_provider_id", "request", ["provider_id"])
    op.create_index(
        "uq_request_open", "request", ["application_id"], unique=True, postgresql_where=sa.text("answer is null")
    )
    op.create_table(
        "placement",
        *row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("monthly_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("address_protection", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("need", sa.String(), server_default="permanent", nullable=False),
        sa.Column("medication_tasks", sa.Boolean(), server_default="false", nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("participant_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_placement_overlap",
        ),
        sa.CheckConstraint("terms = 'legacy' or decided_on is not null", name=op.f("ck_placement_decided_on")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_placement_ends_on")),
        sa.CheckConstraint("(terms = 'legacy') = (monthly_price is not null)", name=op.f("ck_placement_monthly_price")),
        sa.CheckConstraint(
            "monthly_price > 0 and monthly_price <= 10000000", name=op.f("ck_placement_monthly_price_range")
        ),
        sa.CheckConstraint(
            "need in ('permanent', 'temporary') and (need = 'permanent' or ends_on is not null)",
            name=op.f("ck_placement_need"),
        ),
        sa.CheckConstraint("share between 1 and 100", name=op.f("ck_placement_share")),
        sa.CheckConstraint("terms in ('standard', 'legacy')", name=op.f("ck_placement_terms")),
        sa.ForeignKeyConstraint(
            ["participant_id", "service_area", "address_protection"],
            ["participant.id", "participant.service_area", "participant.address_protection"],
            name="fk_placement_participant_id",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_placement_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_placement"),
        sa.UniqueConstraint("id", "provider_id", name="uq_placement_id_provider_id"),
        sa.UniqueConstraint(
            "id", "provider_id", "address_protection", name="uq_placement_id_provider_id_address_protection"
        ),
    )
    op.create_index("ix_placement_participant_id_id", "placement", ["participant_id", "id"])
    op.create_index("ix_placement_protected", "placement", ["id"], postgresql_where=sa.text("address_protection"))
    op.create_index("ix_placement_provider_id_id", "placement", ["provider_id", "id"])
    op.create_table(
        "placement_terms",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("address_protection", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("monthly_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("medication_tasks", sa.Boolean(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=True),
        sa.Column("known_until", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("placement_id"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            (sa.text("daterange(known_from, known_until)"), "&&"),
            using="gist",
            name="ex_placement_terms_overlap",
        ),
        sa.CheckConstraint("known_until >= known_from", name=op.f("ck_placement_terms_known_until")),
        sa.CheckConstraint(
            "monthly_price > 0 and monthly_price <= 10000000", name=op.f("ck_placement_terms_monthly_price")
        ),
        sa.CheckConstraint("share between 1 and 100", name=op.f("ck_placement_terms_share")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_placement_terms_valid_to")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id", "address_protection"],
            ["placement.id", "placement.provider_id", "placement.address_protection"],
            name="fk_placement_terms_placement_id",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_placement_terms"),
    )
    op.create_table(
        "notice",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("agreed_end_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", postgresql.JSONB(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("replaced_ends_on", sa.Date(), nullable=True),
        sa.Column("act_number", sa.BigInteger(), server_default=sa.text("nextval('act_number')"), nullable=False),
        sa.CheckConstraint('agreed_by <@ \'["municipality", "provider"]\'', name=op.f("ck_notice_agreed_by")),
        sa.CheckConstraint(
            'agreed_end_on is null or agreed_by @> \'["municipality", "provider"]\'',
            name=op.f("ck_notice_agreed_end_on"),
        ),
        sa.CheckConstraint(
            "given_by in ('participant', 'guardian', 'municipality', 'provider')", name=op.f("ck_notice_given_by")
        ),
        sa.CheckConstraint(
            "reason in ('changed_needs', 'cannot_accommodate', 'extensive_absence', 'other')",
            name=op.f("ck_notice_reason"),
        ),
        sa.CheckConstraint("reason <> 'other' or text is not null", name=op.f("ck_notice_text")),
        sa.CheckConstraint("length(text) between 1 and 4000", name=op.f("ck_notice_text_length")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_notice_placement_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("id", "placement_id", name="uq_notice_id_placement_id"),
    )
    op.create_index("ix_notice_placement_id_id", "notice", ["placement_id", "id"])
    op.create_table(
        "decision",
        *row_columns(),
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
        sa.Column("medication_agreement", postgresql.JSONB(), nullable=True),
        sa.Column("address_protection", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("monthly_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("medication_tasks", sa.Boolean(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("act_number", sa.BigInteger(), server_default=sa.text("nextval('act_number')"), nullable=False),
        sa.CheckConstraint(
            "kind in ('change', 'end') or application_id is not null", name=op.f("ck_decision_application_id")
        ),
        sa.CheckConstraint(
            "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks, ends_on, notice_id) > 0",
            name=op.f("ck_decision_change"),
        ),
        sa.CheckConstraint("kind <> 'end' or ends_on is not null", name=op.f("ck_decision_end")),
        sa.CheckConstraint(
            "kind <> 'grant' or (request_id is not null and starts_on is not null)", name=op.f("ck_decision_grant")
        ),
        sa.CheckConstraint("kind in ('grant', 'reject', 'change', 'end')", name=op.f("ck_decision_kind")),
        sa.CheckConstraint("length(legal_basis) between 1 and 500", name=op.f("ck_decision_legal_basis")),
        sa.CheckConstraint("monthly_price > 0 and monthly_price <= 10000000", name=op.f("ck_decision_monthly_price")),
        sa.CheckConstraint("(kind = 'reject') = (placement_id is null)", name=op.f("ck_decision_placement_id")),
        sa.CheckConstraint(
            "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks) = 0 or valid_from is not null",
            name=op.f("ck_decision_valid_from"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_decision_application_id"),
        sa.ForeignKeyConstraint(["follows_id"], ["decision.id"], name="fk_decision_follows_id"),
        sa.ForeignKeyConstraint(
            ["notice_id", "placement_id"],
            ["notice.id", "notice.placement_id"],
            name="fk_decision_notice_id_placement_id",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id", "address_protection"],
            ["participant.id", "participant.address_protection"],
            name="fk_decision_participant_id",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_decision_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_decision_provider_id"),
        sa.ForeignKeyConstraint(
            ["request_id", "application_id", "provider_id"],
            ["request.id", "request.application_id", "request.provider_id"],
            name="fk_decision_request_id_application_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("follows_id", name="uq_decision_follows_id"),
    )
    op.create_index("ix_decision_participant_id_id", "decision", ["participant_id", "id"])
    op.create_index("ix_decision_placement_id", "decision", ["placement_id"])
    op.create_index(
        "uq_decision_application_id",
        "decision",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("kind in ('grant', 'reject')"),
    )
    op.create_index("uq_decision_notice_id_kind", "decision", ["notice_id", "kind"], unique=True)
    op.create_table(
        "placement_supplement",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("full_time_equivalents", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_by", postgresql.JSONB(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            'agreed_by @> \'["service", "case_office", "provider"]\'', name=op.f("ck_placement_supplement_agreed_by")
        ),
        sa.CheckConstraint("full_time_equivalents >= 0", name=op.f("ck_placement_supplement_full_time_equivalents")),
        sa.CheckConstraint(
            "monthly_amount > 0 and monthly_amount <= 10000000", name=op.f("ck_placement_supplement_monthly_amount")
        ),
        sa.CheckConstraint("length(reason) between 1 and 4000", name=op.f("ck_placement_supplement_reason")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_placement_supplement_valid_to")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_placement_supplement_placement_id_provider_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_placement_supplement"),
    )
    op.create_index("ix_placement_supplement_placement_id_id", "placement_supplement", ["placement_id", "id"])
    op.create_table(
        "supplement_end",
        *row_columns(),
        sa.Column("supplement_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("replaced_valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_by", postgresql.JSONB(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            'agreed_by @> \'["service", "case_office", "provider"]\'', name=op.f("ck_supplement_end_agreed_by")
        ),
        sa.CheckConstraint("length(reason) between 1 and 4000", name=op.f("ck_supplement_end_reason")),
        sa.CheckConstraint("valid_to < replaced_valid_to", name=op.f("ck_supplement_end_replaced_valid_to")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_supplement_end_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["supplement_id"], ["placement_supplement.id"], name="fk_supplement_end_supplement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_supplement_end"),
    )
    op.create_index("ix_supplement_end_supplement_id", "supplement_end", ["supplement_id"])
