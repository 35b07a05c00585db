-- Needs that sources state of a stair. Everybody who has a role with stairs reads them; case officers keep them.
alter table stair_need enable row level security;
alter table stair_need force row level security;

create policy case_officer_manages on stair_need to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy municipality_reads on stair_need for select to vekstplass_service
    using ((select caller_has_role('service', 'finance', 'manager')));
