"""Kept answers end where fewer may see their person."""

from alembic import op

revision = "0073_kept_answers_end"
down_revision = "0072_erased_people"
branch_labels = None
depends_on = None

_CONCEAL_KEPT_ANSWERS = """
create function conceal_kept_answers() returns trigger language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
    where participant_ids && (new.id || array(
        select duplicate_id from public.participant_merge where participant_id = new.id));
    return null;
end
$$
"""
_TRIGGER = """
create trigger conceal_kept_answers after update of address_protection, service_area on participant for each row
    when (new.address_protection and not old.address_protection or new.service_area <> old.service_area)
    execute function conceal_kept_answers()
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("create policy owner_reads on participant_merge for select to current_user using (true)")
    op.execute(_CONCEAL_KEPT_ANSWERS)
    op.execute("revoke execute on function conceal_kept_answers() from public")
    op.execute(_TRIGGER)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop trigger conceal_kept_answers on participant")
    op.execute("drop function conceal_kept_answers()")
    op.execute("drop policy owner_reads on participant_merge")
