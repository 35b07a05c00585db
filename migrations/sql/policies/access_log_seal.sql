-- The access log's seals. The auditor reads them, and the service does when it seals; store_access_log_seal, which runs
-- as the owner, adds them.
alter table access_log_seal enable row level security;
alter table access_log_seal force row level security;

create policy auditor_reads on access_log_seal for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy owner_keeps_seals on access_log_seal to current_user using (true) with check (true);
