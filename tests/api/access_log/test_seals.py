"""The access log's seals: whoever alters the log behind the service's back is found out, and the place is named."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

import postgres
from app.access_log.recorder import AccessRecorder
from app.access_log.seals import SealedRange, Sealer, seal_log
from app.access_log.verification import Head, Verdict, parse_heads, verify_log
from app.database.connections import Database
from app.database.startup import demand_fit
from tests.conftest import Api, behind_the_wall
from tests.factories import steps

KEY = base64.b64decode("dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC4=")


@dataclass(frozen=True, slots=True)
class Log:
    """A log of the application, its database as the service sees it, and as a superuser does without triggers."""

    api: Api
    database: Database
    owner: asyncpg.Connection

    async def seal(self, **options: Any) -> list[SealedRange]:
        return await seal_log(self.database, KEY, **options)

    async def verify(self, *against: Head) -> Verdict:
        return await verify_log(self.database, KEY, against)

    async def add_range(self, rows: int) -> SealedRange:
        """Requests of many at once, closed into a range."""
        path = "/v1/participants"
        answers = await asyncio.gather(*(self.api.case_officer.get(path) for _ in range(rows)))
        assert {answer.status_code for answer in answers} == {200}
        [sealed] = await self.seal()
        assert sealed.rows >= rows
        return sealed


@pytest.fixture
async def log(quiet_api: Api, quiet_cluster: postgres.Cluster) -> AsyncIterator[Log]:
    database = Database(quiet_api.app.state.settings.database_url, pool_size=2)
    for name in ("A", "B"):
        await steps.participant(quiet_api, given_name=name)
    async with behind_the_wall(quiet_api, quiet_cluster) as owner:
        await owner.execute("set session_replication_role = replica")
        yield Log(quiet_api, database, owner)
    await database.close()


async def test_what_is_sealed_is_verified(log: Log) -> None:
    assert await log.verify() == Verdict(rows=0, unsealed=2, head=None, fault=None)
    [first] = await log.seal()
    assert (first.number, first.rows) == (1, 2)
    assert await log.seal() == []
    second = await log.add_range(5)
    await log.api.case_officer.get("/v1/participants")
    head = Head(range=2, digest=second.digest.hex())
    assert await log.verify() == Verdict(rows=7, unsealed=1, head=head, fault=None)
    assert (await log.verify(Head(range=1, digest=first.digest.hex()), head)).fault is None


async def test_a_range_ends_below_every_running_transaction(log: Log) -> None:
    """What a slow transaction commits later is in a later range, and nothing that is sealed changes."""
    service = await asyncpg.connect(log.api.app.state.settings.database_url.replace("+asyncpg", ""))
    try:
        slow = service.transaction()
        await slow.start()
        await service.execute("select set_config('app.actor', 'slow', true)")
        await insert(service, "slow")
        await log.api.case_officer.get("/v1/participants")
        [sealed] = await log.seal()
        assert sealed.rows == 2
        assert await log.seal() == []
        await slow.commit()
    finally:
        await service.close()
    [later] = await log.seal()
    assert later.rows == 2
    assert (await log.verify()).fault is None


async def insert(connection: asyncpg.Connection, actor: str, **values: str) -> None:
    """A row as the service inserts it; `values` are SQL."""
    columns = {
        "id": f"'{uuid4().hex[:-6]}000000'",
        "actor": f"'{actor}'",
        **dict.fromkeys(("action", "method", "route", "purpose", "request_id"), "'x'"),
        "outcome": "'denied'",
        "participant_ids": "'{}'",
        "denied_ids": "'{null}'",
        **values,
    }
    await connection.execute(f"insert into access_log ({', '.join(columns)}) values ({', '.join(columns.values())})")


# Of the second of three ranges, whose rows are $1: what is done, and what is said of it.
TAMPERINGS = {
    "altered": ("update access_log set actor = 'person:nobody' where id = $1[2]", "Range 2: row {1}, .* was altered"),
    "person": (
        "update access_log set participant_ids = participant_ids[2:] where id = $1[3]",
        "Range 2: row {2}, .* was altered",
    ),
    "count": (
        "update access_log set more_denied = 5 where id = $1[3]",
        "Range 2: row {2}, .* was altered",
    ),
    "time": (
        "update access_log set at = at + interval '1 microsecond' where id = $1[1]",
        "Range 2: row {0}, .* was altered",
    ),
    "removed": ("delete from access_log where id = $1[2]", "Range 2: row {1} is missing"),
    "last removed": ("delete from access_log where id = $1[5]", "Range 2: row {4} is missing"),
    "moved on": (
        "update access_log set transaction_number = (select max(end_transaction) from access_log_seal)"
        " where id = $1[2]",
        "Range 2: row {1} is missing",
    ),
    "swapped": (
        "update access_log set id = case id when $1[2] then $1[3] else $1[2] end where id in ($1[2], $1[3])",
        "Range 2: row {1}|Range 2: row {2}",
    ),
    "put in": (
        "insert into access_log select '016e0000-0000-7000-8000-000000000000', transaction_number, at, actor,"
        " organisation, supplier, action, method, route, purpose, outcome, request_id, participant_ids, denied_ids"
        " from access_log where id = $1[2]",
        "Range 2: row 016e0000-0000-7000-8000-000000000000, .* was put in",
    ),
    "put in with an old time": (
        "insert into access_log (id, at, actor, action, method, route, purpose, outcome, request_id, participant_ids,"
        " denied_ids) select '016e0000-0000-7000-8000-000000000000', at - interval '1 day', actor, action, method,"
        " route, purpose, outcome, request_id, participant_ids, denied_ids from access_log where id = $1[2]",
        "After range 3: row 016e0000-0000-7000-8000-000000000000 was put in: its time",
    ),
    "digest": (
        "update access_log_seal set digest = sha256(digest) where range_number = 2 and $1::uuid[] is not null",
        "Range 2: its seal was altered",
    ),
    "altered with its digest": (
        "with row as (update access_log set actor = 'person:nobody' where id = $1[2])"
        " update access_log_seal set digest = sha256(digest) where range_number = 2",
        "Range 2: row {1}, .* was altered",
    ),
    "removed with its digest": (
        "with row as (delete from access_log where id = $1[5])"
        " update access_log_seal set row_ids = row_ids[:4], row_codes = substr(row_codes, 1, 64),"
        " digest = sha256(digest) where range_number = 2",
        "Range 2: its seal was altered",
    ),
    "range removed": (
        "with rows as (delete from access_log where id = any($1)) delete from access_log_seal where range_number = 2",
        "Range 2: it is missing",
    ),
    "time of a seal": (
        "update access_log_seal set sealed_at = sealed_at - interval '1 day'"
        " where range_number = 2 and $1::uuid[] is not null",
        "Range 2: its seal was altered",
    ),
    "commitment": (
        "update access_log_seal set next_commitment = '' where range_number = 2 and $1::uuid[] is not null",
        "Range 2: it was sealed with another key, or its seal was altered",
    ),
}


async def test_whoever_alters_the_log_is_found_out(log: Log) -> None:
    await log.seal()
    for _ in range(2):
        await log.add_range(5)
    ids: list[UUID] = await log.owner.fetchval("select row_ids from access_log_seal where range_number = 2")
    tables = ("access_log", "access_log_seal")
    for table in tables:
        await log.owner.execute(f"create table kept_{table} as table {table}")
    for name, (statement, fault) in TAMPERINGS.items():
        await log.owner.execute(statement.replace("$1[", "($1::uuid[])[").replace("any($1)", "any($1::uuid[])"), ids)
        found = (await log.verify()).fault
        assert found is not None, name
        assert re.search(fault.format(*ids), found), (name, found)
        for table in tables:
            await log.owner.execute(f"delete from {table}")
            await log.owner.execute(f"insert into {table} table kept_{table}")
        assert (await log.verify()).fault is None, name


async def test_a_row_with_an_old_time_is_named_after_it_was_sealed_too(log: Log) -> None:
    await log.seal()
    await insert(log.owner, "x", at="now() - interval '1 day'")
    assert "After range 1: row" in str((await log.verify()).fault)
    await log.seal()
    assert "Range 2: row" in str((await log.verify()).fault)


async def test_an_earlier_head_tells_that_the_end_is_gone(log: Log) -> None:
    await log.seal()
    with structlog.testing.capture_logs() as lines:
        last = await log.add_range(3)
    assert {
        "event": "access log sealed",
        "range": 2,
        "rows": 3,
        "digest": last.digest.hex(),
        "log_level": "info",
    } in lines
    heads = parse_heads("starting\n" + "\n".join(json.dumps(line) for line in lines))
    assert heads == [Head(range=2, digest=last.digest.hex())]
    # With its rows, and without: these can be sealed anew, at another time.
    await log.owner.execute("delete from access_log_seal where range_number = 2")
    assert (await log.verify()).fault is None
    assert "Range 2: it is missing: the log has lost its end" in str((await log.verify(*heads)).fault)
    await log.seal()
    assert (await log.verify()).fault is None
    assert "Range 2: it is not the one that was kept" in str((await log.verify(*heads)).fault)
    await log.owner.execute("delete from access_log_seal")
    await log.owner.execute("delete from access_log")
    assert (await log.verify()).fault is None
    assert "the log has lost its end, up to range 2" in str((await log.verify(*heads)).fault)


async def test_the_services_role_cannot_make_a_verification_fail(log: Log) -> None:
    """Neither settings, nor a seal of its own, nor a row that is older than it says."""
    await log.seal()
    service = await asyncpg.connect(log.api.app.state.settings.database_url.replace("+asyncpg", ""))
    try:
        await service.execute("select set_config('app.actor', 'x', false), set_config('app.roles', 'auditor', false)")
        await service.execute("select set_config('vekstplass.log_number', '7', false)")
        for proof in (
            b"",
            hashlib.sha256(b"").digest(),
            await service.fetchval("select next_commitment from access_log_seal where range_number = 1"),
        ):
            for number in (1, 2, 3):
                with pytest.raises(asyncpg.PostgresError):
                    await service.execute(
                        "select store_access_log_seal($1, now(), 0, 1, 1, '{}', '', sha256(''), '', $2)", number, proof
                    )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(
                "insert into event (id, transaction_id, type, subject, data)"
                " values (gen_random_uuid(), 9223372036854775807, 'x', '/x', '{}')"
            )
        await insert(service, "x")
        # A line's id is its row's plus its place, so a row's own must end in zeros.
        with pytest.raises(asyncpg.CheckViolationError):
            await insert(service, "x", id="gen_random_uuid()")
        # As many rows of one id as it likes, of one transaction or several.
        async with service.transaction():
            for _ in range(3):
                await insert(service, "x", id="'016e0000-0000-7000-8000-000000000000'")
        await insert(service, "x", id="'016e0000-0000-7000-8000-000000000000'")
        # The number is of a transaction that began before the next seal and ends after it.
        slow = service.transaction()
        await slow.start()
        await insert(service, "x")
        await log.seal()
        await log.api.case_officer.get("/v1/participants")
        await log.seal()
        await slow.commit()
    finally:
        await service.close()
    await log.add_range(2)
    verdict = await log.verify()
    assert (verdict.fault, verdict.unsealed) == (None, 0)


async def test_two_who_seal_at_once_do_it_once(log: Log) -> None:
    sealed = await asyncio.gather(log.seal(), log.seal())
    assert sorted(map(len, sealed)) == [0, 1]
    assert await log.seal(min_age=timedelta(hours=1)) == []


async def test_many_rows_are_closed_in_ranges_that_fit_into_memory(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.access_log.seals.ROWS_PER_RANGE", 3)
    for _ in range(6):
        await log.api.case_officer.get("/v1/participants")
    assert [(one.number, one.rows) for one in await log.seal()] == [(1, 3), (2, 3), (3, 2)]
    assert (await log.verify()).fault is None


async def test_with_another_key_nothing_is_sealed_or_verified(log: Log) -> None:
    await log.seal()
    await log.api.case_officer.get("/v1/participants")
    with pytest.raises(Exception, match="another key"):
        await seal_log(log.database, bytes(32))
    assert "another key" in str((await verify_log(log.database, bytes(32))).fault)
    assert [one.number for one in await log.seal()] == [2]


async def test_a_restored_log_goes_on_where_it_was(log: Log) -> None:
    """In a cluster whose transactions have yet to reach the old numbers."""
    await log.owner.execute("update event_base set base = base + 1000000000")
    await log.add_range(2)
    await log.api.case_officer.get("/v1/participants")
    await log.owner.execute("update event_base set base = 0")
    await demand_fit(log.api.app.state.settings.database_url)
    await log.add_range(2)
    verdict = await log.verify()
    assert (verdict.fault, verdict.unsealed) == (None, 0)


async def test_the_service_seals_after_a_minute_and_no_request_fails_for_it(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = AccessRecorder()
    monkeypatch.setattr(log.api.app.state, "access_log", recorder)
    recorder.sealer = Sealer(log.database, KEY)
    assert (await log.api.case_officer.get("/v1/participants")).status_code == 200
    await recorder.sealer.close()
    assert (await log.verify()).head is None
    monkeypatch.setattr("app.access_log.seals.SEAL_SECONDS", 0.0)
    recorder.sealer = Sealer(log.database, KEY)
    assert (await log.api.case_officer.get("/v1/participants")).status_code == 200
    await recorder.sealer.close()
    head = (await log.verify()).head
    assert head is not None
    assert head.range == 1
    recorder.sealer = Sealer(log.database, bytes(32))
    with structlog.testing.capture_logs() as lines:
        assert (await log.api.case_officer.get("/v1/participants")).status_code == 200
        await recorder.sealer.close()
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["access log not sealed"]


async def test_a_line_is_read_once_on_however_many_pages(log: Log) -> None:
    """Pages end within a row, and rows are added while they are read."""
    for number in range(7):
        await steps.participant(log.api, given_name=f"N{number}")
    await log.api.case_officer.get("/v1/participants")
    expected = [line["id"] for line in (await log.api.auditor.get("/v1/access-log?limit=200")).json()["items"]]
    assert len(expected) == 2 + 7 + 9
    assert {UUID(id_).version for id_ in expected} == {7}
    for limit in (1, 2, 4, 17):
        read: list[str] = []
        params = {"limit": str(limit)}
        while True:
            page = (await log.api.auditor.get("/v1/access-log", params=params)).json()
            read += [line["id"] for line in page["items"]]
            if page["next"] is None:
                break
            params["after"] = page["next"]
        assert len(read) == len(set(read))
        assert read[-len(expected) :] == expected
        assert read == sorted(read, reverse=True)


async def test_partitions_are_made_two_months_ahead_once(log: Log) -> None:
    await log.seal()
    await log.seal()
    bounds = await log.owner.fetch(
        "select pg_get_expr(relpartbound, oid) from pg_class where relnamespace = 'access_log_partition'::regnamespace"
        " and relkind = 'r'"
    )
    assert len(bounds) == 3
    months = await log.owner.fetch(
        "select to_char(date_trunc('month', now(), 'UTC') + make_interval(months => ahead), 'YYYY-MM-01 00:00:00+00')"
        " from generate_series(1, 3) as ahead"
    )
    starts = [month[0] for month in months]
    assert {row[0] for row in bounds} == {
        "DEFAULT",
        *(f"FOR VALUES FROM ('{start}') TO ('{end}')" for start, end in zip(starts, starts[1:], strict=False)),
    }
