"""Service processes before a PostgreSQL of their own, and a gate between them, all of which can be made to fail."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx

import postgres
from tests.factories.tokens import ISSUERS
from tests.factories.waiting import until
from tests.test_readme import free_port

ROOT = Path(__file__).parents[2]
_PIECE = 65536


class Gate:
    """The way to PostgreSQL: a socket of ours that passes on what comes, until it is told otherwise.

    Attributes:
        delay: seconds that each message of the server's is held.
        drops: how many answers to a COMMIT are still to be lost, each with its connection.
    """

    def __init__(self, server: Path) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="vekstplass-gate-", dir="/tmp")
        self.delay = 0.0
        self.drops = 0
        self._server = server / f".s.PGSQL.{postgres.PORT}"
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._refuses = False
        self._connections: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        Path(self.directory.name).chmod(0o755)
        path = f"{self.directory.name}/.s.PGSQL.{postgres.PORT}"
        self._listener = await asyncio.start_unix_server(self._forward, path)
        Path(path).chmod(0o777)

    def address(self, role: str) -> str:
        """The database by way of the gate."""
        return f"postgresql://{role}@/{postgres.DATABASE}?host={self.directory.name}&port={postgres.PORT}"

    def reset(self) -> None:
        """End every connection at once, without a word."""
        for writer in self._connections:
            writer.transport.abort()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody gets through."""
        self._refuses = True
        self.reset()
        try:
            yield
        finally:
            self._refuses = False

    @asynccontextmanager
    async def silent(self) -> AsyncIterator[None]:
        """Connections stay, and nothing goes through."""
        self._is_open.clear()
        try:
            yield
        finally:
            self._is_open.set()

    async def close(self) -> None:
        """End it all."""
        self._is_open.set()
        self._refuses = True
        self.reset()
        if self._listener is not None:
            self._listener.close()
        self.directory.cleanup()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._refuses:
                with suppress(OSError):  # PostgreSQL is away itself
                    await self._join(reader, writer)
        finally:
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(str(self._server))
        lost = asyncio.Event()
        self._connections |= {writer, outer}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, outer, lost, from_client=True))
                both.create_task(self._pass(inner, writer, lost, from_client=False))
        finally:
            self._connections -= {writer, outer}
            outer.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event, *, from_client: bool
    ) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(_PIECE):
                await self._is_open.wait()
                if from_client and self.drops and b"COMMIT" in piece.upper():
                    self.drops -= 1
                    lost.set()
                elif not from_client and lost.is_set():
                    break
                if self.delay and not from_client:
                    await asyncio.sleep(self.delay)
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()


class Process:
    """A process of the service, which may be killed and started again at its port."""

    def __init__(self, url: str, log: Path) -> None:
        self.port = free_port()
        self._log = log
        self._environment = os.environ | {
            "DATABASE_URL": url,
            "VEKSTPLASS_ENVIRONMENT": "demo",
            "VEKSTPLASS_ISSUERS": json.dumps([issuer.model_dump(mode="json") for issuer in ISSUERS]),
            "VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS": "true",
            "VEKSTPLASS_REQUESTS_PER_MINUTE": "0",
            "VEKSTPLASS_DRAIN_SECONDS": "0.5",
            "VEKSTPLASS_LOG_LEVEL": "warning",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns when it is ready."""
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=out, stderr=subprocess.STDOUT
            )
        async with httpx.AsyncClient(base_url=self.address, timeout=10) as client:
            await until(lambda: self._is_ready(client), 120)

    async def end(self, how: signal.Signals) -> None:
        """Returns when it is gone."""
        if self._process is not None:
            self._process.send_signal(how)
            await asyncio.to_thread(self._process.wait, 60)
            self._process = None

    def signal(self, how: signal.Signals) -> None:
        """To stop it and to let it go on."""
        assert self._process is not None
        self._process.send_signal(how)

    def log(self) -> str:
        """What it has said."""
        return self._log.read_text(errors="replace")

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()[-2_000:]
        try:
            return (await client.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False


class Stand:
    """What a fault is tried on."""

    def __init__(self, cluster: postgres.Cluster, gate: Gate, processes: list[Process]) -> None:
        self.cluster = cluster
        self.gate = gate
        self.processes = processes

    @asynccontextmanager
    async def superuser(self) -> AsyncIterator[asyncpg.Connection]:
        """A look behind the wall, past the gate."""
        connection = await asyncpg.connect(self.cluster.dsn(postgres.SUPERUSER))
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def raised(cluster: postgres.Cluster, logs: Path, processes: int) -> AsyncIterator[Stand]:
    """A stand of so many processes on a migrated cluster."""
    gate = Gate(cluster.socket_dir)
    await gate.open()
    running = [Process(gate.address(postgres.SERVICE), logs / f"process-{n}.log") for n in range(processes)]
    try:
        await asyncio.gather(*(one.start() for one in running))
        yield Stand(cluster, gate, running)
    finally:
        for one in running:
            await one.end(signal.SIGKILL)
        await gate.close()
