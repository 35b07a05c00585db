-- The blind indexes of identity numbers that participants had before, for a look-up by number: the case office's, the
-- EPJ's and the auditor's. The trigger `keep_former_number` writes them as whoever replaces a number. The owner while it
-- merges two participants.
alter table participant_former_number enable row level security;
alter table participant_former_number force row level security;

create policy case_officer_and_epj_manage on participant_former_number to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy auditor_reads on participant_former_number for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy owner_merges on participant_former_number to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
