"""Checking an invoice of 1 000 lines against 1 000 places, beside computing their month.

    .venv/bin/python scripts/bench/invoices.py [--rounds N] [PLACES ...]

Both are the service's own functions with the case office's rights, the wall on: (1) the month's lines are computed
from the places, and (2) an invoice of a line a place is checked without storing it, which computes the month as well.
The lines name their places, or none; they are right, or each has another price. The month is open, and at the last size
closed too. Rounds are interleaved; the figures are medians of one run, and the ratios are what counts. Beside each the
processor time of this process is told, PostgreSQL's not among it, as that ratio hardly changes with what else the
machine does.

A throwaway PostgreSQL is started for it; with DATABASE_URL (a superuser's, to an empty database) that one is used.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import measure_rounds, medians
from bench.position import FILL, PRICES, TERMS, cluster

from app import clock
from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.invoices.checks import check_invoice
from app.invoices.json_lines import JSON_POINTERS
from app.rules.invoice_documents import Invoice, InvoiceLine
from app.rules.money import from_ore
from app.security.roles import Actor
from app.settlements.ledger import Ledger, dump_parts, recompute

MONTH, LAST = date(2022, 5, 1), date(2022, 5, 31)
SUPPLIER, BUYER = "310300403", "920290922"
OF_SUPPLIER = f"(select id from provider where organisation_number = '{SUPPLIER}')"
ROLES = frozenset({"case_officer"})
OFFICER = Actor(subject="bench", kind="person", roles=ROLES)
WANTED = 3.0


def make_invoice(ledger: Ledger, *, named: bool, by: int) -> Invoice:
    """A line for every place of the month, each off by so many øre."""
    lines = tuple(
        InvoiceLine(
            number, placement if named else None, MONTH, LAST, Fraction(1), Fraction(line.amount + by), line.amount + by
        )
        for number, ((placement, _), line) in enumerate(ledger.lines.items(), start=1)
    )
    amount = sum(line.amount for line in lines)
    return Invoice("invoice", "F-1", LAST, SUPPLIER, BUYER, "NOK", lines, 0, amount)


async def close_month(owner: asyncpg.Connection, ledger: Ledger) -> None:
    """Store the month's lines as a settlement's, so that invoices are compared with those."""
    settlement_id = clock.new_id()
    await owner.execute(
        "insert into settlement (id, month, version, number, closed_by, by_month) values ($1, $2, 1, 1, 'bench', '{}')",
        settlement_id,
        MONTH,
    )
    rows = [
        (clock.new_id(), settlement_id, placement, ledger.providers[placement], month, line.days, line.divisor)
        + (from_ore(line.amount), json.dumps(dump_parts(line.parts)))
        for (placement, month), line in ledger.lines.items()
    ]
    columns = "id, settlement_id, placement_id, provider_id, month, days, divisor, amount, parts"
    values = ", ".join(f"${number}" for number in range(1, 10))
    await owner.executemany(f"insert into settlement_line ({columns}) values ({values})", rows)
    await owner.execute("analyze settlement_line")


async def measure(superuser: str, url: str, sizes: list[int], rounds: int) -> None:
    """Fills up to each size in turn, and prints its line."""
    owner = await asyncpg.connect(superuser)
    database = Database(url, role="vekstplass_service", pool_size=1)
    identity = DatabaseIdentity(actor=OFFICER.name, roles=ROLES)

    async def compute() -> Ledger:
        async with database.unit_of_work(identity) as unit:
            return await recompute(unit, {MONTH}, clock.today())

    def check(invoice: Invoice) -> Callable[[], Awaitable[object]]:
        async def run() -> str:
            async with database.unit_of_work(identity) as unit:
                return (await check_invoice(unit, OFFICER, invoice, BUYER, JSON_POINTERS, dry_run=True)).check.result

        return run

    await owner.execute(PRICES)
    filled = 0
    for size in sizes:
        await owner.execute(
            FILL.replace("ids[1 + n % 3]", OF_SUPPLIER),
            size - filled,
        )
        await owner.execute(TERMS)
        await owner.execute("vacuum (analyze, freeze) placement, placement_terms")
        filled = size
        ledger = await compute()
        runs: dict[str, Callable[[], Awaitable[object]]] = {"month": compute} | {
            f"{'named' if named else 'unnamed'}, {'right' if not by else 'other prices'}": check(
                make_invoice(ledger, named=named, by=by)
            )
            for named in (True, False)
            for by in (0, 51_450)
        }
        # What was settled is never changed: the month is closed once.
        for state in ("open", "closed") if size == sizes[-1] else ("open",):
            if state == "closed":
                await close_month(owner, ledger)
            took = medians(await measure_rounds(rounds, runs))
            worked = medians(await measure_rounds(rounds, runs, time.process_time))
            print(f"{size} places, {len(ledger.lines)} of them in the month, which is {state} (wanted <= {WANTED})")
            for name in runs:
                figures = (f"{of[name] * 1000:9.1f} ms {of[name] / of['month']:7.2f}" for of in (took, worked))
                print(f"{name:>24} {'   processor '.join(figures)}")
    await database.close()
    await owner.close()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", type=int, default=[1_000], metavar="PLACES")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, sorted(asked.places), asked.rounds))


if __name__ == "__main__":
    main()
