-- Decisions (D6: never edited; the trigger lets erasure replace texts). Case officers make them. The EPJ reads those
-- about people whose address is not protected, finance those of them that are about a place, a service those about
-- unprotected places of its area. A provider reads those about its own places and about applications that it was asked
-- about. The owner while it merges two participants.
alter table decision enable row level security;
alter table decision force row level security;

create policy case_officer_manages on decision to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy epj_reads on decision for select to vekstplass_service
    using ((select caller_has_role('epj')) and not address_protection);

create policy finance_reads on decision for select to vekstplass_service
    using ((select caller_has_role('finance')) and placement_id is not null and not address_protection);

create policy service_reads_area on decision for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = decision.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on decision for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_reads_requested on decision for select to vekstplass_service
    using ((select caller_has_role('provider'))
        and application_id in (select application_id from request where provider_id = (select caller_provider_id())));

create policy owner_merges on decision to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
