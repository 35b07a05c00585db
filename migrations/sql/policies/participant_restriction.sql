-- Restrictions of the processing of a person's data (GDPR art. 18). Case officers set and lift them, and alone read why.
-- find_restricted, which runs as the owner, says to every request whose there is one. The owner too while it merges two
-- participants.
alter table participant_restriction enable row level security;
alter table participant_restriction force row level security;

create policy case_officer_manages on participant_restriction to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy owner_reads on participant_restriction for select to current_user using (true);

create policy owner_merges on participant_restriction to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
