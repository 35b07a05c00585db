"""Kept answers end on time for everybody, and are emptied when a person in them is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0028_kept_answers"
down_revision = "0027_more_denied"
branch_labels = None
depends_on = None

_FUNCTIONS = (
    """
create function clear_kept_answers(hours integer) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.idempotency_key where (caller, key) in (
        select caller, key from public.idempotency_key
        where created_at < now() - make_interval(hours => greatest(hours, 1))
        order by created_at limit 5000 for update skip locked)
$$
""",
    """
create function erase_kept_answers(people uuid[]) returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with erased as (
        update public.idempotency_key set body = '', headers = '{}', participant_ids = '{}', is_erased = true
        where participant_ids && people and public.caller_has_role('case_officer') returning 1)
    select count(*) from erased
$$
""",
)
_SIGNATURES = ("clear_kept_answers(integer)", "erase_kept_answers(uuid[])")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column(
        "idempotency_key", sa.Column("is_erased", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(
        "create policy owner_clears_and_erases on idempotency_key to current_user using (true) with check (true)"
    )
    for function in _FUNCTIONS:
        op.execute(function)
    for signature in _SIGNATURES:
        op.execute(f"revoke execute on function {signature} from public")
        op.execute(f"grant execute on function {signature} to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for signature in _SIGNATURES:
        op.execute(f"drop function {signature}")
    op.execute("drop policy owner_clears_and_erases on idempotency_key")
    op.drop_column("idempotency_key", "is_erased")
