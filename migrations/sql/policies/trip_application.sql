-- Applications for trips (T7, T11). The case office and Fagutvikling keep them; whoever has applied is somebody whom
-- Fagutvikling may read (X3). The owner while it merges two participants.
alter table trip_application enable row level security;
alter table trip_application force row level security;

create policy case_officer_and_grants_officer_manage on trip_application to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy owner_merges on trip_application to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
