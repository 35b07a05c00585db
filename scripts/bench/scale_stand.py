"""A PostgreSQL of years of places, and processes of the service before it, for `scale.py`."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from bench.read import Served, serve
from bench.scale_load import Callers, Pressed, Use, find_places, find_postmaster, read_use
from bench.scale_rows import Size, fill
from bench.start import free_port

import postgres
from app.database import startup
from app.demo import issuer

SAMPLE = 1_000
METRICS_TOKEN = "a-bench-asks-its-own-processes-alone"
# What docs/operations.md says is normal; of the pools' connections those that are in use.
WATCHED = (
    "db_pool_connections", "outbox_oldest_age_seconds", "access_log_unsealed_age_seconds", "process_open_fds",
    "process_resident_memory_bytes",
)  # fmt: skip
_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def cluster(parent: Path | None, *, durable: bool) -> Iterator[postgres.Cluster]:
    """A migrated PostgreSQL, which is deleted afterwards. A durable one has on disk what it acknowledges."""
    settings = _SETTINGS | (_DURABLE if durable else {})
    with (
        tempfile.TemporaryDirectory(prefix="vekstplass-scale-", dir=parent) as directory,
        postgres.start(Path(directory) / "data", settings=settings, throwaway=True) as own,
    ):
        asyncio.run(startup.create_roles(own.dsn(postgres.SUPERUSER, "postgres")))
        startup.upgrade(own.url(postgres.OWNER))
        yield own


async def fill_cluster(own: postgres.Cluster, size: Size) -> None:
    """As a superuser of it."""
    database = await asyncpg.connect(own.dsn(postgres.SUPERUSER))
    try:
        await fill(database, size)
    finally:
        await database.close()


@dataclass
class Stand:
    """Processes at work on a filled database, and the callers of the first, of the first two, …"""

    cluster: postgres.Cluster
    servers: list[Served]
    callers: list[Callers]

    async def press(
        self, processes: int, connections: int, seconds: float, rate: float | None = None
    ) -> tuple[Pressed, Use]:
        """What came of calls to the first so many processes, and the cores that each kept busy."""
        postmaster = find_postmaster(self.cluster)
        before = read_use(self.servers, postmaster)
        pressed = await self.callers[processes - 1].press(connections, seconds, rate)
        return pressed, read_use(self.servers, postmaster).since(before, pressed.took)

    async def count_connections(self) -> int:
        """Those that the service has open."""
        database = await asyncpg.connect(self.cluster.dsn(postgres.SUPERUSER))
        try:
            return int(
                await database.fetchval("select count(*) from pg_stat_activity where usename = $1", postgres.SERVICE)
            )
        finally:
            await database.close()

    async def watch_metrics(self, seconds: float) -> dict[str, list[float]]:
        """Every few seconds what each process says of itself, until it is cancelled."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            found: dict[str, list[float]] = {name: [] for name in WATCHED}
            with suppress(asyncio.CancelledError):
                while True:
                    for server in self.servers:
                        answer = await client.get(f"http://127.0.0.1:{server.port}/metrics")
                        for name, value in read_metrics(answer.raise_for_status().text).items():
                            found[name].append(value)
                    await asyncio.sleep(seconds)
            return found


def read_metrics(text: str) -> dict[str, float]:
    """Of those that are watched the sum."""
    found = dict.fromkeys(WATCHED, 0.0)
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        bare, _, labels = name.partition("{")
        if bare in found and 'state="idle"' not in labels:
            found[bare] += float(value)
    return found


@contextmanager
def stand(parent: Path | None, size: Size, processes: int) -> Iterator[Stand]:
    """So many processes of the service, each started as in production."""
    with cluster(parent, durable=True) as own, tempfile.TemporaryDirectory() as keys:
        asyncio.run(fill_cluster(own, size))
        places = asyncio.run(find_places(own.dsn(postgres.SUPERUSER), SAMPLE, size.until))
        demo = issuer.load_or_create(Path(keys))
        environment = os.environ | {
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "DATABASE_URL": own.url(postgres.SERVICE),
            "VEKSTPLASS_ISSUERS": json.dumps([one.model_dump(mode="json", exclude_none=True) for one in demo.issuers]),
            "VEKSTPLASS_REQUESTS_PER_MINUTE": "0",
            "VEKSTPLASS_LOG_LEVEL": "info",
            "VEKSTPLASS_DRAIN_SECONDS": "0",
            "VEKSTPLASS_METRICS_TOKEN": METRICS_TOKEN,
        }
        servers: list[Served] = []
        try:
            for number in range(processes):
                port = free_port()
                command = [sys.executable, "-P", "-m", "app", "serve", "--port", str(port)]
                servers.append(serve(f"process {number + 1}", command, port, environment, "/health/ready", "none"))
            ports = [server.port for server in servers]
            yield Stand(own, servers, [Callers(demo, ports[: n + 1], places) for n in range(processes)])
        finally:
            for server in servers:
                server.process.terminate()
            for server in servers:
                server.process.wait(60)
