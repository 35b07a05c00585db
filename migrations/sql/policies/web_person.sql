-- What the people who have logged in on the page are called. Whoever may read a decision may read who made it: anybody
-- with a role reads a name by the actor that a row names. Written with the session, by the owner's function.
alter table web_person enable row level security;
alter table web_person force row level security;

create policy anybody_reads_names on web_person for select to vekstplass_service
    using ((select caller_has_role('case_officer', 'service', 'provider', 'epj', 'finance', 'auditor', 'grants_officer')));

create policy owner_keeps_sessions on web_person to current_user using (true) with check (true);
