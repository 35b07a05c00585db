-- Providers. Case officers keep them. The services, the EPJ and finance read all: which enterprises there are is no
-- secret to the municipality. A provider reads itself alone.
alter table provider enable row level security;
alter table provider force row level security;

create policy case_officer_manages on provider to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy municipality_reads on provider for select to vekstplass_service
    using ((select caller_has_role('service', 'epj', 'finance')));

create policy provider_reads_itself on provider for select to vekstplass_service
    using ((select caller_has_role('provider')) and organisation_number = (select caller_organisation()));
