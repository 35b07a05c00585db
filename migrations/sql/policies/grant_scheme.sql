-- Other schemes that may support a trip (T17): of nobody. The case office and Fagutvikling keep them, everybody reads them.
alter table grant_scheme enable row level security;
alter table grant_scheme force row level security;

create policy case_officer_and_grants_officer_manage on grant_scheme to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy everybody_reads on grant_scheme for select to vekstplass_service
    using (true);
