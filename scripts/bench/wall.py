"""What the wall costs in the database: a read of one placement and a list of 100, policies on against off.

    .venv/bin/python scripts/bench/wall.py [--placements N] [--rounds N]

Both sides run the same statements in the same transactions with the same identity told; off, row-level security is
disabled on the tables, so that policies alone make the difference. Wanted: at most 1.15 each.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from uuid import UUID

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.position import cluster

PROVIDERS = 50
READS = 200
# Switching the wall makes PostgreSQL plan anew, and it takes some executions until it keeps a plan.
UNCOUNTED = 20
TABLES = ("placement", "participant", "provider")
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
    """The service's role, reading as one caller."""

    def __init__(self, connection: asyncpg.Connection, roles: str, organisation: str, area: str) -> None:
        self._connection = connection
        self._identity = ("bench", roles, organisation, area)

    async def milliseconds(self, query: str, *values: object) -> float:
        """One read in its transaction, the median of many."""
        tell = (
            "select set_config('app.actor', $1, true), set_config('app.roles', $2, true),"
            " set_config('app.organisation', $3, true), set_config('app.service_area', $4, true)"
        )
        taken: list[float] = []
        for _ in range(UNCOUNTED + READS):
            began = time.perf_counter()
            async with self._connection.transaction():
                await self._connection.execute(tell, *self._identity)
                if not await self._connection.fetch(query, *values):
                    raise SystemExit("nothing was read")
            taken.append(time.perf_counter() - began)
        return statistics.median(taken[UNCOUNTED:]) * 1000


async def measure(superuser: str, service: str, placements: int, rounds: int) -> None:
    """Fill, read in interleaved rounds, print."""
    placement, provider, organisation = await fill(superuser, placements)
    owner, connection = await asyncpg.connect(superuser), await asyncpg.connect(service)
    area = await owner.fetchval("select service_area from placement where id = $1", placement)
    listed = f"select {COLUMNS} from placement where id > $1 order by id limit 100"
    of_provider = f"select {COLUMNS} from placement where provider_id = $1 order by id limit 100"
    one, start = f"select {COLUMNS} from placement where id = $1", UUID(int=0)
    readers = {
        "provider": Reader(connection, "provider", organisation, ""),
        "service": Reader(connection, "service", "", area),
        "officer": Reader(connection, "case_officer", "", ""),
    }
    found: dict[tuple[str, str, str], list[float]] = {}
    for number in range(rounds + 1):
        for wall in ("off", "on"):
            for table in TABLES:
                change = "disable" if wall == "off" else "enable"
                await owner.execute(f"alter table {table} {change} row level security")
            for who, reader in readers.items():
                asked = [("one", one, placement), ("list", of_provider, provider)]
                if who != "provider":
                    asked.append(("whole list", listed, start))
                for what, query, value in asked:
                    taken = await reader.milliseconds(query, value)
                    if number:  # the first round warms up
                        found.setdefault((who, what, wall), []).append(taken)
    print(f"{PROVIDERS} providers, {placements} placements; ms per transaction, median of {rounds} rounds")
    ratios: list[float] = []
    for (who, what, wall), walled in found.items():
        if wall == "on":
            off, on = statistics.median(found[who, what, "off"]), statistics.median(walled)
            ratios.append(on / off)
            print(f"{who:9} {what:10}  off {off:6.3f}  on {on:6.3f}  ratio {on / off:.2f}")
    print(f"wall on : wall off, the worst of these: {max(ratios):.2f} (wanted <= 1.15, the goal 1.05)")
    await connection.close()
    await owner.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--placements", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url.replace("+asyncpg", ""), arguments.placements, arguments.rounds))


if __name__ == "__main__":
    main()
