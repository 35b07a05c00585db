"""The heart of the matrix of faults (scripts/faults): two processes, and whatever is acknowledged is there, once."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

import postgres
from app.database import startup
from tests.faults.harness import HEADER, Load, Report, check, try_fault
from tests.faults.matrix import MATRIX
from tests.faults.stand import Stand, raised

HEART = ("kill", "postmaster", "commit", "reset", "silent-3")


@pytest.fixture
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """A migrated PostgreSQL of this test's own, which has stored what it acknowledges."""
    settings = {"synchronous_commit": "on"}
    with postgres.start(tmp_path_factory.mktemp("durable"), settings=settings, throwaway=True) as cluster:
        asyncio.run(startup.create_roles(cluster.dsn(postgres.SUPERUSER, "postgres")))
        startup.upgrade(cluster.url(postgres.OWNER))
        yield cluster


def test_a_refusal_is_no_verdict_of_ok() -> None:
    """Who follows asks again whatever the answer: one that is refused all the time would miss everything."""
    statuses = Counter({200: 90, 409: 1, 503: 7, 401: 2})
    report = Report("made up", 1, 60, 0, 0, 0, 0, 30, 0, 0.1, statuses, None)
    assert report.verdict == "2×401"


async def test_nothing_is_lost_doubled_or_missed(
    durable: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with raised(durable, tmp_path_factory.mktemp("logs"), 2) as stand:
        reports = [
            await try_fault(stand, MATRIX[name].title, MATRIX[name].disturb, runs=1, writers=4) for name in HEART
        ]
        # Whose COMMIT is cut is chance, and a read's answer is not kept: cut some more until a write's was among them.
        for _ in range(5):
            if sum(report.replays for report in reports):
                break
            commit = MATRIX["commit"]
            reports.append(await try_fault(stand, commit.title, commit.disturb, runs=1, writers=4))
        table = "\n".join([HEADER, *(report.line() for report in reports)])
        assert {report.verdict for report in reports} == {"ok"}, table
        assert all(report.acknowledged >= 60 and report.events for report in reports)
        # An answer that was lost after its commit was given again.
        assert sum(report.replays for report in reports) > 0
        await _the_checker_finds_what_is_wrong(stand)


async def _the_checker_finds_what_is_wrong(stand: Stand) -> None:
    """Rows taken away and made twice behind the service's back, and an event that nobody told."""
    load = Load(stand)
    await load.prepare()
    async with stand.superuser() as database:
        began = await database.fetchval("select max(position) from event")
    async with load.running(1):
        await load.until_acknowledged(20)
    people = [one.name for one in load.operations if one.kind == "participant" and one.acknowledged]
    absences = [one.name for one in load.operations if one.kind == "absence" and one.acknowledged]
    async with stand.superuser() as database:
        await database.execute("set session_replication_role = replica")
        await database.execute("update participant set family_name = $1 where family_name = $2", people[0], people[1])
        await database.execute("delete from absence where external_id = $1", absences[0])
    load.events.pop()
    report = await check(stand, load, "made up", 1, began)
    assert (report.lost, report.doubled, report.missed) == (2, 1, 1)
    assert report.verdict == "2 lost, 1 doubled, 1 missed"
