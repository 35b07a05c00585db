-- Meetings. Case officers read all, a provider its own, about a place in time only what it filed (D11), a service those
-- about unprotected places of its area; system meetings are read by all providers and services. Each party writes as itself alone, so that nobody edits another's
-- minutes; Habilitering files system meetings (M7). Case officers change another's only while they annul it or erase a
-- person. What is annulled case officers alone read, and its own party while it annuls it (D10).
alter table meeting enable row level security;
alter table meeting force row level security;

create policy case_officer_reads on meeting for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds_own on meeting for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')) and filed_by = 'case_office');

create policy case_officer_changes_own on meeting for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and filed_by = 'case_office')
    with check ((select caller_has_role('case_officer')) and filed_by = 'case_office');

create policy case_officer_erases on meeting for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy service_reads_area on meeting for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = meeting.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on meeting for select to vekstplass_service
    using (provider_id = (select caller_provider_id()) and (filed_by = 'provider' or placement_id is null
        or placement_id in (select followed.placement_id from followed_placements() as followed)));

create policy provider_adds_own on meeting for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()) and filed_by = 'provider' and kind <> 'system');

create policy provider_changes_own on meeting for update to vekstplass_service
    using (provider_id = (select caller_provider_id()) and filed_by = 'provider' and kind <> 'system')
    with check (provider_id = (select caller_provider_id()) and filed_by = 'provider' and kind <> 'system');

create policy provider_and_service_read_system on meeting for select to vekstplass_service
    using (kind = 'system' and (select caller_has_role('provider', 'service')));

create policy annulled_for_case_officers on meeting as restrictive for select to vekstplass_service
    using (annulled_at is null or (select caller_has_role('case_officer'))
        or (select current_setting('app.annulling', true)) = 'on');

create policy case_officer_annuls on meeting for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.annulling', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.annulling', true)) = 'on');

create policy service_adds_system on meeting for insert to vekstplass_service
    with check ((select caller_service_area()) = 'habilitation' and filed_by = 'service' and kind = 'system');

create policy service_changes_own_system on meeting for update to vekstplass_service
    using ((select caller_service_area()) = 'habilitation' and filed_by = 'service' and kind = 'system')
    with check ((select caller_service_area()) = 'habilitation' and filed_by = 'service' and kind = 'system');
