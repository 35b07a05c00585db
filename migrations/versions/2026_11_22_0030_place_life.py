"""The life of a place: terms over time, notices, supplements, what a decision changes; and what a provider states.

A provider gives notice itself (L3), and what follows at once (the last day, the terms cut by it) is written in the same
act: so it may write both for places of its own. `vekstplass_service` closes terms and never edits them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_place_life"
down_revision = "0012_erasure"
branch_labels = None
depends_on = None

OFFICE = "(select caller_has_role('case_officer'))"
# What is only added otherwise: free texts, while a person is erased.
ERASES = f"{OFFICE} and (select current_setting('app.erasing', true)) = 'on'"
OWN = "(select caller_has_role('provider')) and provider_id = (select caller_provider_id())"
# As finance and not as the case office, which sees the places themselves. The numbers are the same in both.
_NUMBERED = """
from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
    from placement where address_protection) as placement
"""
_FINANCE_ALONE = "(select caller_has_role('finance') and not caller_has_role('case_officer'))"
PROTECTED = (
    f"""
create function protected_stays() returns table (number uuid, valid_from date, valid_to date, share smallint,
    monthly_price numeric, known_from date, known_until date)
language sql stable security definer set search_path = pg_catalog, public as $$
    select number, valid_from, valid_to, share, monthly_price, known_from, known_until {_NUMBERED}
    join placement_terms on placement_id = placement.id where {_FINANCE_ALONE}
$$
""",
    f"""
create function protected_supplements() returns table (number uuid, valid_from date, valid_to date,
    monthly_amount numeric, agreed_on date)
language sql stable security definer set search_path = pg_catalog, public as $$
    select number, valid_from, valid_to, monthly_amount, agreed_on {_NUMBERED}
    join placement_supplement on placement_id = placement.id where {_FINANCE_ALONE}
$$
""",
)
PROTECTED_BEFORE = """
create function protected_stays() returns table (starts_on date, ends_on date, share smallint, monthly_price numeric,
    decided_on date)
language sql stable security definer set search_path = pg_catalog, public as $$
    select starts_on, ends_on, share, monthly_price, decided_on from placement
    where address_protection and (select caller_has_role('finance') and not caller_has_role('case_officer'))
$$
"""
CHECKS = (
    ("placement", "need", "need in ('permanent', 'temporary') and (need = 'permanent' or ends_on is not null)"),
    ("decision", "end", "kind <> 'end' or ends_on is not null"),
    (
        "decision",
        "change",
        "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks, ends_on, notice_id) > 0",
    ),
    (
        "decision",
        "valid_from",
        "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks) = 0 or valid_from is not null",
    ),
    ("decision", "monthly_price", "monthly_price > 0 and monthly_price <= 10000000"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Every place so far: `permanent` exactly where it has no last day, since none has been given notice.
    op.add_column("placement", sa.Column("need", sa.String(), server_default="permanent", nullable=False))
    op.add_column("placement", sa.Column("medication_tasks", sa.Boolean(), server_default="false", nullable=False))
    for column in (
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("monthly_price", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("medication_tasks", sa.Boolean(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("decision", column)
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint,constraint-missing-not-valid\n"
        "alter table placement add constraint uq_placement_id_provider_id_address_protection"
        " unique (id, provider_id, address_protection)"
    )
    op.create_table(
        "placement_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
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
        sa.CheckConstraint("share between 1 and 100", name=op.f("ck_placement_terms_share")),
        sa.CheckConstraint(
            "monthly_price > 0 and monthly_price <= 10000000", name=op.f("ck_placement_terms_monthly_price")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_placement_terms_valid_to")),
        sa.CheckConstraint("known_until >= known_from", name=op.f("ck_placement_terms_known_until")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id", "address_protection"],
            ["placement.id", "placement.provider_id", "placement.address_protection"],
            name="fk_placement_terms_placement_id",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_terms")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("agreed_end_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("replaced_ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "given_by in ('participant', 'guardian', 'municipality', 'provider')", name=op.f("ck_notice_given_by")
        ),
        sa.CheckConstraint(
            "reason in ('changed_needs', 'cannot_accommodate', 'extensive_absence', 'other')",
            name=op.f("ck_notice_reason"),
        ),
        sa.CheckConstraint("reason <> 'other' or text is not null", name=op.f("ck_notice_text")),
        sa.CheckConstraint("length(text) between 1 and 4000", name=op.f("ck_notice_text_length")),
        sa.CheckConstraint("""agreed_by <@ '["municipality", "provider"]'""", name=op.f("ck_notice_agreed_by")),
        sa.CheckConstraint(
            """agreed_end_on is null or agreed_by @> '["municipality", "provider"]'""",
            name=op.f("ck_notice_agreed_end_on"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_notice_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("id", "placement_id", name=op.f("uq_notice_id_placement_id")),
    )
    op.create_index("ix_notice_placement_id_id", "notice", ["placement_id", "id"])
    op.create_table(
        "placement_supplement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("monthly_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("full_time_equivalents", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "monthly_amount > 0 and monthly_amount <= 10000000", name=op.f("ck_placement_supplement_monthly_amount")
        ),
        sa.CheckConstraint("full_time_equivalents >= 0", name=op.f("ck_placement_supplement_full_time_equivalents")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_placement_supplement_valid_to")),
        sa.CheckConstraint("length(reason) between 1 and 4000", name=op.f("ck_placement_supplement_reason")),
        sa.CheckConstraint(
            """agreed_by @> '["service", "case_office", "provider"]'""",
            name=op.f("ck_placement_supplement_agreed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_placement_supplement_placement_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_supplement")),
    )
    op.create_index("ix_placement_supplement_placement_id_id", "placement_supplement", ["placement_id", "id"])
    op.create_table(
        "competence_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=False),
        sa.Column("police_certificates", sa.Integer(), nullable=False),
        sa.Column("full_time_equivalents", sa.Numeric(precision=6, scale=2), nullable=False),
        sa.Column("areas", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "police_certificates between 0 and employees", name=op.f("ck_competence_statement_police_certificates")
        ),
        sa.CheckConstraint("full_time_equivalents >= 0", name=op.f("ck_competence_statement_full_time_equivalents")),
        sa.CheckConstraint("jsonb_typeof(areas) = 'array'", name=op.f("ck_competence_statement_areas")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_competence_statement_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence_statement")),
    )
    op.create_index("ix_competence_statement_provider_id_id", "competence_statement", ["provider_id", "id"])
    # Forced, the wall hides every row from the owner too.
    op.execute("alter table placement no force row level security")
    op.execute("update placement set need = 'temporary' where ends_on is not null")
    op.execute(
        "insert into placement_terms (id, placement_id, provider_id, address_protection, valid_from, valid_to, share,"
        " monthly_price, medication_tasks, known_from) select gen_random_uuid(), id, provider_id, address_protection,"
        " starts_on, ends_on, share, monthly_price, medication_tasks, decided_on from placement"
    )
    op.execute("alter table placement force row level security")
    # Checked of the rows that are there by the next migration.
    for table, name, condition in CHECKS:
        op.execute(f"alter table {table} add constraint ck_{table}_{name} check ({condition}) not valid")
    op.execute(
        "alter table decision add constraint fk_decision_notice_id_placement_id"
        " foreign key (notice_id, placement_id) references notice (id, placement_id) not valid"
    )
    # No row has a notice yet, so building the index takes no time worth another transaction.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create unique index uq_decision_notice_id_kind on decision (notice_id, kind)"
    )
    for table, rights in (
        ("placement_terms", "select, insert, update (known_until, updated_at)"),
        ("notice", "select, insert, update (text, updated_at)"),
        ("placement_supplement", "select, insert, update (reason, updated_at)"),
        ("competence_statement", "select, insert"),
    ):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant {rights} on {table} to vekstplass_service")
        op.execute(f"create policy case_office_reads on {table} for select to vekstplass_service using ({OFFICE})")
        op.execute(f"create policy case_office_adds on {table} for insert to vekstplass_service with check ({OFFICE})")
    for table, condition in (
        ("placement_terms", OFFICE),
        ("notice", ERASES),
        ("placement_supplement", ERASES),
    ):
        op.execute(
            f"create policy case_office_closes_or_erases on {table} for update to vekstplass_service"
            f" using ({condition}) with check ({condition})"
        )
    op.execute(
        "create policy municipality_reads on placement_terms for select to vekstplass_service"
        " using ((select caller_has_role('epj', 'finance')) and not address_protection)"
    )
    for table, roles in (
        ("placement_terms", "'service'"),
        ("notice", "'service', 'epj', 'finance'"),
        ("placement_supplement", "'finance'"),
        ("decision", "'service', 'finance'"),
    ):
        op.execute(
            f"create policy whoever_sees_the_place on {table} for select to vekstplass_service"
            f" using ((select caller_has_role({roles})) and placement_id in (select id from placement))"
        )
    for table in ("placement_terms", "notice", "placement_supplement", "competence_statement", "decision"):
        op.execute(f"create policy provider_reads_its_own on {table} for select to vekstplass_service using ({OWN})")
    for table in ("placement_terms", "notice"):
        op.execute(
            f"create policy provider_gives_notice on {table} for insert to vekstplass_service with check ({OWN})"
        )
    op.execute(
        f"create policy provider_states on competence_statement for insert to vekstplass_service with check ({OWN})"
    )
    for table in ("placement_terms", "placement"):
        op.execute(
            f"create policy provider_ends_by_notice on {table} for update to vekstplass_service"
            f" using ({OWN}) with check ({OWN})"
        )
    op.execute(
        "create policy provider_reads_what_became_of_it on decision for select to vekstplass_service using"
        " ((select caller_has_role('provider')) and application_id in"
        " (select application_id from request where provider_id = (select caller_provider_id())))"
    )
    _count_protected()


def _count_protected() -> None:
    """Finance counts what places behind a protected address cost, by a number instead of an id."""
    for table in ("placement_terms", "placement_supplement"):
        op.execute(f"create policy protected_stays on {table} for select to current_user using (true)")
    # It gives other columns from now on, to a service that is released with this.
    op.execute("-- squawk-ignore ban-drop-function\ndrop function protected_stays()")
    for function in PROTECTED:
        op.execute(function)
    for name in ("protected_stays", "protected_supplements"):
        op.execute(f"revoke execute on function {name}() from public")
        op.execute(f"grant execute on function {name}() to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for policy, table in (
        ("provider_reads_what_became_of_it", "decision"),
        ("provider_reads_its_own", "decision"),
        ("whoever_sees_the_place", "decision"),
        ("provider_ends_by_notice", "placement"),
    ):
        op.execute(f"drop policy {policy} on {table}")
    for column in ("notice_id", "medication_tasks", "monthly_price", "valid_from"):
        op.drop_column("decision", column)
    op.execute("drop function protected_supplements()")
    op.execute("drop function protected_stays()")
    for table in ("competence_statement", "placement_supplement", "notice", "placement_terms"):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_placement_id_provider_id_address_protection"), "placement", type_="unique")
    op.execute(PROTECTED_BEFORE)
    op.execute("revoke execute on function protected_stays() from public")
    op.execute("grant execute on function protected_stays() to vekstplass_service")
    for column in ("medication_tasks", "need"):
        op.drop_column("placement", column)
