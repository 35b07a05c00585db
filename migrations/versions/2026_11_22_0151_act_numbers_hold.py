"""That every act has its number, checked of the rows from before `0027_act_numbers`.

In a transaction of its own: others read and write while rows that are there are checked.
"""

from alembic import op

revision = "0028_act_numbers_hold"
down_revision = "0027_act_numbers"
branch_labels = None
depends_on = None

TABLES = ("decision", "notice")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in TABLES:
        op.execute(f"alter table {table} validate constraint ck_{table}_act_number")
    for table in TABLES:
        # PostgreSQL goes by the constraint, and reads no row again.
        op.execute(f"alter table {table} alter column act_number set not null")
        op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table {table} drop constraint ck_{table}_act_number")


def downgrade() -> None:
    """As `0027_act_numbers` leaves them: with the constraint in the column's stead."""
    op.execute("set local lock_timeout = '5s'")
    for table in TABLES:
        op.execute(f"alter table {table} add constraint ck_{table}_act_number check (act_number is not null) not valid")
        op.alter_column(table, "act_number", nullable=True)
