-- Staffing plans (T13): staff as references. The case office and Fagutvikling keep them, and a service reads and makes, by
-- the act of planning alone, those of its area's trips. Rows are only added; erasure replaces the reasons in them.
alter table staffing_plan enable row level security;
alter table staffing_plan force row level security;

create policy case_officer_and_grants_officer_read on staffing_plan for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')));

create policy case_officer_and_grants_officer_add on staffing_plan for insert to vekstplass_service
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy case_officer_erases on staffing_plan for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy service_reads_area on staffing_plan for select to vekstplass_service
    using ((select true from trip
        where trip.id = staffing_plan.trip_id and trip.service_area = (select caller_service_area())));
