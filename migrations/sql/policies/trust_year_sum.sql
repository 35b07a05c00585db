-- The trust's yearly sums (R1, R4): of nobody. The case office and Fagutvikling decide them, finance reads.
alter table trust_year_sum enable row level security;
alter table trust_year_sum force row level security;

create policy case_officer_and_grants_officer_manage on trust_year_sum to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy finance_reads on trust_year_sum for select to vekstplass_service
    using ((select caller_has_role('finance')));
