-- Which participants were merged. Case officers and the EPJ, and the auditor, who follows a log row to the person it
-- is about today. The owner while it merges two participants.
alter table participant_merge enable row level security;
alter table participant_merge force row level security;

create policy case_officer_and_epj_manage on participant_merge to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy auditor_reads on participant_merge for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy owner_merges on participant_merge to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
