"""What the wall costs in the database: a read of one placement and a list of 100, policies on against off.

    .venv/bin/python scripts/bench/wall.py [--placements N] [--reads N]

Both sides run the same statements in the same transactions with the same identity told; off, they run as a role that
row-level security does not apply to, so that policies alone make the difference. The reads take turns, so that a busy
machine is busy for both, and all run on one processor: on several, where the system happens to put a connection's
process doubles a read or halves it. What telling who calls costs is printed beside. Wanted: at most 1.25 each.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.position import cluster

PROVIDERS = 50
# PostgreSQL takes some executions until it keeps a plan.
UNCOUNTED = 20
COLUMNS = "id, created_at, updated_at, participant_id, provider_id, terms, starts_on, ends_on, share, decided_on"

FILL = """
with providers as (
    insert into provider (id, name, organisation_number, municipality_number)
    select gen_random_uuid(), 'Vekstbedrift ' || row_number() over (), number, '4631' from unnest($1::text[]) as number
    returning id
), people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631',
        case when n % 2 = 0 then 'habilitation' else 'mental_health' end, '[]', false
    from generate_series(1, $2) as n
    returning id, service_area
), numbered as (
    select id, service_area, row_number() over () as n from people
), listed as (
    select array_agg(id) as ids from providers
)
insert into placement (id, participant_id, provider_id, service_area, terms, starts_on, share, decided_on)
select gen_random_uuid(), numbered.id, ids[1 + n % array_length(ids, 1)], service_area, 'standard', date '2022-01-01',
    100, date '2021-12-01'
from numbered, listed
"""


def organisation_numbers(count: int) -> list[str]:
    """Numbers that pass the control and belong to nobody."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    found: list[str] = []
    stem = 31_030_000
    while len(found) < count:
        rest = sum(int(digit) * weight for digit, weight in zip(str(stem), weights, strict=True)) % 11
        if rest != 1:
            found.append(f"{stem}{(11 - rest) % 11}")
        stem += 1
    return found


async def fill(superuser: str, placements: int) -> tuple[UUID, UUID, str]:
    """Providers and their placements; answers one placement, its provider, and the provider's organisation number."""
    owner = await asyncpg.connect(superuser)
    try:
        await owner.execute("set statement_timeout = 0")
        await owner.execute(FILL, organisation_numbers(PROVIDERS), placements, timeout=600)
        await owner.execute("vacuum (analyze, freeze)", timeout=600)
        row = await owner.fetchrow(
            "select placement.id, provider_id, organisation_number from placement"
            " join provider on provider.id = provider_id limit 1"
        )
        assert row is not None
        return row["id"], row["provider_id"], row["organisation_number"]
    finally:
        await owner.close()


class Reader:
    """One connection, reading as a caller the way `app.db` does: begin and tell in one message, ask, commit."""

    def __init__(self, connection: asyncpg.Connection, tell: str) -> None:
        self._connection = connection
        self._begin = f"begin; {tell}"

    async def seconds(self, query: str, value: object) -> float:
        """One read in its transaction."""
        began = time.perf_counter()
        await self._connection.execute(self._begin)
        rows = await self._connection.fetch(query, value)
        await self._connection.execute("commit")
        if not rows:
            raise SystemExit("nothing was read")
        return time.perf_counter() - began


async def medians(readers: list[Reader], reads: int, query: str, value: object) -> list[float]:
    """Milliseconds of a read by each of the readers, which take turns."""
    taken: list[list[float]] = [[] for _ in readers]
    for number in range(UNCOUNTED + reads):
        for reader, found in zip(readers, taken, strict=True):
            seconds = await reader.seconds(query, value)
            if number >= UNCOUNTED:
                found.append(seconds * 1000)
    return [statistics.median(found) for found in taken]


async def past_the_wall(superuser: str, service: asyncpg.Connection) -> asyncpg.Connection:
    """A connection to which no policy applies, and which has the timeouts of the service's role."""
    connection = await asyncpg.connect(superuser)
    await connection.execute("set role vekstplass_backup")
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        value = await service.fetchval("select current_setting($1)", name)
        await connection.execute("select set_config($1, $2, false)", name, value)
    return connection


async def share_processor(*connections: asyncpg.Connection) -> None:
    """Keep this process and the connections' own on one processor, where the system lets us."""
    if sys.platform != "linux":
        return
    processor = {min(os.sched_getaffinity(0))}
    for process in [0, *[connection.get_server_pid() for connection in connections]]:
        with suppress(PermissionError):
            os.sched_setaffinity(process, processor)


async def measure(superuser: str, service: str, placements: int, reads: int) -> None:
    """Fill, read in turns, print."""
    placement, provider, organisation = await fill(superuser, placements)
    walled = await asyncpg.connect(service)
    free = await past_the_wall(superuser, walled)
    await share_processor(walled, free)
    area = await free.fetchval("select service_area from placement where id = $1", placement)
    listed = f"select {COLUMNS} from placement where id > $1 order by id limit 100"
    of_provider = f"select {COLUMNS} from placement where provider_id = $1 order by id limit 100"
    one, start = f"select {COLUMNS} from placement where id = $1", UUID(int=0)
    callers = {
        "provider": f"select set_caller('bench', 'provider', '{organisation}', '', '{provider}')",
        "service": f"select set_caller('bench', 'service', '', '{area}', '')",
        "officer": "select set_caller('bench', 'case_officer', '', '', '')",
    }
    print(f"{PROVIDERS} providers, {placements} placements; ms per transaction, medians of {reads} reads in turns")
    ratios: list[float] = []
    for who, tell in callers.items():
        asked = [("one", one, placement), ("list", of_provider, provider)]
        if who != "provider":
            asked.append(("whole list", listed, start))
        for what, query, value in asked:
            off, on = await medians([Reader(free, tell), Reader(walled, tell)], reads, query, value)
            (untold,) = await medians([Reader(free, "select 1")], reads // 4, query, value)
            ratios.append(on / off)
            print(
                f"{who:9} {what:10}  off {off:6.3f}  on {on:6.3f}  ratio {on / off:.2f}   (nobody told {untold:6.3f})"
            )
    print(f"wall on : wall off, the worst of these: {max(ratios):.2f} (wanted <= 1.25, the goal 1.05)")
    await walled.close()
    await free.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--placements", type=int, default=100_000)
    parser.add_argument("--reads", type=int, default=2000)
    arguments = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url.replace("+asyncpg", ""), arguments.placements, arguments.reads))


if __name__ == "__main__":
    main()
