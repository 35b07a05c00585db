-- What is due and will never be done (M9). Case officers waive and take back; a provider knows of its own placements, a
-- service of those about unprotected places of its area, since a task's status follows from it.
alter table task_waiver enable row level security;
alter table task_waiver force row level security;

create policy case_officer_manages on task_waiver to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy service_reads_area on task_waiver for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = task_waiver.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on task_waiver for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));
