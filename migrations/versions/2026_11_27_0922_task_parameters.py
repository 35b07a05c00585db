"""How long before or after a day something is a task: parameters of the guideline (D4, L6, L7)."""

import sqlalchemy as sa
from alembic import op

revision = "0004_task_parameters"
down_revision = "0003_most_months_ahead"
branch_labels = None
depends_on = None

_DEFAULTS = {"request_answer_days": "14", "temporary_ending_days": "60", "supplement_ending_days": "30"}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name, default in _DEFAULTS.items():
        op.add_column("guideline_version", sa.Column(name, sa.SmallInteger(), nullable=False, server_default=default))
        # A version is a row a year: they are checked at once.
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"alter table guideline_version add constraint ck_guideline_version_{name}"
            f" check ({name} between 0 and 366)"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name in _DEFAULTS:
        op.drop_column("guideline_version", name)
