-- Refunds that a year expects. Money: case officers and finance.
alter table expected_refund enable row level security;
alter table expected_refund force row level security;

create policy case_officer_and_finance_manage on expected_refund to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')))
    with check ((select caller_has_role('case_officer', 'finance')));
