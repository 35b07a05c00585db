-- Surveys of the next of kin (S7): aggregates, and nobody's answers. The case office keeps them; finance and management read.
alter table survey enable row level security;
alter table survey force row level security;

create policy case_officer_manages on survey to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_and_manager_read on survey for select to vekstplass_service
    using ((select caller_has_role('finance', 'manager')));
