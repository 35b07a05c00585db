"""Who has been erased is known to every push, so that it brings no text about them back."""

from alembic import op

revision = "0072_erased_people"
down_revision = "0071_person_indexes"
branch_labels = None
depends_on = None

_FUNCTION = """
create function find_erased(people uuid[]) returns table (participant_id uuid, erased_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select request.participant_id, max(request.decided_at) from public.erasure_request as request
    where request.participant_id = any (people) and request.approved group by request.participant_id
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("create policy owner_finds_erased on erasure_request for select to current_user using (approved)")
    op.execute(_FUNCTION)
    op.execute("revoke execute on function find_erased(uuid[]) from public")
    op.execute("grant execute on function find_erased(uuid[]) to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop function find_erased(uuid[])")
    op.execute("drop policy owner_finds_erased on erasure_request")
