"""Surveys of the next of kin, as imported aggregates alone (S7)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0057_surveys"
down_revision = "0056_mirror"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "survey",
        *_row_columns(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("length(name) between 1 and 200", name=op.f("ck_survey_name")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_survey_ends_on")),
        sa.CheckConstraint("length(source) between 1 and 500", name=op.f("ck_survey_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("name", "starts_on", name=op.f("uq_survey_name_starts_on")),
    )
    op.create_table(
        "survey_result",
        *_row_columns(),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("service_area", sa.String()),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.CheckConstraint("length(question) between 1 and 300", name=op.f("ck_survey_result_question")),
        sa.CheckConstraint(
            "service_area in ('habilitation', 'mental_health', 'other')", name=op.f("ck_survey_result_service_area")
        ),
        sa.CheckConstraint("answered between 1 and invited", name=op.f("ck_survey_result_answered")),
        sa.CheckConstraint("jsonb_typeof(answers) = 'array'", name=op.f("ck_survey_result_answers")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_result_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_result")),
        sa.UniqueConstraint(
            "survey_id",
            "question",
            "service_area",
            name=op.f("uq_survey_result_survey_id_question_service_area"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for table in ("survey", "survey_result"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy case_officer_manages on {table} to vekstplass_service"
            f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
        )
        op.execute(
            f"create policy finance_and_manager_read on {table} for select to vekstplass_service"
            " using ((select caller_has_role('finance', 'manager')))"
        )
    op.execute("grant select, insert, update (updated_at) on survey to vekstplass_service")
    op.execute(
        "grant select, insert, update (question, service_area, invited, answered, answers, updated_at)"
        " on survey_result to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_table("survey_result")
    op.drop_table("survey")


def _row_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]
