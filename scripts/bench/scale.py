"""How far the service goes: more processes, more places, and half an hour at half of what it can do.

    .venv/bin/python scripts/bench/scale.py processes [--processes 1,2,4] [--connections 1,4,16,64] [--seconds S]
    .venv/bin/python scripts/bench/scale.py sizes [--places 24,1000,100000] [--years 10] [--log-rows 200]
    .venv/bin/python scripts/bench/scale.py soak [--minutes 30] [--processes 2] [--rate N]

`processes`: the ten commonest calls in their shares, by callers on this machine whose connections are dealt out to the
processes in turn, as a proxy does. Prints the throughput, what 50 and 99 of 100 calls took, and the cores that each
kept busy: the service, PostgreSQL, the callers, and what else ran here. Rounds are interleaved.

`sizes`: a database of years of places: what each of its tables takes on disk, what it grows by in a year, and the time
of the ten calls through the whole application in this process. The access log has --log-rows for a place and year, but
at most --most-log-rows in all: the others are counted by the size of those that are there.

`soak`: half of the rate at which the processes are full (or --rate). Prints a line a minute, and whether memory and
connections stay level. Ends with 1 where they do not, or where a call failed.

A throwaway PostgreSQL is started in --data, else in the system's temporary directory. The ratios of one run count.
"""

import argparse
import asyncio
import io
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import application, client
from bench.scale_load import CALLS, Call, Place, Pressed, Use, find_places
from bench.scale_rows import Size
from bench.scale_stand import SAMPLE, Stand, cluster, fill_cluster, stand
from bench.start import megabytes

import postgres
from app import logging
from app.access_log.seals import seal_log
from app.clock import today
from app.database.connections import Database
from app.settings import Settings
from tests.factories.tokens import bearer

# The share of the highest rate at which processes count as full, and of a core at which it does.
FULL, BUSY = 0.95, 0.9
# What memory may differ by and be level.
LEVEL = 1.05
FIGURES = "requests/s | p50 ms | p99 ms | service | PostgreSQL | callers | others | errors"
_SIZES = """
select case nspname when 'public' then relname else 'access_log' end as name,
    sum(pg_relation_size(pg_class.oid))::bigint, sum(pg_indexes_size(pg_class.oid))::bigint,
    sum(pg_total_relation_size(pg_class.oid))::bigint
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where relkind = 'r' and nspname in ('public', 'access_log_partition') group by 1 order by 4 desc
"""


def measure_processes(asked: argparse.Namespace) -> int:
    """The first part."""
    counts, lines = _numbers(asked.processes), _numbers(asked.connections)
    size = Size(asked.places, asked.years, asked.log_rows, today())
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; {asked.places} places, {asked.years} years")
    with stand(asked.data, size, max(counts)) as raised:
        found = asyncio.run(_press_all(raised, counts, lines, asked.seconds, asked.rounds))
    print(
        "| processes | connections | requests/s | p50 ms | p99 ms | service | PostgreSQL | callers | others | errors |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (processes, connections), rounds in found.items():
        print(f"| {processes} | {connections} | {_figures(*rounds[len(rounds) // 2])} |")
        for pressed, _ in rounds:
            if pressed.errors:
                print(f"  of another round with {pressed.errors} errors: {dict(pressed.statuses)}")
    for processes in counts:
        of_it = {line: found[processes, line][len(found[processes, line]) // 2] for line in lines}
        highest = max(pressed.rate for pressed, _ in of_it.values())
        line = min(line for line, (pressed, _) in of_it.items() if pressed.rate >= FULL * highest)
        print(f"{processes} processes are full at {line} connections: {_explain(processes, *of_it[line])}")
    return int(any(pressed.errors for rounds in found.values() for pressed, _ in rounds))


async def _press_all(
    raised: Stand, counts: Sequence[int], lines: Sequence[int], seconds: float, rounds: int
) -> dict[tuple[int, int], list[tuple[Pressed, Use]]]:
    """Of each number of processes and connections its rounds, from the lowest rate to the highest."""
    await raised.press(max(counts), max(lines), seconds)
    found: dict[tuple[int, int], list[tuple[Pressed, Use]]] = {(n, line): [] for n in counts for line in lines}
    for _ in range(rounds):
        for (processes, line), taken in found.items():
            taken.append(await raised.press(processes, line, seconds))
    return {key: sorted(taken, key=lambda one: one[0].rate) for key, taken in found.items()}


def _figures(pressed: Pressed, use: Use) -> str:
    cells = [f"{pressed.rate:.0f}", f"{pressed.milliseconds(0.5):.1f}", f"{pressed.milliseconds(0.99):.1f}"]
    cells += [f"{cores:.2f}" for cores in (use.service, use.postgresql, use.callers, use.others)]
    wrong = [f"{count} of {status}" for status, count in sorted(pressed.statuses.items()) if status != 200]
    return " | ".join([*cells, ", ".join(wrong) or "0"])


def _explain(processes: int, pressed: Pressed, use: Use) -> str:
    """What the processes are full of, and what a request costs."""
    cores = os.cpu_count() or 1
    costs = f"{1000 * use.service / pressed.rate:.2f} ms of the service and"
    costs += f" {1000 * use.postgresql / pressed.rate:.2f} ms of PostgreSQL's processor a request"
    if use.service >= BUSY * processes:
        return f"the service's {processes} cores; {costs}"
    if use.machine >= BUSY * cores:
        return f"the machine's {cores} cores; {costs}"
    return f"neither the machine nor the processes: they wait for PostgreSQL's disk and locks; {costs}"


def measure_sizes(asked: argparse.Namespace) -> int:
    """The second part."""
    logging.configure("error")
    failed = 0
    for places in _numbers(asked.places):
        rows = min(asked.log_rows, asked.most_log_rows / (places * asked.years))
        size = Size(places, asked.years, rows, today())
        with cluster(asked.data, durable=False) as own:
            empty = asyncio.run(_read_sizes(own))
            began = time.perf_counter()
            asyncio.run(fill_cluster(own, size))
            print(
                f"\n{places} places, {size.providers} providers, {size.years} years, {rows:g} log rows a place and year"
            )
            print(f"(filled in {time.perf_counter() - began:.0f} s)")
            asyncio.run(_seal(own))
            _print_sizes(size, empty, asyncio.run(_read_sizes(own)), asked.log_rows / rows)
            failed += asyncio.run(_time_calls(own, size, asked.rounds))
    return int(failed > 0)


async def _read_sizes(own: postgres.Cluster) -> dict[str, tuple[int, int, int]]:
    """Of each table the bytes of its rows, of its indexes, and of all of it."""
    database = await asyncpg.connect(own.dsn(postgres.SUPERUSER))
    try:
        return {row[0]: (row[1], row[2], row[3]) for row in await database.fetch(_SIZES)}
    finally:
        await database.close()


async def _seal(own: postgres.Cluster) -> None:
    """As the service does it."""
    key = Settings(environment="demo", database_url="").access_log_key_bytes
    database = Database(own.url(postgres.SERVICE), pool_size=1)
    began = time.perf_counter()
    try:
        sealed = await seal_log(database, key)
    finally:
        await database.close()
    print(f"(sealed {sum(one.rows for one in sealed)} log rows in {time.perf_counter() - began:.0f} s)")


def _print_sizes(
    size: Size, empty: dict[str, tuple[int, int, int]], full: dict[str, tuple[int, int, int]], left_out: float
) -> None:
    """The tables that count, and what the log would be with all of its rows."""
    megabyte = 1024 * 1024
    grown = {name: full[name][2] - empty.get(name, (0, 0, 0))[2] for name in full}
    for name in ("access_log", "access_log_seal"):
        grown[name] = round(grown[name] * left_out)
    whole = sum(grown.values())
    print("| table | rows MB | indexes MB | all MB | with the whole log MB |\n|---|---|---|---|---|")
    for name, (rows, indexes, every) in full.items():
        if grown[name] >= whole / 100:
            cells = [f"{part / megabyte:.1f}" for part in (rows, indexes, every, grown[name])]
            print(f"| {name} | {' | '.join(cells)} |")
    empty_size, here = (sum(one[2] for one in sizes.values()) for sizes in (empty, full))
    print(f"empty {empty_size / megabyte:.1f} MB, as filled {here / megabyte:.1f} MB, with the whole log", end=" ")
    print(f"{(empty_size + whole) / megabyte:.1f} MB; grows by {whole / size.years / megabyte:.1f} MB a year,", end=" ")
    print(f"{whole / size.years / size.places / 1024:.0f} kB a place")


async def _time_calls(own: postgres.Cluster, size: Size, rounds: int) -> int:
    """Prints the time of each call; answers how many failed."""
    places, chosen = await find_places(own.dsn(postgres.SUPERUSER), SAMPLE, size.until), random.Random(0)
    taken: dict[str, list[float]] = {call.name: [] for call in CALLS}
    failed = 0
    async with application(own.url(postgres.SERVICE)) as app, client(app, {}) as caller:
        for number in range(rounds + 1):
            for call in CALLS:
                milliseconds, status = await _time_call(caller, call, places[number % len(places)], chosen)
                if status != 200:
                    failed += 1
                    print(f"{call.name}: {status}")
                # The first one waits for PostgreSQL's plans and caches.
                if number:
                    taken[call.name].append(milliseconds)
    print("| call | median ms | slowest ms |\n|---|---|---|")
    for name, times in taken.items():
        print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} |")
    print(f"{rounds} interleaved rounds, {failed} calls failed")
    return failed


async def _time_call(caller: httpx.AsyncClient, call: Call, place: Place, chosen: random.Random) -> tuple[float, int]:
    """Milliseconds and status."""
    body = call.body(place, chosen)
    headers = bearer(call.role, place.organisation if call.role == "provider" else None)
    if body is not None:
        headers["Content-Type"] = "application/json"
    began = time.perf_counter()
    answer = await caller.request("GET" if body is None else "POST", call.address(place), content=body, headers=headers)
    return 1000 * (time.perf_counter() - began), answer.status_code


@dataclass(frozen=True, slots=True)
class Minute:
    """What was seen at the end of a minute: megabytes of each process, the service's connections, calls that failed."""

    memory: tuple[float, ...]
    connections: int
    errors: int


def soak(asked: argparse.Namespace) -> int:
    """The third part."""
    [processes] = _numbers(asked.processes)
    size = Size(asked.places, asked.years, asked.log_rows, today())
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; {size.places} places, {size.years} years")
    with stand(asked.data, size, processes) as raised:
        found = asyncio.run(_watch(raised, processes, asked))
    print(f"{asked.minutes:g} minutes: {(verdict := judge(found))}")
    return int(verdict != "ok")


async def _watch(raised: Stand, processes: int, asked: argparse.Namespace) -> list[Minute]:
    """Prints a line a minute."""
    minutes: float = asked.minutes
    rate: float | None = asked.rate

    async def look(pressed: Pressed | None) -> Minute:
        memory = tuple(megabytes(server.process.pid) for server in raised.servers)
        return Minute(memory, await raised.count_connections(), pressed.errors if pressed else 0)

    if rate is None:
        pressed, use = await raised.press(processes, asked.connections, 20)
        print(f"{_explain(processes, pressed, use)}; {pressed.rate:.0f} requests/s")
        rate = pressed.rate / 2
    print(f"at {rate:.0f} requests/s")
    print(f"| minute | {FIGURES} | MB | connections |\n|---|{'---|' * FIGURES.count('|')}---|---|---|")
    found = [await look(None)]
    watching = asyncio.create_task(raised.watch_metrics(5))
    for number in range(math.ceil(minutes)):
        pressed, use = await raised.press(processes, asked.connections, 60 * min(1.0, minutes - number), rate)
        found.append(await look(pressed))
        memory = " ".join(f"{one:.0f}" for one in found[-1].memory)
        print(f"| {number + 1} | {_figures(pressed, use)} | {memory} | {found[-1].connections} |")
    watching.cancel()
    print("| metric, every five seconds | median | 99 of 100 | highest |\n|---|---|---|---|")
    for name, values in (await watching).items():
        cells = [statistics.median(values), sorted(values)[int(0.99 * len(values))], max(values)]
        print(f"| {name} | {' | '.join(f'{value:.10g}' for value in cells)} |")
    return found


def judge(found: Sequence[Minute]) -> str:
    """«ok», or what grows: of what is seen a third of the time in, the process is warm."""
    faults = [f"{failed} calls failed"] if (failed := sum(minute.errors for minute in found)) else []
    warm = found[len(found) // 3 :]
    if len(warm) < 4:
        return ", ".join(faults) or "ok"
    half = len(warm) // 2
    for number, (before, after) in enumerate(_halves([minute.memory for minute in warm], half), 1):
        if after > LEVEL * before:
            faults.append(f"process {number} grows from {before:.0f} to {after:.0f} MB")
    # A pool opens more for a while and lets them go; what is lost stays, and lifts the lowest over all that was before.
    before = max(minute.connections for minute in warm[:half])
    after = min(minute.connections for minute in warm[half:])
    if after > before:
        faults.append(f"connections grow from {before} to {after}")
    return ", ".join(faults) or "ok"


def _halves(seen: Sequence[tuple[float, ...]], half: int) -> Iterator[tuple[float, float]]:
    """Of each process the median of the first half, and of the second."""
    for of_process in zip(*seen, strict=True):
        yield statistics.median(of_process[:half]), statistics.median(of_process[half:])


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> int:
    """Measures the part that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(required=True, metavar="PART")
    processes, sizes, soaking = (parts.add_parser(name) for name in ("processes", "sizes", "soak"))
    for part in (processes, sizes, soaking):
        part.add_argument("--data", type=Path, help="where PostgreSQL's directory is made")
        part.add_argument("--log-rows", type=float, default=200)
    for part, counts in ((processes, "1,2,4"), (soaking, "2")):
        part.add_argument("--places", type=int, default=1_000)
        part.add_argument("--years", type=int, default=2)
        part.add_argument("--processes", default=counts)
    processes.add_argument("--connections", default="1,4,16,64")
    processes.add_argument("--seconds", type=float, default=8)
    processes.add_argument("--rounds", type=int, default=3)
    processes.set_defaults(measure=measure_processes)
    sizes.add_argument("--places", default="24,1000,100000")
    sizes.add_argument("--years", type=int, default=10)
    sizes.add_argument("--most-log-rows", type=float, default=500_000)
    sizes.add_argument("--rounds", type=int, default=7)
    sizes.set_defaults(measure=measure_sizes)
    soaking.add_argument("--minutes", type=float, default=30)
    soaking.add_argument("--rate", type=float)
    soaking.add_argument("--connections", type=int, default=32)
    soaking.set_defaults(measure=soak)
    asked = parser.parse_args()
    # A line at once, also where a file gets it.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    return int(asked.measure(asked))


if __name__ == "__main__":
    sys.exit(main())
