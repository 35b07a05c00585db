"""A service sees nobody on a trip whose address is protected, and nobody of another area."""

from alembic import op

revision = "0062_trip_protection"
down_revision = "0061_trip_constraints"
branch_labels = None
depends_on = None

_OF_AREA = """
    (select true from trip
        where trip.id = trip_participant.trip_id and trip.service_area = (select caller_service_area()))
"""
_UNPROTECTED = """
    participant_id in (select id from participant
        where service_area = (select caller_service_area()) and not address_protection)
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy service_reads_area on trip_participant using ({_OF_AREA} and {_UNPROTECTED})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy service_reads_area on trip_participant using ({_OF_AREA})")
