"""What runs as the owner never takes a caller's temporary table for one of ours, even if the caller could make one."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database.driver import plain_dsn
from tests.conftest import Api
from tests.factories import steps

REACHED = """
create function pg_temp.reached() returns trigger language plpgsql as $$
begin
    raise exception 'reached as %', current_user;
end
$$
"""


@pytest.fixture
async def service(committed_api: Api) -> AsyncIterator[asyncpg.Connection]:
    """The service's role on `committed_api`'s own database."""
    connection = await asyncpg.connect(plain_dsn(committed_api.app.state.settings.database_url))
    yield connection
    await connection.close()


async def shadow_tables(superuser: asyncpg.Connection, service: asyncpg.Connection) -> None:
    """Let the service have temporary tables with every name of ours, each with a trigger that fails."""
    database = await superuser.fetchval("select current_database()")
    await superuser.execute(f"grant temporary on database {database} to vekstplass_service")
    tables = await superuser.fetch(
        "select relname, has_table_privilege('vekstplass_service', oid, 'select') as readable from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    await service.execute("create temporary table first (id int)")
    await service.execute(REACHED)
    for row in tables:
        table = row["relname"]
        # What the service may not read, it does not know the columns of: the trigger is reached all the same.
        columns = f"like public.{table}" if row["readable"] else ""
        await service.execute(f"create temporary table {table} ({columns})")
        await service.execute(
            f"create trigger reached before insert or update or delete on pg_temp.{table}"
            " for each statement execute function pg_temp.reached()"
        )


async def test_the_service_cannot_make_temporary_tables(service: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("create temporary table access_log_seal (id uuid)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(REACHED)


async def test_the_access_log_writes_its_own_tables(service: asyncpg.Connection, behind: asyncpg.Connection) -> None:
    await shadow_tables(behind, service)
    before = await behind.fetchval("select count(*) from access_log")
    await service.execute("select set_config('app.actor', 'a', false)")
    await service.execute(
        "insert into public.access_log (id, actor, action, method, route, purpose, outcome, request_id,"
        " participant_ids, denied_ids) values ('016e0000-0000-7000-8000-000000000000', 'a', 'read', 'GET', '/', 'p',"
        " 'denied', 'r', '{}', '{null}')"
    )
    assert await behind.fetchval("select count(*) from access_log") == before + 1
    await service.execute("select public.create_access_log_partitions(), public.continue_event_numbers()")
    await service.execute("select public.store_access_log_seal(1, now(), 0, 1, 1, '{}', '', sha256(''), '', '')")
    assert await behind.fetchval("select count(*) from access_log_seal") == 1


async def test_a_merge_reaches_the_real_participants(
    committed_api: Api, service: asyncpg.Connection, behind: asyncpg.Connection
) -> None:
    kept, gone = await steps.participant(committed_api), await steps.participant(committed_api)
    await steps.application(committed_api, gone)
    await shadow_tables(behind, service)
    await service.execute("select set_config('app.roles', 'case_officer', false)")
    await service.execute("select public.merge_participant($1::text::uuid, $2::text::uuid)", kept, gone)
    assert str(await behind.fetchval("select participant_id from application")) == kept
    assert str(await behind.fetchval("select id from participant")) == kept


async def test_event_numbers_continue_above_the_real_events(
    committed_api: Api, service: asyncpg.Connection, behind: asyncpg.Connection
) -> None:
    await steps.provider(committed_api)
    await behind.execute(
        "insert into event (id, transaction_id, type, subject, data) values"
        " (gen_random_uuid(), 1000000000000, 'x.y', 's', '{}')"
    )
    await shadow_tables(behind, service)
    await service.execute("select public.continue_event_numbers()")
    assert await behind.fetchval("select base from event_base") == 1000000000000 + 2**40


async def test_protected_places_are_counted_from_the_real_tables(
    committed_api: Api, service: asyncpg.Connection, behind: asyncpg.Connection
) -> None:
    await steps.law(committed_api)
    await steps.placed(committed_api, await steps.provider(committed_api))
    await behind.execute("update participant set address_protection = true")
    await shadow_tables(behind, service)
    await service.execute("select set_config('app.roles', 'finance', false)")
    assert len(await service.fetch("select * from public.protected_placement_terms()")) == 1
    assert await service.fetch("select * from public.protected_supplements()") == []
