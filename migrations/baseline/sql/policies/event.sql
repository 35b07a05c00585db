-- Events. Each caller adds those of what it does. Case officers follow all, the EPJ those about no place or an
-- unprotected one (an event names the provider), finance those of the budget. The owner reads the highest number after
-- a restore.
alter table event enable row level security;
alter table event force row level security;

create policy everyone_adds on event for insert to vekstplass_service with check (true);

create policy case_officer_reads on event for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy epj_reads on event for select to vekstplass_service
    using ((select caller_has_role('epj')) and (data ->> 'placement_id' is null or (select true from placement
        where placement.id = (event.data ->> 'placement_id')::uuid and not placement.address_protection)));

create policy finance_reads_budget on event for select to vekstplass_service
    using ((select caller_has_role('finance')) and starts_with(type, 'budget.'));

create policy owner_continues_numbers on event for select to current_user using (true);
