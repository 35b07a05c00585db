-- A year's frame, as adopted. Money: case officers and finance.
alter table budget_frame enable row level security;
alter table budget_frame force row level security;

create policy case_officer_and_finance_manage on budget_frame to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')))
    with check ((select caller_has_role('case_officer', 'finance')));
