-- The printed totals of published tables. Everybody reads them, as the steps.
alter table stair_printed_total enable row level security;
alter table stair_printed_total force row level security;

create policy case_officer_manages on stair_printed_total to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy everybody_reads on stair_printed_total for select to vekstplass_service
    using (true);
