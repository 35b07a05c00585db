-- The services on a stair's steps. Everybody reads them, as the steps.
alter table stair_service enable row level security;
alter table stair_service force row level security;

create policy case_officer_manages on stair_service to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy everybody_reads on stair_service for select to vekstplass_service
    using (true);
