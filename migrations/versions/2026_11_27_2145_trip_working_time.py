"""The passive night (T6) and the limits of working time that are warned of (T22), of a version of the trip scheme."""

import sqlalchemy as sa
from alembic import op

revision = "0053_trip_working_time"
down_revision = "0052_manager_stairs"
branch_labels = None
depends_on = None

_CLOCK = "'^([01][0-9]|2[0-3]):[0-5][0-9]$'"
_MINUTES = {"daily_rest": "660", "agreed_rest": "480", "weekly_rest": "2100", "longest_shift": "750"}
_ALL = ", ".join(f"{name}_minutes" for name in _MINUTES)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name, value in {"from": "23:00", "to": "07:00"}.items():
        op.add_column(
            "trip_scheme", sa.Column(f"passive_night_{name}", sa.String(), nullable=False, server_default=value)
        )
        _add_check(f"passive_night_{name}", f"passive_night_{name} ~ {_CLOCK}")
    for name, value in _MINUTES.items():
        op.add_column(
            "trip_scheme", sa.Column(f"{name}_minutes", sa.SmallInteger(), nullable=False, server_default=value)
        )
    _add_check("working_time", f"least({_ALL}) >= 0 and greatest({_ALL}) <= 10080")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name in _MINUTES:
        op.drop_column("trip_scheme", f"{name}_minutes")
    for name in ("from", "to"):
        op.drop_column("trip_scheme", f"passive_night_{name}")


def _add_check(name: str, check: str) -> None:
    # The rows that are there have the defaults.
    op.execute(f"alter table trip_scheme add constraint ck_trip_scheme_{name} check ({check}) not valid")
