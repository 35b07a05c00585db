"""The database holds the limits of the Ramberg trust by itself (R2, R3)."""

from alembic import op

revision = "0046_trust_limits"
down_revision = "0045_access_log_retirement"
branch_labels = None
depends_on = None

_FUNCTION = """
create function refuse_trust_overdraft() returns trigger language plpgsql as $$
declare
    of_person uuid;
    of_year integer;
begin
    select participant_id, extract(year from received_on) into strict of_person, of_year
    from trust_application where id = new.application_id;
    perform pg_advisory_xact_lock(46310011, of_year);
    if exists (
        with taken as (
            select application.participant_id, - moved.repaid + case
                when extract(year from new.entered_on) <= greatest(of_year, extract(year from entry.entered_on))
                then entry.amount else moved.paid end as amount
            from trust_application as application
            join trust_entry as entry on entry.application_id = application.id and entry.kind = 'grant'
            cross join lateral (
                select coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
                    coalesce(sum(amount) filter (where kind = 'repayment'), 0) as repaid
                from trust_entry where application_id = application.id and entered_on <= new.entered_on) as moved
            where application.received_on between make_date(of_year, 1, 1) and make_date(of_year, 12, 31))
        select where
            (select sum(amount) from taken) > coalesce((select max(amount) from trust_year_sum
                where year = of_year and decided_on <= new.entered_on), 0)
            or (select sum(amount) from taken where participant_id = of_person)
                > (select person_limit from trust_year_sum where year = of_year order by amount desc limit 1)
    ) then
        raise exclusion_violation using constraint = 'ck_trust_limits',
            message = 'the grants of a year are more than its sum, or a person''s more than the limit';
    end if;
    return null;
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_FUNCTION)
    op.execute(
        "create trigger refuse_overdraft after insert on trust_entry for each row when (new.kind = 'grant')"
        " execute function refuse_trust_overdraft()"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop trigger refuse_overdraft on trust_entry")
    op.execute("drop function refuse_trust_overdraft()")
