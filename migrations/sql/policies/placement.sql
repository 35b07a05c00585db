-- Placements. Case officers keep them. The EPJ and finance read those whose person's address is not protected, a
-- service those of its area that are not protected. A provider reads its own, protected or not, and sets the last day
-- when it gives notice (L3). The owner reads them to count protected ones for finance and to sum a participant's shares
-- (L1), and moves the two participants' while it merges them.
alter table placement enable row level security;
alter table placement force row level security;

create policy case_officer_manages on placement to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy epj_and_finance_read on placement for select to vekstplass_service
    using ((select caller_has_role('epj', 'finance')) and not address_protection);

create policy service_reads_area on placement for select to vekstplass_service
    using (service_area = (select caller_service_area()) and not address_protection);

create policy provider_reads_own on placement for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy provider_ends_own on placement for update to vekstplass_service
    using (provider_id = (select caller_provider_id()))
    with check (provider_id = (select caller_provider_id()));

create policy owner_merges on placement to current_user
    using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')));

create policy owner_counts_protected on placement for select to current_user using (address_protection);

create policy owner_sums_shares on placement for select to current_user using (true);
