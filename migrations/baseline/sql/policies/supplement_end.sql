-- Ends of supplements. As the supplements themselves.
alter table supplement_end enable row level security;
alter table supplement_end force row level security;

create policy case_officer_reads on supplement_end for select to vekstplass_service
    using ((select caller_has_role('case_officer')));

create policy case_officer_adds on supplement_end for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));

create policy case_officer_erases on supplement_end for update to vekstplass_service
    using ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on')
    with check ((select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on');

create policy finance_reads on supplement_end for select to vekstplass_service
    using ((select caller_has_role('finance')) and (select true from placement
        where placement.id = supplement_end.placement_id and not placement.address_protection));

create policy provider_reads_own on supplement_end for select to vekstplass_service
    using (provider_id = (select caller_provider_id()));

create policy owner_counts_protected on supplement_end for select to current_user using (true);
