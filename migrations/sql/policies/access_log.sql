-- The access log. Each caller adds its own rows. The auditor reads all; case officers read too, since the person's
-- right to know goes through them. Both do so by read_access_log, which runs as the owner. A
-- partition has no policy: it is reached through the table alone.
alter table access_log enable row level security;
alter table access_log force row level security;
alter table access_log_partition.other enable row level security;
alter table access_log_partition.other force row level security;

create policy auditor_reads on access_log for select to vekstplass_service using ((select caller_has_role('auditor')));

create policy case_officer_reads on access_log for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy caller_adds_own on access_log for insert to vekstplass_service
    with check (actor = (select current_setting('app.actor', true)));

create policy owner_reads on access_log for select to current_user using (true);
