-- The flag that was last published of a year (C7). Money: case officers and finance.
alter table budget_flag enable row level security;
alter table budget_flag force row level security;

create policy case_officer_and_finance_manage on budget_flag to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')))
    with check ((select caller_has_role('case_officer', 'finance')));
