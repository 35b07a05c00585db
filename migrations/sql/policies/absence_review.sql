-- Reviews of extensive absence (A3). They are the municipality's: case officers keep them, a service reads those of
-- unprotected places of its area, and no provider does.
alter table absence_review enable row level security;
alter table absence_review force row level security;

create policy case_officer_manages on absence_review to vekstplass_service
    using ((select caller_has_role('case_officer')))
    with check ((select caller_has_role('case_officer')));

create policy service_reads_area on absence_review for select to vekstplass_service
    using ((select caller_has_role('service')) and (select true from placement
        where placement.id = absence_review.placement_id and placement.service_area = (select caller_service_area())
            and not placement.address_protection));
