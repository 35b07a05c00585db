-- Published tables of places. Everybody reads them, as the steps.
alter table stair_table enable row level security;
alter table stair_table force row level security;

create policy case_officer_manages on stair_table to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy everybody_reads on stair_table for select to vekstplass_service
    using (true);
