-- What a checked invoice covers. As its lines.
alter table invoice_cover enable row level security;
alter table invoice_cover force row level security;

create policy case_officer_manages on invoice_cover to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_reads on invoice_cover for select to vekstplass_service
    using ((select caller_has_role('finance')) and audience is distinct from 'case_office'
        and (placement_id is null or (select true from placement
        where placement.id = invoice_cover.placement_id and not placement.address_protection)));
