-- A stair's steps. Everybody reads them, also without a token: they are open data, about nobody. Case officers keep them.
alter table stair_step enable row level security;
alter table stair_step force row level security;

create policy case_officer_manages on stair_step to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy everybody_reads on stair_step for select to vekstplass_service
    using (true);
