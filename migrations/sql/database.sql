-- Temporary tables are for the database's owner alone. Rights on a database are not copied with its template and not
-- restored with a dump, so this is no migration: `python -m app roles` and `python -m app migrate` see to it each time.
-- The maintenance database is not ours.
do $$
begin
    perform pg_advisory_xact_lock(46310001);
    if exists (
        select from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
        where datname = current_database() and datname <> 'postgres' and grantee = 0 and privilege_type = 'TEMPORARY'
    ) then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
end
$$;
