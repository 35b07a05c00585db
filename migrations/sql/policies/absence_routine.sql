-- What is agreed with each provider about unexcused absence (P7). The case office records it; a provider reads its own.
alter table absence_routine enable row level security;
alter table absence_routine force row level security;

create policy case_officer_reads on absence_routine for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on absence_routine for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy provider_reads_own on absence_routine for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));
