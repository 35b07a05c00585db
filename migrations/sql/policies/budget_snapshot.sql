-- A year as it was known on a day. Money: case officers and finance.
alter table budget_snapshot enable row level security;
alter table budget_snapshot force row level security;

create policy case_officer_and_finance_manage on budget_snapshot to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')))
    with check ((select caller_has_role('case_officer', 'finance')));
