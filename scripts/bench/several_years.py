"""Several years of a what-if at once, beside the sum of the same years asked one by one.

    .venv/bin/python scripts/bench/several_years.py [--rounds N] [PLACEMENTS ...]

Both through HTTP, in process, as finance, the wall on: one `POST /v1/budgets/what-if/years` of ten years with places
added and ended and a raised rate, against ten `POST /v1/budgets/{year}/what-if` with the same changes, and against ten
`GET /v1/budgets/{year}/position`, which assume nothing. Rounds are interleaved, and the answers are compared once.

A throwaway PostgreSQL is started for it; with DATABASE_URL (a superuser's, to an empty database) that one is used.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import application, client, measure_rounds, medians
from bench.position import FILL, PRICES, TERMS, cluster

from tests.factories.tokens import bearer

SIZES = (100, 1_000, 10_000)
WANTED = 1.2
YEARS, ON = range(2022, 2032), "2022-06-15"
CHANGES = [
    {"change": "add_places", "places": 5, "from": "2022-03-01"},
    {"change": "supplement_percent", "percent": 45, "from": "2022-07-01"},
    {"change": "frame", "amount": "9000000.00"},
]


async def measure(superuser: str, url: str, sizes: list[int], rounds: int) -> None:
    """Fills up to each size in turn, and prints its line."""
    owner = await asyncpg.connect(superuser)
    await owner.execute("set statement_timeout = 0")
    await owner.execute(PRICES)
    async with application(url) as app, client(app, bearer("finance")) as finance:

        async def ask(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
            answer: httpx.Response
            if body is None:
                answer = await finance.get(f"/v1/budgets/{path}", params={"on": ON})
            else:
                answer = await finance.post(f"/v1/budgets/{path}", json=body, params={"on": ON})
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        async def at_once() -> list[dict[str, Any]]:
            body = {"from_year": YEARS[0], "to_year": YEARS[-1], "changes": CHANGES}
            years: list[dict[str, Any]] = (await ask("what-if/years", body))["years"]
            return years

        async def one_by_one() -> list[dict[str, Any]]:
            return [(await ask(f"{year}/what-if", {"changes": CHANGES}))["after"] for year in YEARS]

        async def positions() -> list[dict[str, Any]]:
            return [await ask(f"{year}/position") for year in YEARS]

        print(f"{'placements':>10} {'at once':>11} {'what-ifs':>11} {'positions':>11} {'to (1)':>8} {'to (2)':>8}")
        filled = 0
        for size in sizes:
            await owner.execute(FILL, size - filled, timeout=600)
            await owner.execute(TERMS, timeout=600)
            await owner.execute("vacuum (analyze, freeze) placement, placement_terms", timeout=600)
            filled = size
            if await at_once() != await one_by_one():
                raise SystemExit(f"the years at once and one by one differ over {size} placements")
            took = medians(
                await measure_rounds(rounds, {"at once": at_once, "what-ifs": one_by_one, "positions": positions})
            )
            times = " ".join(f"{seconds * 1000:8.1f} ms" for seconds in took.values())
            first, second = took["at once"] / took["what-ifs"], took["at once"] / took["positions"]
            print(f"{size:>10} {times} {first:8.2f} {second:8.2f}  (wanted <= {WANTED})", flush=True)
    print(f"PostgreSQL {await owner.fetchval('show server_version')}, {rounds} interleaved rounds, medians")
    await owner.close()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("placements", nargs="*", type=int, default=SIZES, metavar="PLACEMENTS")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, sorted(asked.placements), asked.rounds))


if __name__ == "__main__":
    main()
