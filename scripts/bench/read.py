"""Reading one placement and a list of 50 and 100, beside a bare FastAPI + asyncpg handler on the same table.

    .venv/bin/python scripts/bench/read.py [--seconds N] [--rounds N] [--connections N]

Ours: token, role, wall, transaction, access log, ETag, security headers, metrics, log line. Bare: one `fetchrow` (or
`fetch`) of the same columns into a response model, nothing else, as the superuser. Both run one process of uvicorn on
httptools with the same collector settings (frozen after start-up), one after the other in interleaved rounds, under wrk
where there is one, else under raw sockets of this process. The figures are medians; the ratios are what counts.

Besides, PostgreSQL alone: what ours asks of it (`begin`, identity, select, log row, `commit`), without HTTP.
"""

import argparse
import asyncio
import gc
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.position import cluster
from bench.start import free_port
from bench.wall import PROVIDERS, fill

from app.demo import issuer

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = "id, created_at, updated_at, participant_id, provider_id, terms, starts_on, ends_on, share, decided_on"


class Out(BaseModel):
    """The same fields as ours answers a provider with."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    participant_id: UUID
    provider_id: UUID
    terms: str
    starts_on: date
    ends_on: date | None
    share: int
    decided_on: date | None


def bare(dsn: str) -> FastAPI:
    """The handler that ours is measured against."""
    pools: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=8, max_size=8) as pool:
            pools.append(pool)
            gc.collect()
            gc.freeze()
            gc.set_threshold(20_000, 20, 50)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/v1/placements/{placement_id}")
    async def read(placement_id: UUID) -> Out:
        row = await pools[0].fetchrow(f"select {COLUMNS} from placement where id = $1", placement_id)
        assert row is not None
        return Out(**dict(row))

    @app.get("/v1/placements")
    async def read_many(provider_id: UUID, limit: int) -> list[Out]:
        query = f"select {COLUMNS} from placement where provider_id = $1 order by id limit $2"
        return [Out(**dict(row)) for row in await pools[0].fetch(query, provider_id, limit)]

    return app


@dataclass
class Served:
    """A server under measure."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int

    def cpu_seconds(self) -> float:
        """What the process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Round:
    """One measurement: requests per second, CPU per request in ms, latencies in ms."""

    rate: float
    cpu: float
    median: float
    p99: float


def by_wrk(server: Served, path: str, token: str, connections: int, seconds: int) -> Round:
    """Through wrk, one thread."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}"]
    before = server.cpu_seconds()
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said or " 0 requests in" in said:
        raise SystemExit(said)
    count = int(_found(r"(\d+) requests in", said))
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", said))
    return Round(rate, 1000 * (server.cpu_seconds() - before) / count, _ms("50%", said), _ms("99%", said))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(text)
    return match[1]


def _ms(quantile: str, said: str) -> float:
    value, unit = _found(rf"{quantile}\s+([\d.]+[a-z]+)", said), {"us": 0.001, "ms": 1.0, "s": 1000.0}
    number = re.match(r"[\d.]+", value)
    assert number is not None
    return float(number[0]) * unit[value[number.end() :]]


def by_sockets(server: Served, path: str, token: str, connections: int, seconds: int) -> Round:
    """Without wrk: kept-alive sockets in this process, which costs a core of its own."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    taken: list[float] = []

    async def client(until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while (began := time.perf_counter()) < until:
            writer.write(head)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(answer.decode())
            await reader.readexactly(int(_found(r"(?i)content-length: *(\d+)", answer.decode())))
            taken.append(time.perf_counter() - began)
        writer.close()

    async def clients() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(client(until) for _ in range(connections)))

    before = server.cpu_seconds()
    asyncio.run(clients())
    taken.sort()
    return Round(
        len(taken) / seconds,
        1000 * (server.cpu_seconds() - before) / len(taken),
        1000 * taken[len(taken) // 2],
        1000 * taken[len(taken) * 99 // 100],
    )


def serve(name: str, command: list[str], port: int, environment: dict[str, str], path: str, token: str) -> Served:
    """Start a server and wait until it answers."""
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as asking:
                asking.settimeout(5)
                asking.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
                if asking.recv(64).startswith(b"HTTP/1.1 200"):
                    return Served(name, process, port)
        except OSError:
            time.sleep(0.05)
        if process.poll() is not None:
            break
    log.seek(0)
    raise SystemExit(log.read().decode())


async def in_postgresql(superuser: str, service: str, placement: UUID, organisation: str) -> tuple[float, float]:
    """Milliseconds for a bare select, and for all that ours asks in its three messages, by one client."""
    select = f"select {COLUMNS} from placement where id = $1"
    begin = f"begin; select set_caller('bench', 'provider', '{organisation}', '', '')"
    end = (
        "insert into access_log (id, actor, action, method, route, purpose, outcome, request_id, participant_ids,"
        " denied_ids) values (overlay(gen_random_uuid()::text placing '000000' from 31)::uuid, 'bench', 'read', 'GET',"
        f" '/', 'provision', 'allowed', 'bench', array['{placement}'::uuid], '{{}}'); commit"
    )

    async def milliseconds(connection: asyncpg.Connection, before: str | None, after: str | None) -> float:
        began = time.perf_counter()
        for _ in range(300):
            if before is not None:
                await connection.execute(before)
            await connection.fetch(select, placement)
            if after is not None:
                await connection.execute(after)
        return (time.perf_counter() - began) / 300 * 1000

    owner, ours = await asyncpg.connect(superuser), await asyncpg.connect(service)
    try:
        return await milliseconds(owner, None, None), await milliseconds(ours, begin, end)
    finally:
        await owner.close()
        await ours.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--placements", type=int, default=100_000)
    parser.add_argument("--bare", nargs=2, metavar=("DSN", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        dsn, port = arguments.bare
        uvicorn.run(bare(dsn), port=int(port), log_level="warning", access_log=False, http="httptools")
        return
    data = Path(tempfile.mkdtemp(prefix="vekstplass-bench-"))
    try:
        with cluster() as (superuser, url):
            measure(superuser, url, data, arguments)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def measure(superuser: str, url: str, data: Path, arguments: argparse.Namespace) -> None:
    """Fill the database, run both servers, print."""
    placement, provider, organisation = asyncio.run(fill(superuser, arguments.placements))
    demo = issuer.load_or_create(data)
    token = demo.mint("provider", organisation)
    issuers = json.dumps([one.model_dump(mode="json", exclude_none=True) for one in demo.issuers])
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": url, "VEKSTPLASS_ISSUERS": issuers}
    environment |= {"VEKSTPLASS_LOG_LEVEL": "info", "VEKSTPLASS_REQUESTS_PER_MINUTE": "0"}
    bare_port, port = free_port(), free_port()
    first = f"/v1/placements/{placement}"
    bare_command = [sys.executable, __file__, "--bare", superuser, str(bare_port)]
    our_command = [sys.executable, "-P", "-m", "app", "serve", "--port", str(port)]
    servers = [
        serve("bare", bare_command, bare_port, environment, first, token),
        serve("ours", our_command, port, environment, first, token),
    ]
    load = by_wrk if shutil.which("wrk") else by_sockets
    paths = {
        "one": first,
        "list of 50": f"/v1/placements?provider_id={provider}&limit=50",
        "list of 100": f"/v1/placements?provider_id={provider}&limit=100",
    }
    found: dict[tuple[str, str], list[Round]] = {}
    try:
        for path in paths.values():
            for server in servers:
                load(server, path, token, arguments.connections, 1)
        for _ in range(arguments.rounds):
            for what, path in paths.items():
                for server in servers:
                    measured = load(server, path, token, arguments.connections, arguments.seconds)
                    found.setdefault((what, server.name), []).append(measured)
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait(30)
    print(f"{PROVIDERS} providers, {arguments.placements} placements, {arguments.connections} connections")
    print(f"{'':12} {'':5} {'requests/s':>10} {'CPU ms':>7} {'median':>7} {'p99':>7}")
    middle: dict[tuple[str, str], Round] = {}
    for key, rounds in found.items():
        fields = ("rate", "cpu", "median", "p99")
        middle[key] = Round(*(statistics.median(getattr(one, field) for one in rounds) for field in fields))
        one = middle[key]
        print(f"{key[0]:12} {key[1]:5} {one.rate:10.0f} {one.cpu:7.3f} {one.median:7.2f} {one.p99:7.2f}")
    service = url.replace("+asyncpg", "")
    alone = asyncio.run(in_postgresql(superuser, service, placement, organisation))
    print(f"PostgreSQL alone, one client: select {alone[0]:.3f} ms, with wall, log row and commit {alone[1]:.3f} ms")
    for what, wanted in (
        ("one", "wanted >= 0.40, the goal 0.70"),
        ("list of 50", ""),
        ("list of 100", "wanted >= 0.6"),
    ):
        ratio = middle[what, "ours"].rate / middle[what, "bare"].rate
        cpu = middle[what, "bare"].cpu / middle[what, "ours"].cpu
        print(f"{what}: {ratio:.2f} of the bare handler's requests/s, {cpu:.2f} by its CPU a request ({wanted})")
    one = middle["one", "ours"]
    print(f"one: p99 is {one.p99 / one.median:.1f} times its median (wanted <= 5, the goal 2.5)")


if __name__ == "__main__":
    main()
