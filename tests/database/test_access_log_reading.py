"""What PostgreSQL reads for a page of the access log."""

from uuid import uuid4

import asyncpg

import postgres
from tests.conftest import cloned

_FILL = """
insert into access_log (id, actor, action, method, route, purpose, outcome, request_id, participant_ids, denied_ids)
select overlay(gen_random_uuid()::text placing '000000' from 31)::uuid, 'test', 'read', 'GET', '/', 'provision',
    'allowed', 'test', array[case when n % 1000 = 0 then $1::uuid else gen_random_uuid() end], '{}'
from generate_series(1, 5000) as n
"""
_READ = """
select count(*) from read_access_log(array[$1::uuid], '{}', null, null, null, null, null, null, null, 51)
"""
_TOUCHED = """
select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_all_tables
where schemaname = 'access_log_partition'
"""


async def test_a_person_whom_few_have_seen_is_found_by_the_index(cluster: postgres.Cluster) -> None:
    """And not by reading the log backwards until there are lines enough for a page: there never are."""
    async with cloned(cluster) as name:
        database = await asyncpg.connect(cluster.dsn("postgres", name))
        try:
            person = uuid4()
            await database.execute(_FILL, person)
            await database.execute("vacuum analyze access_log")
            async with database.transaction():
                await database.execute("select set_config('app.roles', 'auditor', true)")
                assert await database.fetchval(_READ, person) == 5
                assert await database.fetchval(_TOUCHED) == 5
        finally:
            await database.close()
