-- Evaluation reports. Case officers read all, a provider those of its places, and in time only what it filed (D11), a
-- service those of unprotected places of its area. Each party writes as itself alone; case officers change another's only while they annul it or erase a person. What is
-- annulled case officers alone read, and its own party while it annuls it (D10).
alter table evaluation enable row level security;
alter table evaluation force row level security;

create policy case_officer_reads on evaluation for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds_own on evaluation for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')) and filed_by = 'case_office');

create policy case_officer_changes_own on evaluation for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and filed_by = 'case_office')
    with check ((select caller_has_role('case_officer')) and filed_by = 'case_office');

create policy case_officer_erases on evaluation for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy service_reads_area on evaluation for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = evaluation.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));

create policy provider_reads_own on evaluation for select to vekstplass_service
    using (provider_id = (select caller_provider_id()) and (filed_by = 'provider'
        or placement_id in (select followed.placement_id from followed_placements() as followed)));

create policy provider_adds_own on evaluation for insert to vekstplass_service
    with check (provider_id = (select caller_provider_id()) and filed_by = 'provider');

create policy provider_changes_own on evaluation for update to vekstplass_service
    using (provider_id = (select caller_provider_id()) and filed_by = 'provider')
    with check (provider_id = (select caller_provider_id()) and filed_by = 'provider');

create policy annulled_for_case_officers on evaluation as restrictive for select to vekstplass_service
    using (annulled_at is null or (select caller_has_role('case_officer'))
        or (select current_setting('app.annulling', true)) = 'on');

create policy case_officer_annuls on evaluation for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.annulling', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.annulling', true)) = 'on');
