-- What was dropped of the access log past its retention. The auditor reads it; the owner, who drops, adds to it.
alter table access_log_retirement enable row level security;
alter table access_log_retirement force row level security;

create policy auditor_reads on access_log_retirement for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy owner_retires on access_log_retirement to current_user using (true) with check (true);
