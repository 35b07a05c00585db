-- Who approved or rejected a closed month (C13). Case officers and finance read; finance decides, as itself.
alter table settlement_review enable row level security;
alter table settlement_review force row level security;

create policy case_officer_and_finance_read on settlement_review for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'finance')));

create policy finance_decides on settlement_review for insert to vekstplass_service
    with check ((select caller_has_role('finance')) and decided_by = (select current_setting('app.actor', true)));
