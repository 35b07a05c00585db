-- Events. Each caller adds those of what it does. Case officers follow all, the EPJ those that name no provider or whose
-- place (before there is one, whose person) is not protected, and none of the trust and the trips (X3), finance those of the budget. The owner reads the highest
-- number after a restore.
alter table event enable row level security;
alter table event force row level security;

create policy everyone_adds on event for insert to vekstplass_service with check (true);

create policy case_officer_reads on event for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy epj_reads on event for select to vekstplass_service
    using ((select caller_has_role('epj'))
        and not starts_with(type, 'trust.') and not starts_with(type, 'trip') and (data ->> 'provider_id' is null
        or (select true from placement
            where placement.id = (event.data ->> 'placement_id')::uuid and not placement.address_protection)
        or data ->> 'placement_id' is null and (select true from participant
            where participant.id = coalesce((select participant_merge.participant_id from participant_merge
                    where participant_merge.duplicate_id = (event.data ->> 'participant_id')::uuid),
                (event.data ->> 'participant_id')::uuid) and not participant.address_protection)));

create policy finance_reads_budget on event for select to vekstplass_service
    using ((select caller_has_role('finance')) and starts_with(type, 'budget.'));

create policy owner_continues_numbers on event for select to current_user using (true);
