-- The guideline's versions. It is a public paper, and what is due by it is computed for everyone who sees a placement;
-- case officers add versions.
alter table guideline_version enable row level security;
alter table guideline_version force row level security;

create policy everyone_reads on guideline_version for select to vekstplass_service using (true);

create policy case_officer_adds on guideline_version for insert to vekstplass_service
    with check ((select caller_has_role('case_officer')));
