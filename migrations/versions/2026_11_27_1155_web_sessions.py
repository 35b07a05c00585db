"""Who is logged in on the page, and what the people who have logged in are called."""

import sqlalchemy as sa
from alembic import op

revision = "0008_web_sessions"
down_revision = "0007_follow_up"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")
_FUNCTIONS = (
    "open_web_session(bytea, text, text, text, text[], text, text, text, text, interval)",
    "resume_web_session(bytea, interval)",
    "close_web_session(bytea)",
    "end_web_sessions(text)",
)
_CREATE_FUNCTIONS = (
    """
create function open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text,
    service_area text, issuer text, csrf text, lifetime interval) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_session where expires_at < now();
    insert into public.web_session (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, expires_at)
    values (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, now() + lifetime);
    insert into public.web_person as known (actor, name) values (actor, name)
    on conflict on constraint pk_web_person do update set name = excluded.name, seen_at = now();
$$
""",
    """
create function resume_web_session(digest bytea, idle interval) returns table (subject text, name text, roles text[],
    organisation text, service_area text, issuer text, csrf text)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set seen_at = now()
    where id_hash = digest and expires_at > now() and seen_at between now() - idle and now() - interval '1 minute';
    select subject, name, roles, organisation, service_area, issuer, csrf from public.web_session
    where id_hash = digest and expires_at > now() and seen_at > now() - idle;
$$
""",
    """
create function close_web_session(digest bytea) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_session where id_hash = digest
$$
""",
    """
create function end_web_sessions(person text) returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with ended as (delete from public.web_session where subject = person returning 1) select count(*) from ended
$$
""",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("organisation", sa.String()),
        sa.Column("service_area", sa.String()),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(id_hash) = 32", name=op.f("ck_web_session_id_hash")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_subject", "web_session", ["subject"])
    op.create_table(
        "web_person",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("actor", name=op.f("pk_web_person")),
    )
    for table in ("web_session", "web_person"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy owner_keeps_sessions on {table} to current_user using (true) with check (true)")
    op.execute(
        "create policy anybody_reads_names on web_person for select to vekstplass_service using ((select"
        " caller_has_role('case_officer', 'service', 'provider', 'epj', 'finance', 'auditor')))"
    )
    op.execute("grant select on web_person to vekstplass_service")
    for statement in _CREATE_FUNCTIONS:
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for function in _FUNCTIONS:
        op.execute(f"drop function {function}")
    op.drop_table("web_person")
    op.drop_table("web_session")
