-- Closed months. Case officers and finance read them and close as themselves: the closer is who PostgreSQL is told is
-- calling.
alter table settlement enable row level security;
alter table settlement force row level security;

create policy case_officer_and_finance_read on settlement for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')));

create policy case_officer_and_finance_close on settlement for insert to vekstplass_service
    with check ((select caller_has_role('case_officer', 'finance'))
        and closed_by = (select current_setting('app.actor', true)));
