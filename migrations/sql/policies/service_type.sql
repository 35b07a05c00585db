-- Kinds of service (S3). The case office keeps them; the EPJ, finance and management read them.
alter table service_type enable row level security;
alter table service_type force row level security;

create policy case_officer_manages on service_type to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy epj_finance_and_manager_read on service_type for select to vekstplass_service
    using ((select caller_has_role('epj', 'finance', 'manager')));
