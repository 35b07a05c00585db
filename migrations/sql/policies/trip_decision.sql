-- Decisions of trips (T19): the case office's and Fagutvikling's. A text is changed on erasure alone.
alter table trip_decision enable row level security;
alter table trip_decision force row level security;

create policy case_officer_and_grants_officer_manage on trip_decision to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));
