-- The folded words of participants' names, which `GET /v1/participants?name=` asks for. The trigger `store_name_words`
-- keeps them, each with the person's area, as case officers and the EPJ write a participant. Who may search reads the words of those whom it may
-- read: case officers and the auditor everybody's, a service those of its area. A provider searches nobody. The
-- search asks `prefix = …`, `word >= …` and `word < …` alone: these operators are leakproof, so that the index serves
-- them before the policies do their work, which `like` and `^@` are not. The owner while it merges two participants.
alter table participant_name_word enable row level security;
alter table participant_name_word force row level security;

create policy case_officer_and_epj_manage on participant_name_word to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy auditor_reads on participant_name_word for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy service_reads_area on participant_name_word for select to vekstplass_service
    using ((select caller_has_role('service')) and service_area = (select caller_service_area()));

create policy owner_merges on participant_name_word to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
