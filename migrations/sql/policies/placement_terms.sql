-- The terms of a placement, over time. Case officers add and close them. The EPJ and finance read those of unprotected
-- places, a service those of unprotected places of its area. A provider reads its own, and closes them when it gives
-- notice (L3). The owner counts protected places for finance.
alter table placement_terms enable row level security;
alter table placement_terms force row level security;

create policy case_officer_reads on placement_terms for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on placement_terms for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy case_officer_closes on placement_terms for update to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy epj_and_finance_read on placement_terms for select to vekstplass_service
    using ((select caller_has_role('epj', 'finance')) and not address_protection);

create policy service_reads_area on placement_terms for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = placement_terms.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on placement_terms for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_adds_own on placement_terms for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()));

create policy provider_closes_own on placement_terms for update to vekstplass_service
    using (provider_id = (select caller_provider_id()))
    with check (provider_id = (select caller_provider_id()));

create policy owner_counts_protected on placement_terms for select to current_user using (true);
