"""A payment or repayment of the Ramberg trust that was recorded by mistake is annulled with a reason."""

from alembic import op

revision = "0068_trust_payment_annulments"
down_revision = "0070_consent_protection"
branch_labels = None
depends_on = None

_HOLDING = "\n                    and annulled_at is null"
_FUNCTION = """
create or replace function refuse_trust_overdraft() returns trigger language plpgsql as $$
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
                and entry.annulled_at is null
            cross join lateral (
                select coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
                    coalesce(sum(amount) filter (where kind = 'repayment'), 0) as repaid
                from trust_entry
                where application_id = application.id and entered_on <= new.entered_on{holding}) as moved
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
    op.execute(
        "-- squawk-ignore ban-drop-constraint\nalter table trust_entry drop constraint ck_trust_entry_annulled_kind"
    )
    op.execute(_FUNCTION.replace("{holding}", _HOLDING))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_FUNCTION.replace("{holding}", ""))
    # Refused where a payment was annulled. The table has some rows an application.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table trust_entry add constraint ck_trust_entry_annulled_kind"
        " check (annulled_at is null or kind in ('grant', 'reject'))"
    )
