-- When the trust's report of a year was sent to its board (R10): of nobody. The case office and Fagutvikling record it,
-- finance reads.
alter table trust_report enable row level security;
alter table trust_report force row level security;

create policy case_officer_and_grants_officer_manage on trust_report to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy finance_reads on trust_report for select to vekstplass_service
    using ((select caller_has_role('finance')));
