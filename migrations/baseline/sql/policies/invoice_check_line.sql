-- A checked invoice's lines. Case officers keep all; finance reads those that name no place, or an unprotected one.
alter table invoice_check_line enable row level security;
alter table invoice_check_line force row level security;

create policy case_officer_manages on invoice_check_line to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy finance_reads on invoice_check_line for select to vekstplass_service
    using ((select caller_has_role('finance')) and (placement_id is null or (select true from placement
        where placement.id = invoice_check_line.placement_id and not placement.address_protection)));
