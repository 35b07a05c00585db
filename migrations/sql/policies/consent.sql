-- Consents (M6). Case officers keep them, and alone read those that are annulled (D10). A service reads those of
-- participants of its area, unless their address is protected: who recorded one, and what it names, tells where they are.
-- A provider keeps those of people whose place with it lasts or has ended lately, but none that was given after the end
-- (D11). The owner while it merges two participants.
alter table consent enable row level security;
alter table consent force row level security;

create policy case_officer_manages on consent to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy service_reads_area on consent for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from participant
        where participant.id = consent.participant_id and participant.service_area = (select caller_service_area())
            and not participant.address_protection));

create policy provider_manages_own on consent to vekstplass_service
    using ((select caller_has_role('provider'))
        and exists (select from followed_placements() as followed
            where followed.participant_id = consent.participant_id
                and (followed.ends_on is null or consent.given_on <= followed.ends_on)))
    with check ((select caller_has_role('provider'))
        and exists (select from followed_placements() as followed
            where followed.participant_id = consent.participant_id
                and (followed.ends_on is null or consent.given_on <= followed.ends_on)));

create policy owner_merges on consent to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));

create policy annulled_for_case_officers on consent as restrictive for select to vekstplass_service
    using (annulled_at is null or (select caller_has_role('case_officer'))
        or (select current_setting('app.annulling', true)) = 'on');
