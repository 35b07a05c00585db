-- Rounds of trips (T12): of nobody. The case office and Fagutvikling keep them, the services read.
alter table trip_round enable row level security;
alter table trip_round force row level security;

create policy case_officer_and_grants_officer_manage on trip_round to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy planners_read on trip_round for select to vekstplass_service
    using ((select caller_has_role('service')));
