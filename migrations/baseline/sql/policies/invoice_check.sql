-- Checked invoices. Case officers and finance read them and check as themselves.
alter table invoice_check enable row level security;
alter table invoice_check force row level security;

create policy case_officer_and_finance_read on invoice_check for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')));

create policy case_officer_and_finance_check on invoice_check for insert to vekstplass_service
    with check ((select caller_has_role('case_officer', 'finance'))
        and checked_by = (select current_setting('app.actor', true)));
