"""Steering figures of a year: cost, places and days beside one scan, and all figures of a month beside a position.

    .venv/bin/python scripts/bench/figures.py [--rounds N] [PLACEMENTS ...]

Through HTTP, in process, the wall on. Cost, places and planned days of 2022 by provider, for the case office, each
beside one sequential scan that sums the same columns as a superuser; and every figure of June, for the case office and
for management, from whom small counts are hidden, beside `GET /v1/budgets/2022/position`. Rounds are interleaved.

A throwaway PostgreSQL is started for it; with DATABASE_URL (a superuser's, to an empty database) that one is used.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import application, client, measure_rounds, medians
from bench.position import FILL, PRICES, SCAN, TERMS, cluster

from tests.factories.tokens import bearer

SIZES = (1_000, 100_000)
BLOCK = 5_000
WANTED_SCANS, WANTED_POSITIONS = 15, 10
ON = "2022-12-31"
YEAR = {"from": "2022-01-01", "to": ON, "on": ON, "period": "year", "by": "provider"}
JUNE = {"from": "2022-06-01", "to": "2022-06-30", "on": "2022-06-30"}


async def measure(superuser: str, url: str, sizes: list[int], rounds: int) -> None:
    """Fills up to each size in turn, and prints its lines."""
    owner = await asyncpg.connect(superuser)
    # One sequential scan is one process.
    await owner.execute("set statement_timeout = 0; set max_parallel_workers_per_gather = 0")
    await owner.execute(PRICES)
    async with (
        application(url) as app,
        client(app, bearer("case_officer")) as officer,
        client(app, bearer("manager")) as manager,
        client(app, bearer("finance")) as finance,
    ):

        async def ask(caller: httpx.AsyncClient, path: str, query: dict[str, str]) -> None:
            answer = await caller.get(path, params=query)
            assert answer.status_code == 200, answer.text

        async def scan() -> None:
            await owner.fetchrow(SCAN)

        async def cost() -> None:
            await ask(officer, "/v1/figures", YEAR | {"code": "cost"})

        async def places() -> None:
            await ask(officer, "/v1/figures", YEAR | {"code": "places_active"})

        async def days() -> None:
            await ask(officer, "/v1/figures", YEAR | {"code": "planned_days"})

        async def month() -> None:
            await ask(officer, "/v1/figures", JUNE)

        async def hidden_month() -> None:
            await ask(manager, "/v1/figures", JUNE)

        async def position() -> None:
            await ask(finance, "/v1/budgets/2022/position", {"on": JUNE["on"]})

        filled = 0
        for size in sizes:
            # A transaction has locks for some thousand people's shares.
            for first in range(filled, size, BLOCK):
                await owner.execute(FILL, min(BLOCK, size - first), timeout=600)
                await owner.execute(TERMS, timeout=600)
            await owner.execute("vacuum (analyze, freeze) placement, placement_terms", timeout=600)
            filled = size
            asked = {"scan": scan, "cost": cost, "places": places, "days": days}
            asked |= {"position": position, "month": month, "month, hidden": hidden_month}
            took = medians(await measure_rounds(rounds, asked))
            print(f"{size} placements:", ", ".join(f"{name} {took[name] * 1000:.1f} ms" for name in asked))
            for name in ("cost", "places", "days"):
                print(f"  {name:<14} {took[name] / took['scan']:6.1f} scans (at most {WANTED_SCANS} of 100 000)")
            for name in ("month", "month, hidden"):
                print(
                    f"  {name:<14} {took[name] / took['position']:6.1f} positions (under {WANTED_POSITIONS} of 1 000)"
                )
    await owner.close()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("placements", nargs="*", type=int, default=SIZES, metavar="PLACEMENTS")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, sorted(asked.placements), asked.rounds))


if __name__ == "__main__":
    main()
