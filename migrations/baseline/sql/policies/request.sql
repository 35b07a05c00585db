-- A provider is asked to take an applicant. Case officers ask; the provider reads and answers what it was asked.
alter table request enable row level security;
alter table request force row level security;

create policy case_officer_manages on request to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy provider_reads_own on request for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_answers_own on request for update to vekstplass_service
    using (provider_id = (select caller_provider_id()))
    with check (provider_id = (select caller_provider_id()));
