"""When a decision mirrors the need, and when somebody is assessed again, by the version of the guideline (S4)."""

import sqlalchemy as sa
from alembic import op

revision = "0056_mirror"
down_revision = "0055_service_hours"
branch_labels = None
depends_on = None

_PARAMETERS = (
    ("mirror_lower_percent", "90", "between 1 and 100"),
    ("mirror_upper_percent", "110", "between 100 and 1000"),
    ("reassessment_months", "12", "between 1 and 120"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name, default, limits in _PARAMETERS:
        op.add_column(
            "guideline_version", sa.Column(name, sa.SmallInteger(), server_default=sa.text(default), nullable=False)
        )
        # A new column: no row can break it.
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"alter table guideline_version add constraint ck_guideline_version_{name} check ({name} {limits})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name, _, _ in _PARAMETERS:
        op.drop_column("guideline_version", name)
