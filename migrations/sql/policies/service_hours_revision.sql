-- What hours of services were before they were changed (S3). As the hours themselves.
alter table service_hours_revision enable row level security;
alter table service_hours_revision force row level security;

create policy case_officer_and_epj_manage on service_hours_revision to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy owner_merges on service_hours_revision to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
