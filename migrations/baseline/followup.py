"""Consents, meetings with every version of their minutes, plans, evaluations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "consent",
        *row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("services", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("given_by in ('participant', 'guardian')", name=op.f("ck_consent_given_by")),
        sa.CheckConstraint("cardinality(services) between 1 and 4", name=op.f("ck_consent_services")),
        sa.CheckConstraint("valid_to >= given_on", name=op.f("ck_consent_valid_to")),
        sa.CheckConstraint("withdrawn_on >= given_on", name=op.f("ck_consent_withdrawn_on")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_consent_participant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_participant_id_id", "consent", ["participant_id", "id"])
    op.create_table(
        "meeting",
        *row_columns(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("called_by", sa.String(), nullable=False),
        sa.Column("attendees", postgresql.JSONB(), nullable=False),
        sa.Column("participant_present", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("participant_absence_reason", sa.String(), nullable=True),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(attendees) = 'array'", name=op.f("ck_meeting_attendees")),
        sa.CheckConstraint("filed_by in ('provider', 'case_office')", name=op.f("ck_meeting_filed_by")),
        sa.CheckConstraint(
            "kind in ('conversation', 'cooperation', 'system', 'bilateral')", name=op.f("ck_meeting_kind")
        ),
        sa.CheckConstraint("length(minutes) between 1 and 20000", name=op.f("ck_meeting_minutes")),
        sa.CheckConstraint(
            "kind not in ('conversation', 'cooperation') or participant_present"
            " or participant_absence_reason is not null",
            name=op.f("ck_meeting_participant_absence_reason"),
        ),
        sa.CheckConstraint(
            "placement_id is not null or kind in ('system', 'bilateral')", name=op.f("ck_meeting_placement_id")
        ),
        sa.CheckConstraint(
            'participant_present = (attendees @> \'[{"role": "participant"}]\')', name=op.f("ck_meeting_present")
        ),
        sa.CheckConstraint("(kind = 'system') = (provider_id is null)", name=op.f("ck_meeting_provider_id")),
        sa.CheckConstraint(
            "kind not in ('conversation', 'cooperation') or cardinality(themes) > 0", name=op.f("ck_meeting_themes")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_meeting_version")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_meeting_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_meeting_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
    )
    op.create_index("ix_meeting_placement_id_kind_held_on", "meeting", ["placement_id", "kind", "held_on"])
    op.create_index("ix_meeting_provider_id_id", "meeting", ["provider_id", "id"])
    op.create_index("ix_meeting_system_held_on", "meeting", ["held_on"], postgresql_where=sa.text("kind = 'system'"))
    op.create_table(
        "meeting_version",
        *row_columns(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("correction", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(content) = 'object'", name=op.f("ck_meeting_version_content")),
        sa.CheckConstraint("(version = 1) = (correction is null)", name=op.f("ck_meeting_version_correction")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name="fk_meeting_version_meeting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_version"),
        sa.UniqueConstraint("meeting_id", "version", name="uq_meeting_version_meeting_id_version"),
    )
    op.create_index("ix_meeting_version_meeting_id_id", "meeting_version", ["meeting_id", "id"])
    op.create_table(
        "plan",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("content_areas", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("cardinality(content_areas) > 0", name=op.f("ck_plan_content_areas")),
        sa.CheckConstraint("filed_by in ('provider', 'case_office')", name=op.f("ck_plan_filed_by")),
        sa.CheckConstraint("sent_on >= made_on", name=op.f("ck_plan_sent_on")),
        sa.CheckConstraint("length(text) between 1 and 20000", name=op.f("ck_plan_text")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_plan_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_plan_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    )
    op.create_index("ix_plan_placement_id_id", "plan", ["placement_id", "id"])
    op.create_index("ix_plan_provider_id_id", "plan", ["provider_id", "id"])
    op.create_table(
        "evaluation",
        *row_columns(),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("content_areas", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("cardinality(content_areas) > 0", name=op.f("ck_evaluation_content_areas")),
        sa.CheckConstraint("filed_by in ('provider', 'case_office')", name=op.f("ck_evaluation_filed_by")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_evaluation_period_to")),
        sa.CheckConstraint("length(text) between 1 and 20000", name=op.f("ck_evaluation_text")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name="fk_evaluation_placement_id_provider_id",
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_evaluation_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
    )
    op.create_index("ix_evaluation_placement_id_id", "evaluation", ["placement_id", "id"])
    op.create_index("ix_evaluation_provider_id_id", "evaluation", ["provider_id", "id"])
    op.create_table(
        "guideline_evaluation",
        *row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("length(text) between 1 and 20000", name=op.f("ck_guideline_evaluation_text")),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_guideline_evaluation_year")),
        sa.PrimaryKeyConstraint("id", name="pk_guideline_evaluation"),
    )
    op.create_index("ix_guideline_evaluation_year_id", "guideline_evaluation", ["year", "id"])
