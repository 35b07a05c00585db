-- Who goes on a trip, and what each pays (T15, T16). The case office and Fagutvikling keep them; the service that plans the
-- trip's staff reads those of its area that it travels with, unless their address is protected: a trip tells where they
-- will be. The owner while it merges two participants.
alter table trip_participant enable row level security;
alter table trip_participant force row level security;

create policy case_officer_and_grants_officer_manage on trip_participant to vekstplass_service
    using ((select caller_has_role('case_officer', 'grants_officer')))
    with check ((select caller_has_role('case_officer', 'grants_officer')));

create policy service_reads_area on trip_participant for select to vekstplass_service
    using ((select true from trip
        where trip.id = trip_participant.trip_id and trip.service_area = (select caller_service_area()))
        and participant_id in (select id from participant
            where service_area = (select caller_service_area()) and not address_protection));

create policy owner_merges on trip_participant to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));
