"""Rounds of holiday trips, applications and their assessment (T7, T11, T12), and the scheme's interval (T10)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054_trip_applications"
down_revision = "0053_trip_working_time"
branch_labels = None
depends_on = None

_HANDLERS = "(select caller_has_role('case_officer', 'grants_officer'))"
_MERGING = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"
_APPLICANTS = "(select caller_has_role('grants_officer')) and not address_protection and {}"
_OF_TRUST = "id in (select participant_id from trust_application)"
_OF_TRIPS = "id in (select participant_id from trip_application)"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # With the column, so that no row is read to prove the check.
    op.execute(
        "alter table trip_scheme add column interval_years smallint default 2 not null"
        " constraint ck_trip_scheme_interval_years check (interval_years between 0 and 10)"
    )
    op.execute(
        "alter table trip_scheme add column interval_mode varchar default 'rank_last' not null"
        " constraint ck_trip_scheme_interval_mode check (interval_mode in ('rank_last', 'refuse'))"
    )
    op.create_table(
        "trip_round",
        *_row_columns(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("length", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("notice_text", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_trip_round_year")),
        sa.CheckConstraint("length in ('long', 'short')", name=op.f("ck_trip_round_length")),
        sa.CheckConstraint("deadline >= opens_on", name=op.f("ck_trip_round_deadline")),
        sa.CheckConstraint("length(notice_text) between 1 and 4000", name=op.f("ck_trip_round_notice_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_round")),
        postgresql.ExcludeConstraint(
            ("year", "="),
            ("length", "="),
            (sa.text("daterange(opens_on, deadline, '[]')"), "&&"),
            name=op.f("ex_trip_round_open"),
            using="gist",
        ),
    )
    scores = [
        column
        for name in ("benefit", "resource", "severity", "mastery")
        for column in (
            sa.Column(name, sa.SmallInteger(), nullable=True),
            sa.Column(f"{name}_reason", sa.String(), nullable=True),
        )
    ]
    op.create_table(
        "trip_application",
        *_row_columns(),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("wishes", sa.String(), nullable=False),
        sa.Column("length", sa.String(), nullable=False),
        sa.Column("preferred_from", sa.Date(), nullable=False),
        sa.Column("preferred_to", sa.Date(), nullable=False),
        sa.Column("need_grade", sa.String(), nullable=False),
        sa.Column("documented_on", sa.Date(), nullable=True),
        sa.Column("documented_by", sa.String(), nullable=True),
        sa.Column("last_granted_year", sa.SmallInteger(), nullable=True),
        sa.Column("municipality_number", sa.String(), nullable=False),
        *scores,
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("assessed_by", sa.String(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("length(wishes) between 1 and 4000", name=op.f("ck_trip_application_wishes")),
        sa.CheckConstraint("length in ('long', 'short')", name=op.f("ck_trip_application_length")),
        sa.CheckConstraint("preferred_to > preferred_from", name=op.f("ck_trip_application_preferred_to")),
        sa.CheckConstraint(
            "need_grade in ('limited', 'moderate', 'extensive')", name=op.f("ck_trip_application_need_grade")
        ),
        sa.CheckConstraint(
            "documented_by in ('habilitation', 'mental_health', 'other')",
            name=op.f("ck_trip_application_documented_by"),
        ),
        sa.CheckConstraint(
            "(documented_on is null) = (documented_by is null)", name=op.f("ck_trip_application_documented")
        ),
        sa.CheckConstraint(
            "last_granted_year between 1900 and 2099", name=op.f("ck_trip_application_last_granted_year")
        ),
        sa.CheckConstraint(
            "benefit between 0 and 3 and resource between 0 and 3 and severity between 0 and 3"
            " and mastery between 0 and 3",
            name=op.f("ck_trip_application_scores"),
        ),
        sa.CheckConstraint(
            "(benefit is null) = (benefit_reason is null) and (resource is null) = (resource_reason is null)"
            " and (severity is null) = (severity_reason is null) and (mastery is null) = (mastery_reason is null)",
            name=op.f("ck_trip_application_score_reasons"),
        ),
        sa.CheckConstraint(
            "(assessed_on is null) = (assessed_by is null)", name=op.f("ck_trip_application_assessed_by")
        ),
        sa.CheckConstraint("withdrawn_on >= received_on", name=op.f("ck_trip_application_withdrawn_on")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_trip_application_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_application")),
    )
    op.create_index("ix_trip_application_participant_id_id", "trip_application", ["participant_id", "id"])
    op.create_index("ix_trip_application_preferred_from", "trip_application", ["preferred_from"])
    for table in ("trip_round", "trip_application"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy case_officer_and_grants_officer_manage on {table} to vekstplass_service"
            f" using ({_HANDLERS}) with check ({_HANDLERS})"
        )
    op.execute(
        "create policy planners_read on trip_round for select to vekstplass_service"
        " using ((select caller_has_role('service')))"
    )
    op.execute(
        f"create policy owner_merges on trip_application to current_user using ({_MERGING}) with check ({_MERGING})"
    )
    op.execute("grant select, insert on trip_round to vekstplass_service")
    op.execute(
        "grant select, insert, update (wishes, benefit, benefit_reason, resource, resource_reason, severity,"
        " severity_reason, mastery, mastery_reason, assessed_on, assessed_by, withdrawn_on, updated_at)"
        " on trip_application to vekstplass_service"
    )
    applicants = _APPLICANTS.format(f"({_OF_TRUST} or {_OF_TRIPS})")
    op.execute(f"alter policy grants_officer_reads_applicants on participant using ({applicants})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    applicants = _APPLICANTS.format(_OF_TRUST)
    op.execute(f"alter policy grants_officer_reads_applicants on participant using ({applicants})")
    op.drop_table("trip_application")
    op.drop_table("trip_round")
    op.drop_column("trip_scheme", "interval_mode")
    op.drop_column("trip_scheme", "interval_years")


def _row_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]
