-- Requests to erase a person. Case officers ask and decide, never the same one. find_erased, which runs as the owner, says
-- to every push who has been erased. The owner too while it merges two participants.
alter table erasure_request enable row level security;
alter table erasure_request force row level security;

create policy case_officer_manages on erasure_request to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy owner_merges on erasure_request to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));

create policy owner_finds_erased on erasure_request for select to current_user using (approved);
