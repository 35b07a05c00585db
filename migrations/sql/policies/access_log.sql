-- The access log. Each caller adds its own rows. The auditor reads all; case officers read too, since the person's
-- right to know goes through them.
alter table access_log enable row level security;
alter table access_log force row level security;

create policy auditor_reads on access_log for select to vekstplass_service using ((select caller_has_role('auditor')));

create policy case_officer_reads on access_log for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy caller_adds_own on access_log for insert to vekstplass_service
    with check (actor = (select current_setting('app.actor', true)));
