-- Supplements to a place's price. Case officers add them, and change a reason only while they erase a person. Finance
-- reads those of unprotected places, a service those of them in its area, a provider its own. The owner counts those of protected places for finance.
alter table placement_supplement enable row level security;
alter table placement_supplement force row level security;

create policy case_officer_reads on placement_supplement for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on placement_supplement for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy case_officer_erases on placement_supplement for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy finance_reads on placement_supplement for select to vekstplass_service
    using ((select caller_has_role('finance')) and (select true from placement
        where placement.id = placement_supplement.placement_id and not placement.address_protection));

create policy provider_reads_own on placement_supplement for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy owner_counts_protected on placement_supplement for select to current_user using (true);

create policy service_reads_area on placement_supplement for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = placement_supplement.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));
