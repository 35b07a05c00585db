-- A closed month's lines. Case officers keep all: a month holds protected places too, whoever closes it. Finance reads
-- those of unprotected places.
alter table settlement_line enable row level security;
alter table settlement_line force row level security;

create policy case_officer_manages on settlement_line to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_reads on settlement_line for select to vekstplass_service
    using ((select caller_has_role('finance')) and (select true from placement
        where placement.id = settlement_line.placement_id and not placement.address_protection));
