-- The municipality's own evaluation of the guideline (M8). Case officers.
alter table guideline_evaluation enable row level security;
alter table guideline_evaluation force row level security;

create policy case_officer_manages on guideline_evaluation to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));
