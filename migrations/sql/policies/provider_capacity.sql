-- How many places a provider has, over time (P2). Read as the providers themselves; a provider states its own.
alter table provider_capacity enable row level security;
alter table provider_capacity force row level security;

create policy case_officer_manages on provider_capacity to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy municipality_reads on provider_capacity for select to vekstplass_service
    using ((select caller_has_role('service', 'epj', 'finance')));

create policy provider_reads_own on provider_capacity for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_states_own on provider_capacity for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()));
