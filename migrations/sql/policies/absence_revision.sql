-- What an absence was before. As the absences themselves.
alter table absence_revision enable row level security;
alter table absence_revision force row level security;

create policy case_officer_manages on absence_revision to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy service_reads_area on absence_revision for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = absence_revision.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_manages_own on absence_revision to vekstplass_service
    using (provider_id = (select caller_provider_id()))
    with check (provider_id = (select caller_provider_id()));
