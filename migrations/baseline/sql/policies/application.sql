-- Applications. Case officers keep them. A provider reads those that it was asked about. The owner while it merges two
-- participants.
alter table application enable row level security;
alter table application force row level security;

create policy case_officer_manages on application to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy provider_reads_requested on application for select to vekstplass_service
    using ((select caller_has_role('provider'))
        and id in (select application_id from request where provider_id = (select caller_provider_id())));

create policy owner_merges on application to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
