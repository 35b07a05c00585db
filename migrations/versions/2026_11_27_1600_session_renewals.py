"""A session's roles are asked of its issuer again: by the issuer's refresh token, sealed under the cookie's secret."""

import sqlalchemy as sa
from alembic import op

revision = "0031_session_renewals"
down_revision = "0030_web_logins"
branch_labels = None
depends_on = None

_OPEN = "open_web_session(bytea, text, text, text, text[], text, text, text, text, interval)"
_OPEN_SEALED = "open_web_session(bytea, text, text, text, text[], text, text, text, text, interval, bytea)"
_RESUME = "resume_web_session(bytea, interval)"
_CLAIM = "claim_web_session_renewal(bytea, interval)"
_RENEW = "renew_web_session(bytea, text, text[], text, text, bytea)"
_CREATE = {
    _OPEN_SEALED: """
create function open_web_session(id_hash bytea, subject text, actor text, name text, roles text[], organisation text,
    service_area text, issuer text, csrf text, lifetime interval, refresh_token bytea default null) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_session where expires_at < now();
    insert into public.web_session (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, expires_at,
        refresh_token)
    values (id_hash, subject, name, roles, organisation, service_area, issuer, csrf, now() + lifetime, refresh_token);
    insert into public.web_person as known (actor, name) values (actor, name)
    on conflict on constraint pk_web_person do update set name = excluded.name, seen_at = now();
$$
""",
    _RESUME: """
create function resume_web_session(digest bytea, idle interval) returns table (subject text, name text, roles text[],
    organisation text, service_area text, issuer text, csrf text, refresh_token bytea, since_renewal interval)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set seen_at = now()
    where id_hash = digest and expires_at > now() and seen_at between now() - idle and now() - interval '1 minute';
    select subject, name, roles, organisation, service_area, issuer, csrf, refresh_token, now() - renewed_at
    from public.web_session
    where id_hash = digest and expires_at > now() and seen_at > now() - idle;
$$
""",
    _CLAIM: """
create function claim_web_session_renewal(digest bytea, every interval) returns boolean
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with claimed as (
        update public.web_session set renewed_at = now() where id_hash = digest and renewed_at <= now() - every
        returning 1
    )
    select exists (select from claimed)
$$
""",
    _RENEW: """
create function renew_web_session(digest bytea, new_name text, new_roles text[], new_organisation text,
    new_service_area text, new_refresh_token bytea) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set name = new_name, roles = new_roles, organisation = new_organisation,
        service_area = new_service_area, refresh_token = new_refresh_token
    where id_hash = digest
$$
""",
}
_CREATE_BEFORE = {
    _OPEN: """
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
    _RESUME: """
create function resume_web_session(digest bytea, idle interval) returns table (subject text, name text, roles text[],
    organisation text, service_area text, issuer text, csrf text)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update public.web_session set seen_at = now()
    where id_hash = digest and expires_at > now() and seen_at between now() - idle and now() - interval '1 minute';
    select subject, name, roles, organisation, service_area, issuer, csrf from public.web_session
    where id_hash = digest and expires_at > now() and seen_at > now() - idle;
$$
""",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("web_session", sa.Column("refresh_token", sa.LargeBinary()))
    op.add_column(
        "web_session",
        sa.Column("renewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    _drop(_OPEN, _RESUME)
    _create(_CREATE)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    _drop(*_CREATE)
    _create(_CREATE_BEFORE)
    op.drop_column("web_session", "renewed_at")
    op.drop_column("web_session", "refresh_token")


def _drop(*functions: str) -> None:
    for function in functions:
        op.execute(f"-- squawk-ignore ban-drop-function\ndrop function {function}")


def _create(functions: dict[str, str]) -> None:
    for function, statement in functions.items():
        op.execute(statement)
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to vekstplass_service")
