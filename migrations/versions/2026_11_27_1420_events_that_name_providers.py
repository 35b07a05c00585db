"""Events that name a provider tell the EPJ nothing of people with a protected address: requests too."""

from alembic import op

revision = "0026_events_that_name_providers"
down_revision = "0025_invoice_audiences"
branch_labels = None
depends_on = None

_BEFORE = """
alter policy epj_reads on event using ((select caller_has_role('epj'))
    and (data ->> 'placement_id' is null or (select true from placement
        where placement.id = (event.data ->> 'placement_id')::uuid and not placement.address_protection)))
"""
_AFTER = """
alter policy epj_reads on event using ((select caller_has_role('epj')) and (data ->> 'provider_id' is null
    or (select true from placement
        where placement.id = (event.data ->> 'placement_id')::uuid and not placement.address_protection)
    or data ->> 'placement_id' is null and (select true from participant
        where participant.id = coalesce((select participant_merge.participant_id from participant_merge
                where participant_merge.duplicate_id = (event.data ->> 'participant_id')::uuid),
            (event.data ->> 'participant_id')::uuid) and not participant.address_protection)))
"""
_TABLES = ("event", "request", "application")


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # The owner is subject to the policies too, and reads and changes nothing by them.
    for table in _TABLES:
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "update event set data = data || jsonb_build_object('participant_id', application.participant_id)"
        " from request join application on application.id = request.application_id"
        " where starts_with(event.type, 'request.') and request.id = (event.data ->> 'request_id')::uuid"
    )
    for table in _TABLES:
        op.execute(f"alter table {table} force row level security")
    op.execute(_AFTER)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_BEFORE)
    op.execute("alter table event no force row level security")
    op.execute("update event set data = data - 'participant_id' where starts_with(type, 'request.')")
    op.execute("alter table event force row level security")
