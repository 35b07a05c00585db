-- Reviews of the stairs. Case officers keep them; those who read the stairs' gaps read them.
alter table stair_review enable row level security;
alter table stair_review force row level security;

create policy case_officer_manages on stair_review to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy municipality_reads on stair_review for select to vekstplass_service
    using ((select caller_has_role('service', 'finance', 'manager')));
