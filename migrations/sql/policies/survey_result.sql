-- What was answered in surveys, by question and service area (S7). As the surveys; what is few is the service's to hide.
alter table survey_result enable row level security;
alter table survey_result force row level security;

create policy case_officer_manages on survey_result to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_and_manager_read on survey_result for select to vekstplass_service
    using ((select caller_has_role('finance', 'manager')));
