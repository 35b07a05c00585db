-- Hours of services (S3). The EPJ and the case office push and read them; sums for others are made with the case office's
-- rights. The owner while it merges two participants.
alter table service_hours enable row level security;
alter table service_hours force row level security;

create policy case_officer_and_epj_manage on service_hours to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy owner_merges on service_hours to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
