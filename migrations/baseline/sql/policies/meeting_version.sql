-- Every version of a meeting's minutes. Read by those who read the meeting, and added by the party whose meeting it
-- is; case officers change one only while they erase a person.
alter table meeting_version enable row level security;
alter table meeting_version force row level security;

create policy case_officer_reads on meeting_version for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds_own on meeting_version for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')) and (select true from meeting
        where meeting.id = meeting_version.meeting_id and meeting.filed_by = 'case_office'));

create policy case_officer_erases on meeting_version for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy service_reads_area on meeting_version for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from meeting
        left join placement on placement.id = meeting.placement_id
        where meeting.id = meeting_version.meeting_id and (meeting.kind = 'system'
            or placement.service_area = (select caller_service_area()) and not placement.address_protection)));

create policy provider_reads_own on meeting_version for select to vekstplass_service
    using ((select caller_has_role('provider')) and (select true from meeting
        where meeting.id = meeting_version.meeting_id
            and (meeting.kind = 'system' or meeting.provider_id = (select caller_provider_id()))));

create policy provider_adds_own on meeting_version for insert to vekstplass_service
    with check ((select caller_has_role('provider')) and (select true from meeting
        where meeting.id = meeting_version.meeting_id and meeting.filed_by = 'provider'
            and meeting.provider_id = (select caller_provider_id())));
