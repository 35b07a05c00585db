"""Parameters that the code had as constants: staff for places (P5), uncounted absence (A3), parts of a year (M).

Versions from before have what the guideline of 2022 says.
"""

from alembic import op

revision = "0023_more_parameters"
down_revision = "0022_review_held"
branch_labels = None
depends_on = None

# (column, definition, check)
COLUMNS = (
    ("places_per_employee", "smallint not null default 5", "places_per_employee between 1 and 100"),
    (
        "absence_uncounted_kinds",
        "varchar[] not null default '{holiday}'",
        "absence_uncounted_kinds <@ array['sick', 'holiday', 'leave', 'unexcused', 'other']::varchar[]",
    ),
    ("part_year_percent", "smallint not null default 50", "part_year_percent between 1 and 100"),
    ("part_year_conversations", "smallint not null default 1", "part_year_conversations between 0 and 52"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for column, definition, check in COLUMNS:
        op.execute(
            f"alter table guideline_version add column {column} {definition}"
            f" constraint ck_guideline_version_{column} check ({check})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for column, _, _ in reversed(COLUMNS):
        op.drop_column("guideline_version", column)
