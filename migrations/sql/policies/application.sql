-- Applications. Case officers keep them, and alone read those that are annulled (D10). A service reads those of unprotected
-- participants of its area, a provider those that it was asked about. The owner while it merges two participants.
alter table application enable row level security;
alter table application force row level security;

create policy case_officer_manages on application to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy provider_reads_requested on application for select to vekstplass_service
    using ((select caller_has_role('provider'))
        and id in (select application_id from request where provider_id = (select caller_provider_id())));

create policy owner_merges on application to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));

create policy service_reads_area on application for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from participant
        where participant.id = application.participant_id and participant.service_area = (select caller_service_area())
            and not participant.address_protection));

create policy annulled_for_case_officers on application as restrictive for select to vekstplass_service
    using (annulled_at is null or (select caller_has_role('case_officer')));
