"""A decision of the Ramberg trust that was recorded by mistake is annulled with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0064_trust_annulments"
down_revision = "0063_trip_fund_annulments"
branch_labels = None
depends_on = None

_NAME = "uq_trust_entry_application_id"
_COLUMNS = "annulled_at, annulled_reason"
_HOLDING = "\n                and entry.annulled_at is null"
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
            join trust_entry as entry on entry.application_id = application.id and entry.kind = 'grant'{holding}
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
    op.add_column("trust_entry", sa.Column("annulled_at", sa.DateTime(timezone=True)))
    op.add_column("trust_entry", sa.Column("annulled_reason", sa.String()))
    # Checks of columns that are new: no row can break them.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table trust_entry add constraint ck_trust_entry_annulled"
        " check ((annulled_at is null) = (annulled_reason is null))"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table trust_entry add constraint ck_trust_entry_annulled_kind"
        " check (annulled_at is null or kind in ('grant', 'reject'))"
    )
    _index("kind in ('grant', 'reject') and annulled_at is null")
    op.execute(_FUNCTION.replace("{holding}", _HOLDING))
    op.execute("drop trigger refuse_overdraft on trust_entry")
    op.execute(
        "create trigger refuse_overdraft after insert or update of annulled_at on trust_entry for each row"
        " when (new.kind = 'grant' and new.annulled_at is null) execute function refuse_trust_overdraft()"
    )
    op.execute(f"grant update ({_COLUMNS}) on trust_entry to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"revoke update ({_COLUMNS}) on trust_entry from vekstplass_service")
    op.execute("drop trigger refuse_overdraft on trust_entry")
    op.execute(
        "create trigger refuse_overdraft after insert on trust_entry for each row when (new.kind = 'grant')"
        " execute function refuse_trust_overdraft()"
    )
    op.execute(_FUNCTION.replace("{holding}", ""))
    # Refused where an application was decided again: one of the two decisions has to go first.
    _index("kind in ('grant', 'reject')")
    op.drop_column("trust_entry", "annulled_reason")
    op.drop_column("trust_entry", "annulled_at")


def _index(condition: str) -> None:
    """One decision of an application. The table has some rows an application."""
    op.execute(f"-- squawk-ignore require-concurrent-index-deletion\ndrop index {_NAME}")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        f"create unique index {_NAME} on trust_entry (application_id) where {condition}"
    )
