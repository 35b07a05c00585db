"""Release 1.0.0: all tables, and the row-level security around them.

The tables are in `migrations/baseline/`, functions, triggers, policies and grants in `migrations/sql/`, whose README
says how they change from here on.
"""

import re
from pathlib import Path

from alembic import op

from migrations.baseline import (
    TABLES,
    absence,
    access_log,
    budget,
    followup,
    http,
    invoices,
    outbox,
    participants,
    placements,
    providers,
    rates,
    settlements,
)

revision = "0001_baseline"
down_revision = None
branch_labels = None
depends_on = None

_MIGRATIONS = Path(__file__).parents[1]
# A table stands after those that it refers to.
_ROOMS = (
    providers,
    participants,
    rates,
    placements,
    absence,
    followup,
    budget,
    settlements,
    invoices,
    outbox,
    http,
    access_log,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("create extension if not exists btree_gist")
    # Decisions and notices in one series, since it is their common order that says what a place has come to (D6).
    op.execute("create sequence act_number")
    for room in _ROOMS:
        room.create_tables()
    op.execute("insert into event_base default values")
    policies = [f"policies/{table}.sql" for table in TABLES]
    for file in ("functions.sql", "triggers.sql", *policies, "grants.sql"):
        for statement in _statements(_read(file)):
            op.execute(statement)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"drop table {', '.join(TABLES)} cascade")
    op.execute("drop schema access_log_partition")
    for function in re.findall(r"^create function (\w+)", _read("functions.sql"), re.MULTILINE):
        op.execute(f"drop function if exists {function} cascade")
    op.execute("drop sequence act_number")


def _read(file: str) -> str:
    """A file as it was at release 1.0.0: one that has changed since is kept in `migrations/baseline/sql/`."""
    released = _MIGRATIONS / "baseline" / "sql" / file
    return (released if released.exists() else _MIGRATIONS / "sql" / file).read_text(encoding="utf-8")


def _statements(sql: str) -> list[str]:
    """Split at each semicolon that ends a line outside a function's body."""
    pieces = sql.split("$$")
    pieces[::2] = [outside.replace(";\n", "\0") for outside in pieces[::2]]
    return [statement for statement in "$$".join(pieces).split("\0") if statement.strip()]
