-- Decisions, payments and repayments of the trust (R2, R3, R7): the case office's and Fagutvikling's. Rows are added;
-- what was recorded by mistake is annulled (D10), and a text is changed on erasure alone.
alter table trust_entry enable row level security;
alter table trust_entry force row level security;

create policy case_officer_and_grants_officer_manage on trust_entry to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));
