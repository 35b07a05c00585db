"""A year's position over 1 000, 10 000 and 100 000 placements, beside what PostgreSQL needs for less and for the same.

    .venv/bin/python scripts/bench/position.py [--rounds N] [PLACEMENTS ...]

The position is the service's own function in a transaction of its own, as finance, the wall on. Beside it, as a
superuser and without the wall: (1) one sequential scan that sums the same columns, and (2) the year's costs by month as
one plain SQL statement: months x rates, overlap by date arithmetic, whole øre, rounded per placement and month. (2)
leaves out what the position also says (incurred, places, VTA), and counts on prices that change on the first of a month
alone. Rounds are interleaved; the figures are medians of one run, and the ratios are what counts.

A throwaway PostgreSQL is started for it; with DATABASE_URL (a superuser's, to an empty database) that one is used.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import postgres
from app.budget.position import load_position
from app.database import startup
from app.database.connections import Database
from app.database.driver import plain_dsn
from app.database.identity import DatabaseIdentity
from app.database_address import read_address
from app.rules.money import to_ore

SIZES = (1_000, 10_000, 100_000)
# Of 1 000 places the scan takes less than the statements' way to the database and back.
WANTED_SCANS = {1_000: 20, 100_000: 10}
YEAR, ON = 2022, date(2022, 6, 15)
FINANCE = DatabaseIdentity(actor="bench", roles=frozenset({"finance"}))

# Five years of places: most go on, some begin or end inside the year, a tenth at a price of their own, a fifth in part.
FILL = """
with people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631', 'habilitation', '[]', false
    from generate_series(1, $1)
    returning id
), numbered as (
    select id, row_number() over () as n from people
), providers as (
    select array_agg(id) as ids from provider
)
insert into placement (
    id, participant_id, provider_id, service_area, terms, starts_on, ends_on, share, monthly_price, decided_on
)
select gen_random_uuid(), numbered.id, ids[1 + n % 3], 'habilitation',
    case when n % 10 = 3 then 'legacy' else 'standard' end,
    date '2018-01-01' + (n * 7919 % case when n % 5 = 0 then 1460 else 1826 end)::int,
    case when n % 5 = 0 then date '2022-01-01' + (n * 104729 % 500)::int end,
    case when n % 5 = 1 then 40 + n % 60 else 100 end,
    case when n % 10 = 3 then 18000 + n % 5000 end,
    case when n % 10 <> 3 then date '2017-12-01' end
from numbered, providers
"""
TERMS = """
insert into placement_terms (
    id, placement_id, provider_id, valid_from, valid_to, share, monthly_price, medication_tasks, known_from
)
select gen_random_uuid(), id, provider_id, starts_on, ends_on, share, monthly_price, false, decided_on
from placement where id not in (select placement_id from placement_terms)
"""
PRICES = """
insert into provider (id, name, organisation_number, municipality_number)
select gen_random_uuid(), 'Vekstbedrift', number, '4631'
from unnest(array['310300403', '310300411', '310300420']) as number;
insert into rate (id, valid_from, known_from, monthly_amount, source) values
    (gen_random_uuid(), '2018-01-01', '2018-01-01', 13000, 'bench'),
    (gen_random_uuid(), '2022-01-01', '2022-01-01', 14878, 'bench'),
    (gen_random_uuid(), '2022-05-01', '2022-05-01', 15100, 'bench');
insert into guideline_version values (gen_random_uuid(), now(), now(), '2018-01-01', 50, 'calendar_days', 95, 25, 3,
    90, 30, 90, 2, 1, 1);
insert into budget_frame (id, year, amount, adopted_on, reason)
    values (gen_random_uuid(), 2022, 9999999999, '2021-12-16', 'bench')
"""
SCAN = """
select count(*), sum(starts_on - date '2000-01-01'), sum(ends_on - date '2000-01-01'), sum(share), sum(monthly_price),
    sum(decided_on - date '2000-01-01')
from placement
"""
STATEMENT = """
with months as materialized (
    select first, last, last - first + 1 as days, (
        select (rate.monthly_amount * 100)::bigint * (10000 + (
            select (supplement_percent * 100)::bigint from guideline_version
            where guideline_version.valid_from <= first order by guideline_version.valid_from desc limit 1
        ))
        from rate where rate.valid_from <= first and rate.known_from <= $1
        order by rate.valid_from desc, rate.known_from desc limit 1
    ) as price
    from generate_series(date '2022-01-01', date '2022-12-01', interval '1 month') as begins,
        lateral (select begins::date as first, (begins + interval '1 month')::date - 1 as last) as bounds
)
select first, sum((
    (least(coalesce(ends_on, last), last) - greatest(starts_on, first) + 1)
    * share * coalesce((monthly_price * 100)::bigint * 10000, price) + days * 500000
) / (days * 1000000))
from placement join months on starts_on <= last and coalesce(ends_on, last) >= first
where decided_on is null or decided_on <= $1
group by first
"""


@contextmanager
def cluster() -> Iterator[tuple[str, str]]:
    """A superuser's address for asyncpg, and the service's for SQLAlchemy."""
    given = os.environ.get("DATABASE_URL")
    if given:
        asyncio.run(startup.create_roles(given))
        startup.upgrade(read_address(given))
        yield (
            plain_dsn(given),
            read_address(given),
        )
        return
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres.start(
            # A transaction that gives terms to everybody has a lock for each person's shares.
            Path(directory) / "data",
            settings={"max_locks_per_transaction": "4096"},
            throwaway=True,
        ) as own,
    ):
        asyncio.run(startup.create_roles(own.dsn("postgres", "postgres")))
        startup.upgrade(own.url("vekstplass_owner"))
        yield own.dsn("postgres"), own.url("vekstplass_service")


async def measure(superuser: str, url: str, sizes: list[int], rounds: int) -> None:
    """Fills up to each size in turn, and prints its line."""
    owner = await asyncpg.connect(superuser)
    database = Database(url, role="vekstplass_service", pool_size=1)

    async def position() -> int:
        async with database.reader(FINANCE, snapshot=True) as reader:
            return (await load_position(reader, YEAR, ON)).forecast

    async def scan() -> int:
        return int(await owner.fetchval(SCAN))

    async def statement() -> int:
        return sum(to_ore(row["sum"]) // 100 for row in await owner.fetch(STATEMENT, ON))

    ways: dict[str, Callable[[], Awaitable[int]]] = {"position": position, "scan": scan, "statement": statement}
    print(f"{'placements':>10} {'position':>11} {'(1) scan':>11} {'(2) SQL':>11} {'to (1)':>8} {'to (2)':>8}")
    version = await owner.fetchval("show server_version")
    await owner.execute(PRICES)
    filled = 0
    for size in sizes:
        await owner.execute("set statement_timeout = 0")
        await owner.execute(FILL, size - filled, timeout=600)
        await owner.execute(TERMS, timeout=600)
        await owner.execute("vacuum (analyze, freeze) placement, placement_terms", timeout=600)
        # One sequential scan is one process.
        await owner.execute("set max_parallel_workers_per_gather = 0")
        filled = size
        if await position() != await statement():
            raise SystemExit(f"the position and the statement differ over {size} placements")
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, run in ways.items():
                began = time.perf_counter()
                await run()
                seconds[name].append(time.perf_counter() - began)
        took = {name: statistics.median(times) for name, times in seconds.items()}
        to_scan, to_statement = took["position"] / took["scan"], took["position"] / took["statement"]
        times = " ".join(f"{took[name] * 1000:8.2f} ms" for name in ways)
        wanted = f"  (wanted <= {WANTED_SCANS[size]})" if size in WANTED_SCANS else ""
        print(f"{size:>10} {times} {to_scan:>8.1f} {to_statement:>8.2f}{wanted}", flush=True)
    print(f"PostgreSQL {version}, {rounds} interleaved rounds, medians")
    await database.close()
    await owner.close()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("placements", nargs="*", type=int, default=SIZES, metavar="PLACEMENTS")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, sorted(asked.placements), asked.rounds))


if __name__ == "__main__":
    main()
