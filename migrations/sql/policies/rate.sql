-- NAV's rates. Money: case officers and finance.
alter table rate enable row level security;
alter table rate force row level security;

create policy case_officer_and_finance_manage on rate to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')))
    with check ((select caller_has_role('case_officer', 'finance')));
