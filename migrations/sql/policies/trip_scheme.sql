-- The versions of the trip scheme (T6): of nobody. The case office and Fagutvikling record them, services read them to plan,
-- finance whether the fund carries over.
alter table trip_scheme enable row level security;
alter table trip_scheme force row level security;

create policy planners_read on trip_scheme for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer', 'service', 'finance')));

create policy case_officer_and_grants_officer_add on trip_scheme for insert to vekstplass_service
    with check ((select caller_has_role('case_officer', 'grants_officer')));
