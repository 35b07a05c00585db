"""The matrix of faults on stands of their own (scripts/faults)."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import postgres
from app import logging
from app.database import startup
from tests.faults.harness import HEADER, Report, try_fault
from tests.faults.matrix import MATRIX, Fault
from tests.faults.stand import raised

# Acknowledged means on the disk, as in production, though the cluster is deleted afterwards.
DURABLE = dict.fromkeys(postgres.THROWAWAY, "on")


def main(arguments: list[str]) -> int:
    """Answers 1 when something was lost, doubled, foreign, missed or answered 500."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--runs", type=int, help="how often each is tried")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(MATRIX))
    asked = parser.parse_args(arguments)
    unknown = set(asked.faults) - set(MATRIX)
    if unknown:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    logging.configure("error")
    print(HEADER, flush=True)
    reports = [_try(MATRIX[name], asked.runs or MATRIX[name].runs) for name in asked.faults or MATRIX]
    print(_sum(reports))
    return 0 if all(report.verdict == "ok" for report in reports) else 1


def _try(fault: Fault, runs: int) -> Report:
    with tempfile.TemporaryDirectory(prefix="vekstplass-faults-") as directory:
        base = Path(directory)
        with postgres.start(base / "postgresql", settings=DURABLE, throwaway=True) as cluster:
            asyncio.run(startup.create_roles(cluster.dsn(postgres.SUPERUSER, "postgres")))
            startup.upgrade(cluster.url(postgres.OWNER))
            report = asyncio.run(_run(cluster, base, fault, runs))
    print(report.line(), flush=True)
    return report


async def _run(cluster: postgres.Cluster, logs: Path, fault: Fault, runs: int) -> Report:
    async with raised(cluster, logs, fault.processes) as stand:
        return await try_fault(stand, fault.title, fault.disturb, runs=runs)


def _sum(reports: Iterable[Report]) -> str:
    listed = list(reports)
    rows, runs = sum(one.acknowledged for one in listed), sum(one.runs for one in listed)
    return f"\n{rows} acknowledged rows in {runs} runs of {len(listed)} faults."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
