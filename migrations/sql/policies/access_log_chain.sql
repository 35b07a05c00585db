-- The heads of the access log's chains. The auditor reads them; the log's own functions, which run as the owner, write
-- them.
alter table access_log_chain enable row level security;
alter table access_log_chain force row level security;

create policy auditor_reads on access_log_chain for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy owner_keeps_heads on access_log_chain to current_user using (true) with check (true);
