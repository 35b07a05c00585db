-- What other systems call a participant. Case officers and the EPJ alone. The owner while it merges two participants.
alter table participant_external_id enable row level security;
alter table participant_external_id force row level security;

create policy case_officer_and_epj_manage on participant_external_id to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy owner_merges on participant_external_id to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
