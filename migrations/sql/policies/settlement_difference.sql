-- Differences from months closed before. As the lines.
alter table settlement_difference enable row level security;
alter table settlement_difference force row level security;

create policy case_officer_manages on settlement_difference to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_reads on settlement_difference for select to vekstplass_service
    using ((select caller_has_role('finance')) and (select true from placement
        where placement.id = settlement_difference.placement_id and not placement.address_protection));
