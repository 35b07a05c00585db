"""Events' numbers go on above what was lost where a copy took over, and the backup's role reads every sequence."""

import sqlalchemy as sa
from alembic import op

revision = "0039_timelines"
down_revision = "0038_erasure_requests"
branch_labels = None
depends_on = None

_FUNCTIONS = """
create function current_timeline() returns integer language sql volatile
return ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;

create or replace function event_number() returns bigint language plpgsql volatile as $$
declare
    number bigint := (select base from public.event_base where timeline = public.current_timeline());
begin
    if number is null then
        perform public.continue_event_numbers();
        number := (select base from public.event_base);
    end if;
    return number + (pg_current_xact_id()::text)::bigint;
end
$$;

create or replace function continue_event_numbers() returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    -- More than any database loses at once; 2^63 has room for millions of them.
    lost constant bigint := 2::bigint ^ 40;
    following bigint := (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint);
    here bigint := (select control.system_identifier from pg_control_system() as control);
    line integer := public.current_timeline();
    highest bigint := greatest(
        (select transaction_id from public.event order by transaction_id desc limit 1),
        (select transaction_number from public.access_log order by transaction_number desc limit 1),
        (select next_transaction - 1 from public.access_log_seal order by range_number desc limit 1));
begin
    update public.event_base
    set system_identifier = here, timeline = line,
        base = case
            when highest >= base + following or (system_identifier, timeline) <> (here, line)
                then greatest(highest, base + following) + lost
            else base
        end
    -- Nothing of this cluster can have a number that no transaction has yet.
    where highest >= base + following or system_identifier is distinct from here or timeline is distinct from line;
end
$$;

create function find_event(number bigint, place bigint) returns table (transaction_id bigint, "position" bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select event.transaction_id, event.position from public.event
    where (event.transaction_id, event.position) <= (number, place)
    order by event.transaction_id desc, event.position desc limit 1
$$;
"""

_BEFORE = """
create or replace function event_number() returns bigint language sql volatile
return (select base from event_base) + (pg_current_xact_id()::text)::bigint;

create or replace function continue_event_numbers() returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    highest bigint := greatest(
        (select transaction_id from public.event order by transaction_id desc limit 1),
        (select transaction_number from public.access_log order by transaction_number desc limit 1),
        (select next_transaction - 1 from public.access_log_seal order by range_number desc limit 1));
begin
    -- Nothing of this cluster can have a number that no transaction has yet.
    update public.event_base set base = highest + 1
    where highest >= base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
end
$$;
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("event_base", sa.Column("system_identifier", sa.BigInteger(), nullable=True))
    op.add_column("event_base", sa.Column("timeline", sa.Integer(), nullable=True))
    for statement in _FUNCTIONS.split("\n\n"):
        op.execute(statement)
    op.execute("revoke execute on function find_event(bigint, bigint) from public")
    op.execute("grant execute on function find_event(bigint, bigint) to vekstplass_service")
    op.execute("alter default privileges in schema public grant select on sequences to vekstplass_backup")
    op.execute("grant select on all sequences in schema public to vekstplass_backup")
    op.execute("select continue_event_numbers()")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("alter default privileges in schema public revoke select on sequences from vekstplass_backup")
    op.execute("revoke select on sequence event_position_seq from vekstplass_backup")
    for statement in _BEFORE.split("\n\n"):
        op.execute(statement)
    op.execute("drop function find_event(bigint, bigint)")
    op.execute("drop function current_timeline()")
    op.execute(
        "-- squawk-ignore ban-drop-column\nalter table event_base drop column timeline, drop column system_identifier"
    )
