"""The caller is told by one function, and with it which provider an organisation is.

A policy's own look-up of the provider of an organisation was most of what the wall cost a provider: 30 us of each
statement of 130 us, 12 us now. The service keeps what was looked up once: an organisation number is its provider's
identity and never changes (which the column's right now says), and an id that is gone shows nothing.

What a provider or a service is told now holds for that role alone, so that the policies of every other request ask one
question instead of two. It holds for the transaction, as before. A version of the service that does not tell by this
function yet shows providers nothing.
"""

from alembic import op

revision = "0020_told_provider"
down_revision = "0019_supplement_ends"
branch_labels = None
depends_on = None

PROVIDER = "(select caller_has_role('provider')) and "
SERVICE = "(select caller_has_role('service')) and "
# (table, policy, the role's test that has moved into the function, the rest of what it says).
POLICIES = (
    ("placement", "provider_reads_its_own", PROVIDER, "provider_id = (select caller_provider_id())"),
    (
        "placement",
        "service_reads_its_area",
        SERVICE,
        "service_area = (select caller_service_area()) and not address_protection",
    ),
    (
        "participant",
        "provider_reads_its_participants",
        PROVIDER,
        "id in (select participant_id from placement where provider_id = (select caller_provider_id()))",
    ),
    ("participant", "service_reads_its_area", SERVICE, "service_area = (select caller_service_area())"),
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        create function tell_caller(actor text, roles text, organisation text, service_area text, known text)
        returns text language plpgsql as $$
        begin
            perform set_config('app.actor', actor, true), set_config('app.roles', roles, true),
                set_config('app.organisation', organisation, true), set_config('app.service_area', service_area, true);
            if known = '' and caller_has_role('provider') then
                -- Behind the wall itself, as told just now: a provider sees its own row of `provider` and no other.
                known := coalesce((select id::text from provider where organisation_number = organisation), '');
            end if;
            return set_config('app.provider', known, true);
        end
        $$
        """
    )
    _replace(
        "caller_provider_id() returns uuid",
        "case when caller_has_role('provider') then nullif(current_setting('app.provider', true), '')::uuid end",
    )
    _replace(
        "caller_service_area() returns text",
        "case when caller_has_role('service') then nullif(current_setting('app.service_area', true), '') end",
    )
    op.execute("revoke update on provider from vekstplass_service")
    op.execute("grant update (name, municipality_number, updated_at) on provider to vekstplass_service")
    for table, policy, _, shown in POLICIES:
        op.execute(f"alter policy {policy} on {table} using ({shown})")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("grant update on provider to vekstplass_service")
    for table, policy, role, shown in POLICIES:
        op.execute(f"alter policy {policy} on {table} using ({role}{shown})")
    _replace(
        "caller_provider_id() returns uuid",
        "(select id from provider where organisation_number = caller_organisation())",
    )
    _replace("caller_service_area() returns text", "nullif(current_setting('app.service_area', true), '')")
    op.execute("drop function tell_caller(text, text, text, text, text)")


def _replace(signature: str, value: str) -> None:
    op.execute(f"create or replace function {signature} language sql stable parallel safe return {value}")
