-- Needs that turn up (L6). Case officers keep them. The owner while it merges two participants.
alter table need_change enable row level security;
alter table need_change force row level security;

create policy case_officer_manages on need_change to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy owner_merges on need_change to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
