-- What participants owe or get back after a trip (T16): the case office's and Fagutvikling's. Rows are only added. The owner
-- while it merges two participants.
alter table trip_settlement_line enable row level security;
alter table trip_settlement_line force row level security;

create policy case_officer_and_grants_officer_manage on trip_settlement_line to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy owner_merges on trip_settlement_line to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
