-- Entries of the trip fund (T18): of nobody, but that a trip is named by its id. The case office and Fagutvikling record
-- them, finance reads.
alter table trip_fund_entry enable row level security;
alter table trip_fund_entry force row level security;

create policy case_officer_and_grants_officer_manage on trip_fund_entry to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy finance_reads on trip_fund_entry for select to vekstplass_service
    using ((select caller_has_role('finance')));
