-- Participants. Case officers and the EPJ keep them. A service reads those of its area, and a provider those whose place
-- with it lasts or has ended lately (D11). Fagutvikling reads those who have applied to the trust or for a trip,
-- without a protected address (X3). The auditor looks people up by name; which columns it gets is the service's to
-- say. To finance a participant is an id. merge_participant, which runs as the owner, reaches the two that it merges.
alter table participant enable row level security;
alter table participant force row level security;

create policy case_officer_and_epj_manage on participant to vekstplass_service
    using ((select caller_has_role('case_officer', 'epj')))
    with check ((select caller_has_role('case_officer', 'epj')));

create policy service_reads_area on participant for select to vekstplass_service
    using (service_area = (select caller_service_area()));

create policy provider_reads_own on participant for select to vekstplass_service
    using (id in (select participant_id from followed_placements()));

create policy auditor_reads on participant for select to vekstplass_service
    using ((select caller_has_role('auditor')));

create policy grants_officer_reads_applicants on participant for select to vekstplass_service
    using ((select caller_has_role('grants_officer')) and not address_protection
        and (id in (select participant_id from trust_application)
            or id in (select participant_id from trip_application)));

create policy owner_merges on participant to current_user
    using (id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
