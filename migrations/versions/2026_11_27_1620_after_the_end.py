"""A provider sees a person while the place lasts and `follow_up_months` after it (D11)."""

import sqlalchemy as sa
from alembic import op

revision = "0033_after_the_end"
down_revision = "0032_invoice_ledger"
branch_labels = None
depends_on = None

_SET_CALLER = """
create function set_caller(
    actor text, roles text, organisation text, service_area text, known_provider_id text{argument})
returns text language plpgsql as $$
begin
    perform set_config('app.actor', actor, true), set_config('app.roles', roles, true),
        set_config('app.organisation', organisation, true), set_config('app.service_area', service_area, true){setting};
    if known_provider_id = '' and public.caller_has_role('provider') then
        -- Subject to the policies itself: a provider reads its own row of `provider` and no other.
        known_provider_id := coalesce(
            (select id::text from public.provider where organisation_number = organisation), '');
    end if;
    return set_config('app.provider_id', known_provider_id, true);
end
$$
"""
_TODAY = """
create function caller_today() returns date
language sql stable parallel safe
return coalesce(nullif(current_setting('app.today', true), '')::date, current_date)
"""
_FIRST_FOLLOWED_END = """
create function first_followed_end() returns date
language sql stable parallel safe
return (
    select earliest + case when earliest + period < caller_today() then 1 else 0 end
    from (
        select period, (caller_today() - period)::date as earliest
        from (
            select make_interval(months => coalesce((
                select follow_up_months from guideline_version where valid_from <= caller_today()
                order by valid_from desc limit 1), 3)) as period
        ) as version
    ) as calculated
)
"""
_FOLLOWED_PLACEMENTS = """
create function followed_placements() returns table (placement_id uuid, participant_id uuid, ends_on date)
language sql stable parallel safe
begin atomic
    select id, participant_id, ends_on from placement
    where provider_id = (select caller_provider_id()) and annulled_on is null
        and (ends_on is null or ends_on >= (select first_followed_end())
            and (not address_protection or ends_on >= (select caller_today())));
end
"""
_PLACED = "participant_id in (select participant_id from placement where provider_id = (select caller_provider_id()))"
_CONSENTING = """exists (select from followed_placements() as followed
    where followed.participant_id = consent.participant_id
        and (followed.ends_on is null or consent.given_on <= followed.ends_on))"""
_FOLLOWED = "placement_id in (select followed.placement_id from followed_placements() as followed)"
_OWN = "provider_id = (select caller_provider_id())"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column(
        "guideline_version",
        sa.Column("follow_up_months", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
    )
    # A new column: no row can break it.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table guideline_version add constraint ck_guideline_version_follow_up_months"
        " check (follow_up_months between 0 and 24)"
    )
    # What serves until then passes five arguments, and finds the new one by them.
    op.execute("-- squawk-ignore ban-drop-function\ndrop function set_caller(text, text, text, text, text)")
    op.execute(
        _SET_CALLER.format(
            argument=",\n    today text default ''", setting=",\n        set_config('app.today', today, true)"
        )
    )
    for function in (_TODAY, _FIRST_FOLLOWED_END, _FOLLOWED_PLACEMENTS):
        op.execute(function)
    op.execute(
        "alter policy provider_reads_own on participant"
        " using (id in (select participant_id from followed_placements()))"
    )
    _alter_consents(_CONSENTING)
    for table in ("plan", "evaluation"):
        op.execute(
            f"alter policy provider_reads_own on {table} using ({_OWN} and (filed_by = 'provider' or {_FOLLOWED}))"
        )
    op.execute(
        "alter policy provider_reads_own on meeting"
        f" using ({_OWN} and (filed_by = 'provider' or placement_id is null or {_FOLLOWED}))"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy provider_reads_own on participant using ({_PLACED.replace('participant_id', 'id', 1)})")
    _alter_consents(_PLACED)
    for table in ("plan", "evaluation", "meeting"):
        op.execute(f"alter policy provider_reads_own on {table} using ({_OWN})")
    op.execute("drop function followed_placements()")
    op.execute("drop function first_followed_end()")
    op.execute("drop function caller_today()")
    op.execute("drop function set_caller(text, text, text, text, text, text)")
    op.execute(_SET_CALLER.format(argument="", setting=""))
    op.drop_column("guideline_version", "follow_up_months")


def _alter_consents(condition: str) -> None:
    mine = f"((select caller_has_role('provider')) and {condition})"
    op.execute(f"alter policy provider_manages_own on consent using {mine} with check {mine}")
