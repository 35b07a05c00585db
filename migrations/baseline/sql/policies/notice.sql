-- Notices (L3). Case officers add them, and change a text only while they erase a person. The EPJ and finance read
-- those of unprotected places, a service those of unprotected places of its area. A provider reads and gives its own.
alter table notice enable row level security;
alter table notice force row level security;

create policy case_officer_reads on notice for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on notice for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy case_officer_erases on notice for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy epj_and_finance_read on notice for select to vekstplass_service
    using ((select caller_has_role('epj', 'finance')) and (select true from placement
        where placement.id = notice.placement_id and not placement.address_protection));

create policy service_reads_area on notice for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = notice.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on notice for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_adds_own on notice for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()));
