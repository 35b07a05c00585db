-- The three roles of a cluster, run once by whoever may create roles (`python -m app create-roles`, or psql -f).
-- Running it again changes nothing but the limits below.
do $$
begin
    perform pg_advisory_xact_lock(46310001);
    if not exists (select from pg_roles where rolname = 'vekstplass_owner') then
        create role vekstplass_owner login;
    end if;
    if not exists (select from pg_roles where rolname = 'vekstplass_service') then
        create role vekstplass_service login noinherit nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'vekstplass_backup') then
        create role vekstplass_backup login bypassrls;
    end if;
end
$$;
-- On the role and not on the connection: a pooler in transaction mode refuses start-up parameters.
alter role vekstplass_service set statement_timeout = '15s';
alter role vekstplass_service set lock_timeout = '3s';
alter role vekstplass_service set idle_in_transaction_session_timeout = '30s';
alter role vekstplass_service set timezone = 'UTC';
-- Each policy is a sub-select that the planner cannot guess the value of: it would plan the same statement anew at every
-- execution, which costs more than the read (a list of 100: 0.76 ms against 0.57).
alter role vekstplass_service set plan_cache_mode = 'force_generic_plan';
-- A policy that looks something up makes a statement seem a hundred times as dear as it is, so that it would be compiled at
-- each execution. Of 5 000 places the list of tasks took 200 ms of PostgreSQL's CPU and takes 95.
alter role vekstplass_service set jit = off;
