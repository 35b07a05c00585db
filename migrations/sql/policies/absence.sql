-- Absences. Case officers and the provider whose they are keep them; a service reads those of unprotected places of
-- its area.
alter table absence enable row level security;
alter table absence force row level security;

create policy case_officer_manages on absence to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy service_reads_area on absence for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = absence.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_manages_own on absence to vekstplass_service
    using (provider_id = (select caller_provider_id()))
    with check (provider_id = (select caller_provider_id()));
