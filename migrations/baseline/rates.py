"""NAV's rates and the guideline's versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.baseline.columns import row_columns


def create_tables() -> None:
    op.create_table(
        "rate",
        *row_columns(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("monthly_amount > 0 and monthly_amount <= 10000000", name=op.f("ck_rate_monthly_amount")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_rate_source")),
        sa.PrimaryKeyConstraint("id", name="pk_rate"),
        sa.UniqueConstraint("valid_from", "known_from", name="uq_rate_valid_from_known_from"),
    )
    op.create_table(
        "guideline_version",
        *row_columns(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("supplement_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("proration", sa.String(), nullable=False),
        sa.Column("watch_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("vta_share_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("notice_months", sa.SmallInteger(), nullable=False),
        sa.Column("absence_window_days", sa.SmallInteger(), nullable=False),
        sa.Column("absence_threshold_percent", sa.SmallInteger(), nullable=False),
        sa.Column("plan_due_days", sa.SmallInteger(), nullable=False),
        sa.Column("conversations_per_year", sa.SmallInteger(), nullable=False),
        sa.Column("cooperation_meetings_per_year", sa.SmallInteger(), nullable=False),
        sa.Column("evaluations_per_year", sa.SmallInteger(), nullable=False),
        sa.Column("consent_months", sa.SmallInteger(), server_default=sa.text("12"), nullable=False),
        sa.Column("places_per_employee", sa.SmallInteger(), server_default=sa.text("5"), nullable=False),
        sa.Column("absence_uncounted_kinds", postgresql.ARRAY(sa.String()), server_default="{holiday}", nullable=False),
        sa.Column("part_year_percent", sa.SmallInteger(), server_default=sa.text("50"), nullable=False),
        sa.Column("part_year_conversations", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "absence_threshold_percent between 1 and 100", name=op.f("ck_guideline_version_absence_threshold_percent")
        ),
        sa.CheckConstraint(
            "absence_uncounted_kinds <@ array['sick', 'holiday', 'leave', 'unexcused', 'other']::varchar[]",
            name=op.f("ck_guideline_version_absence_uncounted_kinds"),
        ),
        sa.CheckConstraint(
            "absence_window_days between 1 and 366", name=op.f("ck_guideline_version_absence_window_days")
        ),
        sa.CheckConstraint("consent_months between 1 and 120", name=op.f("ck_guideline_version_consent_months")),
        sa.CheckConstraint("notice_months between 0 and 24", name=op.f("ck_guideline_version_notice_months")),
        sa.CheckConstraint(
            "part_year_conversations between 0 and 52", name=op.f("ck_guideline_version_part_year_conversations")
        ),
        sa.CheckConstraint("part_year_percent between 1 and 100", name=op.f("ck_guideline_version_part_year_percent")),
        sa.CheckConstraint(
            "conversations_per_year between 0 and 52 and cooperation_meetings_per_year between 0 and 52"
            " and evaluations_per_year between 0 and 52",
            name=op.f("ck_guideline_version_per_year"),
        ),
        sa.CheckConstraint(
            "places_per_employee between 1 and 100", name=op.f("ck_guideline_version_places_per_employee")
        ),
        sa.CheckConstraint("plan_due_days between 0 and 366", name=op.f("ck_guideline_version_plan_due_days")),
        sa.CheckConstraint("proration in ('calendar_days', 'weekdays')", name=op.f("ck_guideline_version_proration")),
        sa.CheckConstraint(
            "supplement_percent between 0 and 200", name=op.f("ck_guideline_version_supplement_percent")
        ),
        sa.CheckConstraint("vta_share_percent between 0 and 100", name=op.f("ck_guideline_version_vta_share_percent")),
        sa.CheckConstraint("watch_percent between 0 and 100", name=op.f("ck_guideline_version_watch_percent")),
        sa.PrimaryKeyConstraint("id", name="pk_guideline_version"),
        sa.UniqueConstraint("valid_from", name="uq_guideline_version_valid_from"),
    )
