"""The access log: who saw whose data, insert-only, chained by hashes.

Each database connection has a chain of its own, so that requests never wait for each other: a row's hash covers the
hash before it, its own number and all it says. `access_log_chain` keeps the head of each chain, written once per
statement. A new chain begins after the present head of another, so that neither can vanish without a trace.

What a row's hash covers is spelt out twice, here and in `app/audit_check.py`: the check must not ask the database
whose rows it doubts.
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


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
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


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("idempotency_key", "participant_ids")
    op.drop_table("access_log")
    op.drop_table("access_log_chain")
    for function in ("begin", "link", "end", "refuse"):
        op.execute(f"drop function access_log_{function}()")
