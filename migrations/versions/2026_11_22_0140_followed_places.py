"""What happened to a place is followed by those who see the place.

The EPJ does not see where a person with a protected address is; an event names the provider.
"""

from alembic import op

revision = "0026_followed_places"
down_revision = "0025_decided_before_holds"
branch_labels = None
depends_on = None

EVERYTHING = "(select caller_has_role('case_officer', 'epj'))"
# One that is about no place is everybody's who follows.
THEIRS = (
    "(select caller_has_role('case_officer')) or (select caller_has_role('epj')) and (data ->> 'placement_id' is null"
    " or (select true from placement where placement.id = (event.data ->> 'placement_id')::uuid))"
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy followers on event using ({THEIRS})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(f"alter policy followers on event using ({EVERYTHING})")
