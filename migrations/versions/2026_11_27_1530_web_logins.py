"""Logins that were begun: what ties the issuer's answer to the browser that asked."""

import sqlalchemy as sa
from alembic import op

revision = "0030_web_logins"
down_revision = "0029_invoice_annulments"
branch_labels = None
depends_on = None

_FUNCTIONS = (
    "begin_web_login(bytea, bytea, text, text, text, text, interval)",
    "finish_web_login(bytea, bytea)",
)
_CREATE_FUNCTIONS = (
    """
create function begin_web_login(state_hash bytea, browser_hash bytea, login text, nonce text, verifier text,
    target text, lifetime interval) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    delete from public.web_login where expires_at < now();
    insert into public.web_login (state_hash, browser_hash, login, nonce, verifier, target, expires_at)
    values (state_hash, browser_hash, login, nonce, verifier, target, now() + lifetime);
$$
""",
    """
create function finish_web_login(state bytea, browser bytea) returns table (login text, nonce text, verifier text,
    target text)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    with finished as (
        delete from public.web_login where state_hash = state and browser_hash = browser returning *
    )
    select login, nonce, verifier, target from finished where expires_at > now()
$$
""",
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "web_login",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_web_login")),
    )
    op.execute("alter table web_login enable row level security")
    op.execute("alter table web_login force row level security")
    op.execute("create policy owner_keeps_sessions on web_login to current_user using (true) with check (true)")
    for statement in _CREATE_FUNCTIONS:
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for function in _FUNCTIONS:
        op.execute(f"drop function {function}")
    op.drop_table("web_login")
