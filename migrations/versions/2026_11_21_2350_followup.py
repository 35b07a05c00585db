"""Meetings with every version of their minutes, plans, evaluations, consents, the guideline's own evaluation (M1–M8).

Everyone who may see a placement sees what was filed about it; each party writes as itself alone, so that nobody edits
another's minutes. The policies here read placements and participants, and none of those reads these: no circles.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_followup"
down_revision = "0008_absence"
branch_labels = None
depends_on = None

OWN = "(select caller_has_role('provider')) and provider_id = (select caller_provider_id())"
OFFICE = "(select caller_has_role('case_officer'))"
AREA = (
    "(select caller_has_role('service')) and placement_id in"
    " (select id from placement where service_area = (select caller_service_area()))"
)
MINUTES = (
    "held_on, called_by, attendees, participant_present, counts, themes, participant_absence_reason, minutes, version,"
    " updated_at"
)


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _about_a_placement(table: str) -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("filed_by in ('provider', 'case_office')", name=op.f(f"ck_{table}_filed_by")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f(f"fk_{table}_placement_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f(f"fk_{table}_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table guideline_version add column consent_months smallint not null default 12"
        " constraint ck_guideline_version_consent_months check (consent_months between 1 and 120)"
    )
    op.create_table(
        "consent",
        *_times(),
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
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_consent_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_participant_id_id", "consent", ["participant_id", "id"])
    op.create_table(
        "meeting",
        *_times(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("called_by", sa.String(), nullable=False),
        sa.Column("attendees", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("participant_present", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("participant_absence_reason", sa.String(), nullable=True),
        sa.Column("minutes", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind in ('conversation', 'cooperation', 'system', 'bilateral')", name=op.f("ck_meeting_kind")
        ),
        sa.CheckConstraint(
            "placement_id is not null or kind in ('system', 'bilateral')", name=op.f("ck_meeting_placement_id")
        ),
        sa.CheckConstraint("(kind = 'system') = (provider_id is null)", name=op.f("ck_meeting_provider_id")),
        sa.CheckConstraint("jsonb_typeof(attendees) = 'array'", name=op.f("ck_meeting_attendees")),
        sa.CheckConstraint(
            'participant_present = (attendees @> \'[{"role": "participant"}]\')', name=op.f("ck_meeting_present")
        ),
        sa.CheckConstraint(
            "kind not in ('conversation', 'cooperation') or participant_present"
            " or participant_absence_reason is not null",
            name=op.f("ck_meeting_participant_absence_reason"),
        ),
        sa.CheckConstraint(
            "kind not in ('conversation', 'cooperation') or cardinality(themes) > 0", name=op.f("ck_meeting_themes")
        ),
        sa.CheckConstraint("length(minutes) between 1 and 20000", name=op.f("ck_meeting_minutes")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_meeting_version")),
        *_about_a_placement("meeting"),
    )
    op.create_index("ix_meeting_placement_id_kind_held_on", "meeting", ["placement_id", "kind", "held_on"])
    op.create_index("ix_meeting_provider_id_id", "meeting", ["provider_id", "id"])
    op.create_index("ix_meeting_system_held_on", "meeting", ["held_on"], postgresql_where=sa.text("kind = 'system'"))
    op.create_table(
        "meeting_version",
        *_times(),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("correction", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(version = 1) = (correction is null)", name=op.f("ck_meeting_version_correction")),
        sa.CheckConstraint("jsonb_typeof(content) = 'object'", name=op.f("ck_meeting_version_content")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_version_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_version")),
        sa.UniqueConstraint("meeting_id", "version", name=op.f("uq_meeting_version_meeting_id_version")),
    )
    op.create_index("ix_meeting_version_meeting_id_id", "meeting_version", ["meeting_id", "id"])
    for table, days in (
        ("plan", [sa.Column("made_on", sa.Date(), nullable=False)]),
        (
            "evaluation",
            [sa.Column("period_from", sa.Date(), nullable=False), sa.Column("period_to", sa.Date(), nullable=False)],
        ),
    ):
        order = "sent_on >= made_on" if table == "plan" else "period_to >= period_from"
        op.create_table(
            table,
            *_times(),
            sa.Column("placement_id", sa.Uuid(), nullable=False),
            sa.Column("provider_id", sa.Uuid(), nullable=False),
            sa.Column("filed_by", sa.String(), nullable=False),
            *days,
            sa.Column("sent_on", sa.Date(), nullable=True),
            sa.Column("content_areas", postgresql.ARRAY(sa.String()), nullable=False),
            sa.Column("text", sa.String(), nullable=False),
            sa.CheckConstraint(order, name=op.f(f"ck_{table}_{order.split()[0]}")),
            sa.CheckConstraint("cardinality(content_areas) > 0", name=op.f(f"ck_{table}_content_areas")),
            sa.CheckConstraint("length(text) between 1 and 20000", name=op.f(f"ck_{table}_text")),
            *_about_a_placement(table),
        )
        op.create_index(f"ix_{table}_placement_id_id", table, ["placement_id", "id"])
        op.create_index(f"ix_{table}_provider_id_id", table, ["provider_id", "id"])
    op.create_table(
        "guideline_evaluation",
        *_times(),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("year between 1900 and 2099", name=op.f("ck_guideline_evaluation_year")),
        sa.CheckConstraint("length(text) between 1 and 20000", name=op.f("ck_guideline_evaluation_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline_evaluation")),
    )
    op.create_index("ix_guideline_evaluation_year_id", "guideline_evaluation", ["year", "id"])
    for table, rights in (
        ("consent", "select, insert, update (withdrawn_on, updated_at)"),
        ("meeting", f"select, insert, update ({MINUTES})"),
        ("meeting_version", "select, insert"),
        ("plan", "select, insert, update (sent_on, updated_at)"),
        ("evaluation", "select, insert, update (sent_on, updated_at)"),
        ("guideline_evaluation", "select, insert"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")

    # Each party sees what is its to see, and writes only what is filed by itself.
    for table in ("meeting", "plan", "evaluation"):
        op.execute(f"create policy case_office_reads on {table} for select to vekstplass_service using ({OFFICE})")
        op.execute(f"create policy provider_reads_its_own on {table} for select to vekstplass_service using ({OWN})")
        op.execute(f"create policy service_reads_its_area on {table} for select to vekstplass_service using ({AREA})")
        for party, whose in (("case_office", OFFICE), ("provider", OWN)):
            rows = f"{whose} and filed_by = '{party}'"
            if table == "meeting" and party == "provider":
                rows += " and kind <> 'system'"
            op.execute(f"create policy {party}_files on {table} for insert to vekstplass_service with check ({rows})")
            op.execute(
                f"create policy {party}_changes_its_own on {table} for update to vekstplass_service"
                f" using ({rows}) with check ({rows})"
            )
    op.execute(
        "create policy joint_meetings_are_everyones on meeting for select to vekstplass_service"
        " using (kind = 'system' and (select caller_has_role('provider', 'service')))"
    )
    op.execute(
        "create policy whoever_sees_the_meeting on meeting_version for select to vekstplass_service"
        " using (meeting_id in (select id from meeting))"
    )
    for party, role in (("case_office", "case_officer"), ("provider", "provider")):
        op.execute(
            f"create policy {party}_files on meeting_version for insert to vekstplass_service with check"
            f" ((select caller_has_role('{role}')) and exists (select from meeting where meeting.id = meeting_id"
            f" and meeting.filed_by = '{party}'))"
        )
    op.execute(
        "create policy case_office on guideline_evaluation to vekstplass_service"
        f" using ({OFFICE}) with check ({OFFICE})"
    )
    op.execute(f"create policy case_office on consent to vekstplass_service using ({OFFICE}) with check ({OFFICE})")
    op.execute(
        "create policy service_reads_its_area on consent for select to vekstplass_service using"
        " ((select caller_has_role('service')) and participant_id in"
        " (select id from participant where service_area = (select caller_service_area())))"
    )
    theirs = (
        "(select caller_has_role('provider')) and participant_id in"
        " (select participant_id from placement where provider_id = (select caller_provider_id()))"
    )
    op.execute(
        f"create policy provider_of_its_participants on consent to vekstplass_service using ({theirs})"
        f" with check ({theirs})"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("guideline_evaluation", "evaluation", "plan", "meeting_version", "meeting", "consent"):
        op.drop_table(table)
    op.drop_column("guideline_version", "consent_months")
