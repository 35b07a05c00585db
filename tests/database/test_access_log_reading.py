"""What PostgreSQL reads to tell who has seen somebody."""

from uuid import uuid4

import asyncpg

import postgres
from tests.conftest import cloned

_FILL = """
insert into access_log (id, actor, action, method, route, purpose, outcome, request_id, participant_ids, denied_ids)
select (lpad(to_hex(n), 26, '0') || '000000')::uuid, 'test', 'read', 'GET', '/', 'provision',
    'allowed', 'test', array[case when n % 8000 = 0 then $1::uuid else md5((n % 4000)::text)::uuid end], '{}'
from generate_series(1, 40000) as n
"""
_READ = """
select count(*) from read_access_log(array[$1::uuid], '{}', null, null, null, null, null, null, null, 51)
"""
_WITHOUT_INDEX = """
select conrelid::regclass::text from pg_constraint
where contype = 'f' and confrelid in ('participant'::regclass, 'placement'::regclass) and not exists (
    select from pg_index where indrelid = conrelid and indpred is null and indkey[0] = conkey[1])
"""
_TOUCHED = """
select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_all_tables
where schemaname = 'access_log_partition'
"""


async def test_a_person_whom_few_have_seen_is_found_by_the_index(cluster: postgres.Cluster) -> None:
    """Whatever is known of how often they were seen: the log is not read backwards until a page is full."""
    async with cloned(cluster) as name:
        database = await asyncpg.connect(cluster.dsn("postgres", name))
        try:
            person = uuid4()
            await database.execute(_FILL, person)
            await database.execute("vacuum access_log")
            async with database.transaction():
                await database.execute("select set_config('app.roles', 'auditor', true)")
                assert await database.fetchval(_READ, person) == 5
                assert await database.fetchval(_TOUCHED) == 5
        finally:
            await database.close()


async def test_every_row_of_a_person_or_a_place_is_found_by_an_index(cluster: postgres.Cluster) -> None:
    """The log's lines about somebody's records, the export and erasure ask every table for them."""
    async with cloned(cluster) as name:
        database = await asyncpg.connect(cluster.dsn("postgres", name))
        try:
            assert [row[0] for row in await database.fetch(_WITHOUT_INDEX)] == []
        finally:
            await database.close()
