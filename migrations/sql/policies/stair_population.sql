-- How many are 80 and over. Those who read the stairs' gaps read it; case officers keep it.
alter table stair_population enable row level security;
alter table stair_population force row level security;

create policy case_officer_manages on stair_population to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy municipality_reads on stair_population for select to vekstplass_service
    using ((select caller_has_role('service', 'finance', 'manager')));
