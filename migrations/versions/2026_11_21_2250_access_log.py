"""The access log: who saw whose data, insert-only, chained by hashes. And whose place nobody but the case office sees.

Each database connection has a chain of its own, so that requests never wait for each other: a row's hash covers the
hash before it, its own number and all it says. `access_log_chain` keeps the head of each chain, written once per
statement. A new chain begins after the present head of another, so that neither can vanish without a trace.

What a row's hash covers is spelt out twice, here and in `app/oversight/chain.py`: the check must not ask the database
whose rows it doubts.

A protected address hides the place from everyone but the case office and the enterprise that runs it. The money of
such places must still add up for finance: `protected_stays` hands out days and prices, and no id.

Erasure may take the free text out of a decision, which otherwise is never edited (D6): the trigger lets nothing else.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_access_log"
down_revision = "0005_budget"
branch_labels = None
depends_on = None

WRITTEN = (
    "id, participant_id, object_id, outcome, actor, organisation, supplier, action, method, route, purpose, request_id"
)

# The head travels in settings of the session: they survive the commit, and a rollback takes them back with the rows.
CHAIN_ROW = """
create function access_log_link() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
    new.at := now();
    new.chain := current_setting('vekstplass.log_chain')::uuid;
    new.number := current_setting('vekstplass.log_number')::bigint + 1;
    new.hash := sha256(decode(current_setting('vekstplass.log_hash'), 'hex') || convert_to(array_to_string(array[
        new.chain::text, new.number::text, new.id::text, (extract(epoch from new.at) * 1000000)::bigint::text,
        new.participant_id::text, new.object_id::text, new.outcome, new.actor, new.organisation, new.supplier,
        new.action, new.method, new.route, new.purpose, new.request_id], chr(31), ''), 'UTF8'));
    perform set_config('vekstplass.log_number', new.number::text, false);
    perform set_config('vekstplass.log_hash', encode(new.hash, 'hex'), false);
    return new;
end
$$
"""
# Runs as the owner: the service may not touch the heads.
CHAIN_BEGIN = """
create function access_log_begin() returns trigger language plpgsql
security definer set search_path = pg_catalog, public as $$
declare
    other access_log_chain;
    chain uuid := nullif(current_setting('vekstplass.log_chain', true), '')::uuid;
begin
    if chain is null then
        chain := gen_random_uuid();
        select * into other from access_log_chain order by begun_at desc, id limit 1;
        insert into access_log_chain (id, begun_at, length, hash, after_chain, after_hash)
        values (chain, clock_timestamp(), 0, '', other.id, other.hash);
        perform set_config('vekstplass.log_chain', chain::text, false);
        perform set_config('vekstplass.log_number', '0', false);
        perform set_config('vekstplass.log_hash',
            encode(sha256(convert_to(chain::text, 'UTF8') || coalesce(other.hash, '')), 'hex'), false);
    end if;
    return null;
end
$$
"""
CHAIN_END = """
create function access_log_end() returns trigger language plpgsql
security definer set search_path = pg_catalog, public as $$
begin
    update access_log_chain set length = current_setting('vekstplass.log_number')::bigint,
        hash = decode(current_setting('vekstplass.log_hash'), 'hex')
    where id = current_setting('vekstplass.log_chain')::uuid;
    return null;
end
$$
"""
REFUSE = """
create function access_log_refuse() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'the access log is never changed';
end
$$
"""

# Runs as the owner, for finance alone; the case office sees the places themselves.
PROTECTED_STAYS = """
create function protected_stays() returns table (starts_on date, ends_on date, share smallint, monthly_price numeric,
    decided_on date)
language sql stable security definer set search_path = pg_catalog, public as $$
    select starts_on, ends_on, share, monthly_price, decided_on from placement
    where address_protection and (select caller_has_role('finance') and not caller_has_role('case_officer'))
$$
"""
READERS = {
    "placement": {
        "epj_and_finance_read": "(select caller_has_role('epj', 'finance'))",
        "service_reads_its_area": (
            "(select caller_has_role('service')) and service_area = (select caller_service_area())"
        ),
    },
    "decision": {"epj_reads": "(select caller_has_role('epj'))"},
}
# D6: a text becomes «Sletta», an agreement's reference likewise; nothing else of a decision is ever changed.
ERASED_ONLY = """
create function decision_erased_only() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
    if new.reason is distinct from old.reason and new.reason is distinct from 'Sletta'
        or new.medication_agreement is distinct from old.medication_agreement
        and new.medication_agreement is distinct from old.medication_agreement || '{"reference": "Sletta"}' then
        raise insufficient_privilege using message = 'a decision is never edited';
    end if;
    return new;
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _log()
    _protect()
    op.execute(ERASED_ONLY)
    op.execute(
        "create trigger erased_only before update on decision for each row execute function decision_erased_only()"
    )
    op.execute("revoke execute on function decision_erased_only() from public")
    op.execute("grant update (reason, medication_agreement) on decision to vekstplass_service")
    op.execute("grant delete on participant_external_id to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("revoke delete on participant_external_id from vekstplass_service")
    op.execute("revoke update (reason, medication_agreement) on decision from vekstplass_service")
    op.execute("drop trigger erased_only on decision")
    op.execute("drop function decision_erased_only()")
    _unprotect()
    op.drop_column("idempotency_key", "participant_ids")
    op.drop_table("access_log")
    op.drop_table("access_log_chain")
    for function in ("begin", "link", "end", "refuse"):
        op.execute(f"drop function access_log_{function}()")


def _log() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("outcome in ('allowed', 'denied')", name=op.f("ck_access_log_outcome")),
        sa.CheckConstraint(
            "outcome = 'denied' or participant_id is not null", name=op.f("ck_access_log_participant_id")
        ),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_id", "access_log", ["id"])
    op.create_index("ix_access_log_participant_id_id", "access_log", ["participant_id", "id"])
    op.create_index(
        "ix_access_log_object_id", "access_log", ["object_id"], postgresql_where=sa.text("object_id is not null")
    )
    op.create_index("ix_access_log_at", "access_log", ["at"], postgresql_using="brin")
    op.create_table(
        "access_log_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("after_chain", sa.Uuid(), nullable=True),
        sa.Column("after_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length >= 0", name=op.f("ck_access_log_chain_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log_chain")),
    )
    for statement in (CHAIN_ROW, CHAIN_BEGIN, CHAIN_END, REFUSE):
        op.execute(statement)
    op.execute(
        "create trigger a_begin before insert on access_log for each statement execute function access_log_begin()"
    )
    op.execute("create trigger b_link before insert on access_log for each row execute function access_log_link()")
    op.execute("create trigger c_end after insert on access_log for each statement execute function access_log_end()")
    op.execute(
        "create trigger never before update or delete or truncate on access_log"
        " for each statement execute function access_log_refuse()"
    )
    op.execute(
        "create trigger never before delete or truncate on access_log_chain"
        " for each statement execute function access_log_refuse()"
    )
    for function in ("begin", "link", "end", "refuse"):
        op.execute(f"revoke execute on function access_log_{function}() from public")
    for table in ("access_log", "access_log_chain"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"grant select on {table} to vekstplass_service")
        op.execute(
            f"create policy auditor_reads on {table} for select to vekstplass_service"
            " using ((select caller_has_role('auditor')))"
        )
    op.execute(f"grant insert ({WRITTEN}) on access_log to vekstplass_service")
    # The person's right to know goes through the case office.
    op.execute(
        "create policy case_office_reads on access_log for select to vekstplass_service"
        " using ((select caller_has_role('case_officer')))"
    )
    op.execute(
        "create policy whoever_looks on access_log for insert to vekstplass_service"
        " with check (actor = (select current_setting('app.actor', true)))"
    )
    op.execute("create policy heads on access_log_chain to current_user using (true) with check (true)")
    # Whose data a kept answer holds: to be logged when it is given again, and to be found when it must be erased.
    op.add_column(
        "idempotency_key",
        sa.Column("participant_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )


def _protect() -> None:
    op.create_unique_constraint(
        op.f("uq_participant_id_service_area_address_protection"),
        "participant",
        ["id", "service_area", "address_protection"],
    )
    op.create_unique_constraint(
        op.f("uq_participant_id_address_protection"), "participant", ["id", "address_protection"]
    )
    # A false where it ought to be true does not get past the composite key.
    for table in ("placement", "decision"):
        op.add_column(
            table, sa.Column("address_protection", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.add_column("decision", sa.Column("participant_id", sa.Uuid(), nullable=True))
    # The owner sees no row of a table whose wall is forced.
    for table in ("participant", "application", "placement", "decision"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "update placement set address_protection = participant.address_protection"
        " from participant where participant.id = participant_id"
    )
    op.execute(
        "update decision set participant_id = coalesce("
        "(select participant_id from application where application.id = application_id),"
        " (select participant_id from placement where placement.id = placement_id))"
    )
    op.execute(
        "update decision set address_protection = participant.address_protection"
        " from participant where participant.id = participant_id"
    )
    for table in ("participant", "application", "placement", "decision"):
        op.execute(f"alter table {table} force row level security")
    op.alter_column("decision", "participant_id", nullable=False)
    op.drop_constraint("fk_placement_participant_id_service_area", "placement", type_="foreignkey")
    op.drop_constraint("uq_participant_id_service_area", "participant", type_="unique")
    op.create_foreign_key(
        "fk_placement_participant_id",
        "placement",
        "participant",
        ["participant_id", "service_area", "address_protection"],
        ["id", "service_area", "address_protection"],
        onupdate="CASCADE",
    )
    op.create_foreign_key(
        "fk_decision_participant_id",
        "decision",
        "participant",
        ["participant_id", "address_protection"],
        ["id", "address_protection"],
        onupdate="CASCADE",
    )
    op.create_index("ix_decision_participant_id_id", "decision", ["participant_id", "id"])
    op.create_index("ix_placement_protected", "placement", ["id"], postgresql_where=sa.text("address_protection"))
    for table, readers in READERS.items():
        for policy, who in readers.items():
            op.execute(f"alter policy {policy} on {table} using ({who} and not address_protection)")
    op.execute("create policy protected_stays on placement for select to current_user using (address_protection)")
    op.execute(PROTECTED_STAYS)
    op.execute("revoke execute on function protected_stays() from public")
    op.execute("grant execute on function protected_stays() to vekstplass_service")


def _unprotect() -> None:
    op.execute("drop function protected_stays()")
    op.execute("drop policy protected_stays on placement")
    for table, readers in READERS.items():
        for policy, who in readers.items():
            op.execute(f"alter policy {policy} on {table} using ({who})")
    op.drop_constraint("fk_decision_participant_id", "decision", type_="foreignkey")
    op.drop_constraint("fk_placement_participant_id", "placement", type_="foreignkey")
    op.create_unique_constraint(op.f("uq_participant_id_service_area"), "participant", ["id", "service_area"])
    op.create_foreign_key(
        op.f("fk_placement_participant_id_service_area"),
        "placement",
        "participant",
        ["participant_id", "service_area"],
        ["id", "service_area"],
        onupdate="CASCADE",
    )
    for table, column in (
        ("placement", "address_protection"),
        ("decision", "participant_id"),
        ("decision", "address_protection"),
    ):
        op.drop_column(table, column)
    op.drop_constraint(op.f("uq_participant_id_address_protection"), "participant", type_="unique")
    op.drop_constraint(op.f("uq_participant_id_service_area_address_protection"), "participant", type_="unique")
