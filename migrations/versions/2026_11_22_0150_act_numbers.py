"""Acts on a place are counted in the order they came: an id has the time of the clock that made it, and clocks differ.

One series for decisions and notices, since it is their common order that says what a place has come to (D6). Those from
before are counted in the order of their ids, as they were read until now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027_act_numbers"
down_revision = "0026_followed_places"
branch_labels = None
depends_on = None

TABLES = ("decision", "notice")
ACTS = "(select id from decision union all select id from notice)"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("create sequence act_number")
    op.execute("grant usage on sequence act_number to vekstplass_service")
    op.execute("grant select on sequence act_number to vekstplass_backup")
    for table in TABLES:
        op.add_column(table, sa.Column("act_number", sa.BigInteger(), nullable=True))
        # The owner sees no row of a table whose wall is forced.
        op.execute(f"alter table {table} no force row level security")
    # Nobody adds an act meanwhile: both tables are locked from here on until this is committed.
    for table in TABLES:
        op.execute(
            f"update {table} set act_number = counted.number"
            f" from (select id, row_number() over (order by id) as number from {ACTS} as act) as counted"
            f" where counted.id = {table}.id"
        )
    op.execute(f"select setval('act_number', count(*) + 1, false) from {ACTS} as act")
    for table in TABLES:
        op.execute(f"alter table {table} force row level security")
        op.alter_column(table, "act_number", server_default=sa.text("nextval('act_number')"))
        # Checked of the rows that are there by the next migration.
        op.execute(f"alter table {table} add constraint ck_{table}_act_number check (act_number is not null) not valid")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in TABLES:
        op.drop_column(table, "act_number")
    op.execute("drop sequence act_number")
