-- What a provider states of its staff (P5). Case officers read all and may state on a provider's behalf; a provider
-- reads and states its own.
alter table competence_statement enable row level security;
alter table competence_statement force row level security;

create policy case_officer_reads on competence_statement for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on competence_statement for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy provider_reads_own on competence_statement for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_adds_own on competence_statement for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()));
