"""Months of the access log that are past their retention go, and what is left is still guarded (G2)."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import make_url

import postgres
from app import clock
from app.access_log.retirement import Retired, RetirementError, find_retirable_month, least_id, retire_log
from app.access_log.seals import seal_log
from app.access_log.verification import Verdict, verify_log
from app.database.connections import Database
from tests.conftest import Api, behind_the_wall
from tests.factories import steps

KEY = base64.b64decode("dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC4=")
FIRST, SECOND = datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=400)
# When a row was stored, and when its id was made; those of 2018 have a partition of their own.
ROWS = (
    (datetime(2018, 1, 15, tzinfo=UTC), datetime(2018, 1, 15, tzinfo=UTC)),
    (datetime(2018, 6, 15, tzinfo=UTC), datetime(2018, 6, 15, tzinfo=UTC)),
    # A clock that was wrong by years, and one by a moment around midnight.
    (datetime(2018, 7, 15, tzinfo=UTC), SECOND + DAY),
    (FIRST - MOMENT, FIRST + MOMENT),
    (FIRST + MOMENT, FIRST - MOMENT),
    (datetime(2019, 5, 15, tzinfo=UTC), datetime(2019, 5, 15, tzinfo=UTC)),
    (SECOND + MOMENT, SECOND - MOMENT),
    (SECOND + DAY, SECOND + DAY),
)
PARTITION = """
    create table access_log_partition.month_2018_01 (like access_log including defaults including constraints);
    alter table access_log_partition.month_2018_01 owner to vekstplass_owner;
    alter table access_log attach partition access_log_partition.month_2018_01
        for values from ('2018-01-01 00:00:00+00') to ('2018-02-01 00:00:00+00')
"""
INSERT = """
    insert into access_log (id, at, actor, action, method, route, purpose, outcome, request_id, participant_ids,
        denied_ids) values ($1, $2, 'a', 'a', 'GET', '/', 'p', 'denied', 'r', '{}', '{null}')
"""


@dataclass(frozen=True, slots=True)
class Log:
    """A sealed log of several years and the present, its database as the service sees it, and as a superuser does."""

    database: Database
    superuser: asyncpg.Connection
    owner_url: str
    ids: tuple[UUID, ...]

    async def retire(self, before: datetime) -> Retired:
        return await retire_log(self.owner_url, KEY, before)

    async def verify(self) -> Verdict:
        return await verify_log(self.database, KEY)

    async def list_left(self) -> list[int]:
        """Which of `ROWS` are there, by their numbers."""
        found = {row["id"] for row in await self.superuser.fetch("select id from access_log")}
        return [number for number, id_ in enumerate(self.ids) if id_ in found]


def make_id(moment: datetime, number: int) -> UUID:
    """A row's id of that millisecond."""
    return UUID(int=least_id(moment).int | 0x7 << 76 | number << 24)


@pytest.fixture
async def log(quiet_api: Api, quiet_cluster: postgres.Cluster) -> AsyncIterator[Log]:
    url = quiet_api.app.state.settings.database_url
    database = Database(url, pool_size=2)
    await steps.participant(quiet_api)
    ids = tuple(make_id(made, number) for number, (_, made) in enumerate(ROWS))
    async with behind_the_wall(quiet_api, quiet_cluster) as superuser:
        await superuser.execute("set session_replication_role = replica")
        for statement in PARTITION.split(";"):
            await superuser.execute(statement)
        for id_, (at, _) in zip(ids, ROWS, strict=True):
            await superuser.execute(INSERT, id_, at)
        [sealed] = await seal_log(database, KEY)
        assert sealed.rows == len(ROWS) + 1
        owner_url = quiet_cluster.url("vekstplass_owner", str(make_url(url).database))
        yield Log(database, superuser, owner_url, ids)
    await database.close()


async def test_months_past_retention_go_and_the_rest_holds(log: Log) -> None:
    assert (await log.verify()).retired_before is None
    assert await log.retire(FIRST) == Retired(FIRST, 4)
    assert await log.list_left() == [4, 5, 6, 7]
    verdict = await log.verify()
    assert (verdict.rows, verdict.fault, verdict.retired_before) == (5, None, FIRST)
    # A year later: what a wrong clock dated is not taken for a row that is missing.
    assert await log.retire(SECOND) == Retired(SECOND, 2)
    assert await log.list_left() == [6, 7]
    verdict = await log.verify()
    assert (verdict.rows, verdict.fault, verdict.retired_before) == (3, None, SECOND)
    assert await log.retire(SECOND) == Retired(SECOND, 0)
    await log.superuser.execute(INSERT, make_id(clock.now(), 99), clock.now())
    [sealed] = await seal_log(log.database, KEY)
    assert (sealed.number, (await log.verify()).fault) == (2, None)


async def test_the_months_partition_goes_and_the_default_is_guarded_as_before(log: Log) -> None:
    await log.retire(FIRST)
    partitions = await log.superuser.fetch(
        "select relname, relforcerowsecurity, tgenabled::text from pg_class join pg_trigger on tgrelid = pg_class.oid"
        " where relnamespace = 'access_log_partition'::regnamespace and tgname = 'refuse_change'"
    )
    names = {row["relname"] for row in partitions}
    assert "other" in names
    assert "month_2018_01" not in names
    assert {(row["relforcerowsecurity"], row["tgenabled"]) for row in partitions} == {(True, "O")}
    owner = await asyncpg.connect(log.owner_url.replace("+asyncpg", ""))
    try:
        for statement in (
            "delete from access_log",
            "delete from access_log_partition.other",
            "truncate access_log",
            "delete from access_log_retirement",
            "update access_log_retirement set retired_before = now()",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await owner.execute(statement)
    finally:
        await owner.close()
    assert await log.list_left() == [4, 5, 6, 7]


# What is done after the months of 2018 are gone, and what is said of it. $1 are the rows' ids.
TAMPERINGS = {
    "kept row removed": ("delete from access_log where id = $1[6]", "Range 1: row {5} is missing"),
    "kept row that a wrong clock dated removed": (
        "delete from access_log where id = $1[5]",
        "Range 1: row {4} is missing",
    ),
    "kept row altered": ("update access_log set actor = 'b' where id = $1[8]", "Range 1: row {7}, .* was altered"),
    "kept row dated back": (
        "update access_log set at = '2018-05-01' where id = $1[8]",
        "Range 1: row {7}, .* was altered",
    ),
    "retired row put back": (
        "insert into access_log select $1[1], transaction_number, '2018-01-15', actor, organisation, supplier, action,"
        " method, route, purpose, outcome, request_id, participant_ids, denied_ids from access_log where id = $1[8]",
        "Range 1: row {0}, .* was put in",
    ),
    "record removed": (
        "delete from access_log_retirement where $1::uuid[] is not null",
        "Range 1: row {0} is missing",
    ),
    "record of a later month": (
        "with gone as (delete from access_log where id = $1[6])"
        " update access_log_retirement set retired_before = '2020-01-01'",
        "The record of what was retired was altered",
    ),
    "record that a row was misdated": (
        "with gone as (delete from access_log where id = $1[8])"
        " update access_log_retirement set misdated_ids = misdated_ids || $1[8]",
        "The record of what was retired was altered",
    ),
    "record of one's own": (
        "with gone as (delete from access_log where id = $1[6]) insert into access_log_retirement"
        " select '2020-01-01', now(), 1, '{}', code from access_log_retirement",
        "The record of what was retired was altered",
    ),
}


async def test_whoever_alters_what_is_left_is_found_out(log: Log) -> None:
    await log.retire(FIRST)
    tables = ("access_log", "access_log_retirement")
    for table in tables:
        await log.superuser.execute(f"create table kept_{table} as table {table}")
    for name, (statement, fault) in TAMPERINGS.items():
        await log.superuser.execute(statement.replace("$1[", "($1::uuid[])["), log.ids)
        found = (await log.verify()).fault
        assert found is not None, name
        assert re.search(fault.format(*log.ids), found), (name, found)
        for table in tables:
            await log.superuser.execute(f"delete from {table}")
            await log.superuser.execute(f"insert into {table} table kept_{table}")
        assert (await log.verify()).fault is None, name


async def test_what_is_not_sealed_is_not_retired(log: Log) -> None:
    await log.superuser.execute(INSERT, make_id(FIRST, 98), FIRST - DAY)
    with pytest.raises(RetirementError, match="seal-access-log first"):
        await log.retire(FIRST)
    assert await log.list_left() == list(range(len(ROWS)))


async def test_the_services_role_retires_nothing(log: Log) -> None:
    service_url = log.owner_url.replace("vekstplass_owner", "vekstplass_service")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await retire_log(service_url, KEY, FIRST)
    assert await log.list_left() == list(range(len(ROWS)))


@pytest.mark.parametrize(
    ("now", "years", "month"),
    [
        (datetime(2026, 11, 27, tzinfo=UTC), 5, datetime(2021, 11, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), 1, datetime(2025, 3, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 23, 59, tzinfo=UTC), 1, datetime(2027, 2, 1, tzinfo=UTC)),
    ],
)
def test_which_months_may_go(now: datetime, years: int, month: datetime) -> None:
    """The youngest row of what goes is from just before the month, so years old to the day."""
    assert find_retirable_month(now, years) == month
