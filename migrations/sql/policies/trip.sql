-- Trips (T20). The case office and Fagutvikling keep them; the service that plans a trip's staff reads those of its area.
alter table trip enable row level security;
alter table trip force row level security;

create policy case_officer_and_grants_officer_manage on trip to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy service_reads_area on trip for select to vekstplass_service
    using (service_area = (select caller_service_area()));
