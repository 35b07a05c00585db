-- The norms of kinds of service, each from the day it holds (S5, S8). Read and kept as the kinds themselves; rows are only
-- added.
alter table service_type_norm enable row level security;
alter table service_type_norm force row level security;

create policy case_officer_manages on service_type_norm to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy epj_finance_and_manager_read on service_type_norm for select to vekstplass_service
    using ((select caller_has_role('epj', 'finance', 'manager')));
