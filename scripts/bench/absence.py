"""A push of 1 000 and 10 000 absences into 500 000, beside what PostgreSQL needs for the rows alone.

    .venv/bin/python scripts/bench/absence.py [--rows N] [--rounds N] [--seconds S]

(1) one INSERT … SELECT unnest(…) ON CONFLICT of ready rows as the service's role, the wall on, without HTTP;
(2) POST /v1/absences/batch over HTTP, as JSON, NDJSON and CSV, the rows new and then the same again;
(3) the plain way over HTTP: a list of pydantic models, one ORM object a row, one commit;
(4) a GET of one absence, alone and beside a push of 10 000 that never stops (new, repeated and removed in turn).

The server is a process of its own, run by uvicorn with the service's own start-up. Peak memory is its high-water mark
over what it held before, of one request. New rows are removed between the rounds. Rounds are interleaved; the figures
are medians of one run, and the ratios are what counts. A throwaway PostgreSQL is started for it.
"""

import argparse
import asyncio
import http.client
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID

import asyncpg
import uvicorn
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import postgres_supervisor
from bench.absence_rows import FILL, JSON, ORGANISATION, PLACEMENTS, encoded, new_items

import postgres
from app import logging
from app.absence.schemas import AbsenceItemModel
from app.absence.tables import Absence
from app.clock import new_ids
from app.database import startup
from app.database.identity import DatabaseIdentity
from app.demo import issuer
from app.http.schemas import Shape
from app.main import create_app
from app.settings import Settings


@dataclass(slots=True)
class Figures:
    """Seconds, peak memory, and processor seconds (the sender's or server's, and PostgreSQL's) of one way."""

    seconds: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


class PlainBatch(Shape):
    """The body of the plain way."""

    items: list[AbsenceItemModel]


def serve(url: str, data: str, port: int) -> None:
    """The service, with the plain way beside it."""
    settings = Settings(
        environment="demo",
        database_url=url,
        issuers=issuer.load_or_create(Path(data)).issuers,
        log_level="error",
        body_limit_bytes=16 * 1024 * 1024,
        requests_per_minute=0,
    )
    logging.configure(settings.log_level)
    app = create_app(settings)

    @app.post("/plain")
    async def plain(batch: PlainBatch) -> dict[str, int]:
        identity = DatabaseIdentity("bench", frozenset({"provider"}), ORGANISATION)
        async with app.state.database.unit_of_work(identity) as unit:
            provider_id = await unit.session.scalar(text("select caller_provider_id()"))
            for item in batch.items:
                values = dict(item)
                values |= {"placement_id": UUID(values["placement_id"]), "provider_id": provider_id}
                unit.session.add(Absence(**values))
        return {"accepted": len(batch.items)}

    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


STATEMENT = """
insert into absence (id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent, note,
    cancelled, revision_cancels)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::int[], $6::text[], $7::date[], $8::date[],
    $9::smallint[], $10::text[], $11::bool[], $12::bool[])
on conflict (provider_id, external_id) do update set placement_id = excluded.placement_id,
    revision = excluded.revision, kind = excluded.kind, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    percent = excluded.percent, note = excluded.note, cancelled = excluded.cancelled,
    revision_cancels = excluded.revision_cancels, updated_at = now()
"""


@dataclass
class Client:
    """One kept-alive connection with a provider's token."""

    port: int
    token: str

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = JSON) -> tuple[int, bytes, float]:
        """Status, body and seconds until the last byte of it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = kind
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer.status, content, time.perf_counter() - began


@dataclass
class Bench:
    """Everything of one run."""

    superuser: str
    service: str
    pid: int
    postmaster: int
    client: Client
    placements: list[str]
    provider_id: UUID
    rounds: int
    figures: dict[str, Figures] = field(default_factory=dict)

    async def run(self, seconds: float) -> None:
        """Measure every way in turn, `rounds` times, and then reads beside pushes."""
        owner = await asyncpg.connect(self.superuser)
        await owner.execute("set statement_timeout = 0")
        plain = {size: encoded(new_items(self.placements, size)) for size in (1_000, 10_000)}
        for round_ in range(self.rounds + 1):
            for size, bodies in plain.items():
                await self.statement(owner, size)
                self.over_http(f"(3) plain {size}", "/plain", bodies[JSON], JSON)
                await self.remove(owner)
                for kind, body in bodies.items():
                    if size < 10_000 and kind != JSON:
                        continue
                    name = f"{kind} {size}"
                    self.over_http(f"(2) new {name}", "/v1/absences/batch", body, kind, "created")
                    written = await self.written(owner)
                    self.over_http(f"(2) again {name}", "/v1/absences/batch", body, kind, "unchanged")
                    if await self.written(owner) != written:
                        raise SystemExit("a repeated push wrote rows")
                    await self.remove(owner)
            if round_ == 0:  # the first round only warms up
                self.figures.clear()
        self.report()
        await self.reads_beside_pushes(owner, plain[10_000][JSON], seconds)
        await owner.close()

    async def written(self, owner: asyncpg.Connection) -> object:
        """What changes when a row of absence is written."""
        return await owner.fetchval("select array[count(*)::text, max(xmin::text::bigint)::text] from absence")

    async def remove(self, owner: asyncpg.Connection) -> None:
        """Take the new rows away, and what they left."""
        await owner.execute("delete from absence where external_id like 'NY-%'")
        await owner.execute("delete from absence_watch")
        # Without it so few rows are left in the indexes, and the next push reads what no service has removed.
        await owner.execute("vacuum (index_cleanup on) absence")

    async def statement(self, owner: asyncpg.Connection, size: int) -> None:
        """(1): the rows are ready; begin, identity, one statement, commit. New, then the same again."""
        items = new_items(self.placements, size)
        days = [date.fromisoformat(str(item["from"])) for item in items]
        columns: list[list[object]] = [
            [UUID(id_) for id_ in new_ids(size)],
            [self.provider_id] * size,
            [item["external_id"] for item in items],
            [UUID(str(item["placement_id"])) for item in items],
            [1] * size,
            [item["kind"] for item in items],
            list(days),
            list(days),
            [100] * size,
            [item["note"] for item in items],
            [False] * size,
            [False] * size,
        ]
        connection = await asyncpg.connect(self.service)
        for name in ("new", "again"):
            used = self.cpu(os.getpid())
            began = time.perf_counter()
            async with connection.transaction():
                await connection.execute("select set_caller('bench', 'provider', $1, '', '')", ORGANISATION)
                await connection.execute(STATEMENT, *columns)
            took = time.perf_counter() - began
            figures = self.figures.setdefault(f"(1) {name} {size}", Figures())
            figures.seconds.append(took)
            figures.cpu.append(self.cpu(os.getpid()) - used)
        await connection.close()
        await self.remove(owner)

    def over_http(self, name: str, path: str, body: bytes, kind: str, expected: str = "accepted") -> None:
        """One push and its peak."""
        before = self.memory("VmRSS")
        used = self.cpu(self.pid)
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        status, content, seconds = self.client.send("POST", path, body, kind)
        if status != 200 or expected.encode() not in content or content.count(b'"problem":{'):
            raise SystemExit(f"{name}: {status} {content[:300]!r}")
        figures = self.figures.setdefault(name, Figures())
        figures.seconds.append(seconds)
        figures.cpu.append(self.cpu(self.pid) - used)
        figures.peaks.append(self.memory("VmHWM") - before)

    def cpu(self, pid: int) -> float:
        """Processor seconds so far of a process and of PostgreSQL's, which another's load does not change."""
        ticks = 0
        for process in (Path(f"/proc/{pid}"), *self.backends()):
            after_name = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def backends(self) -> list[Path]:
        """PostgreSQL's processes."""
        children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        return [Path(f"/proc/{child}") for child in children]

    def memory(self, what: str) -> int:
        """Kilobytes of the server, as /proc has it."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1])
        raise SystemExit("this system has no /proc")

    def report(self) -> None:
        """The table, and the ratios."""
        print(f"{'':32} {'seconds':>8} {'rows/s':>8} {'CPU s':>7} {'peak':>9}")
        for name, figures in self.figures.items():
            size = int(name.split()[-1])
            peak = f"{statistics.median(figures.peaks) / 1024:+7.1f}MB" if figures.peaks else ""
            cpu = statistics.median(figures.cpu)
            print(f"{name:32} {figures.median:8.3f} {size / figures.median:8.0f} {cpu:7.2f} {peak:>9}")
        one = self.figures["(1) new 10000"].median
        plain = self.figures["(3) plain 10000"].median
        for name, wanted in (("new", 0.7), ("again", 1.5)):
            took = self.figures[f"(2) {name} {JSON} 10000"].median
            print(f"10 000 {name} over HTTP : (1) new = {one / took:.2f} (wanted >= {wanted})")
        new = self.figures[f"(2) new {JSON} 10000"]
        one_cpu = statistics.median(self.figures["(1) new 10000"].cpu)
        print(f"the same in processor time = {one_cpu / statistics.median(new.cpu):.2f}")
        print(f"10 000 new over HTTP : (3) the plain way = {plain / new.median:.1f} (wanted >= 2.5)")
        print(f"peak memory of 10 000 new: {statistics.median(new.peaks) / 1024:+.1f} MB (wanted <= +10)")

    async def reads_beside_pushes(self, owner: asyncpg.Connection, body: bytes, seconds: float) -> None:
        """(4): one client reads without a pause; its p99 alone, and while another pushes without a pause."""
        status, content, _ = self.client.send("POST", "/v1/absences/batch", body)
        path = f"/v1/placements/{self.placements[0]}"
        if status != 200:
            raise SystemExit(content[:300])
        for _ in range(1200):
            self.client.send("GET", path)
        idle = self.reads(path, seconds)
        stop = multiprocessing.Event()
        pushes = multiprocessing.Value("i", 0)
        arguments = (self.client.port, self.client.token, body, self.superuser, stop, pushes)
        pusher = multiprocessing.Process(target=push_without_pause, args=arguments)
        pusher.start()
        await asyncio.sleep(1)
        busy = await asyncio.to_thread(self.reads, path, 2 * seconds)
        stop.set()
        pusher.join()
        await self.remove(owner)
        median = statistics.median(idle)
        p99 = sorted(busy)[int(len(busy) * 0.99)]
        print(f"GET alone: median {median * 1000:.1f} ms, p99 {sorted(idle)[int(len(idle) * 0.99)] * 1000:.1f} ms")
        print(
            f"GET beside {pushes.value} pushes: median {statistics.median(busy) * 1000:.1f} ms,"
            f" p99 {p99 * 1000:.1f} ms, max {max(busy) * 1000:.1f} ms, {len(busy)} reads"
        )
        print(f"p99 beside pushes : idle median = {p99 / median:.1f} (wanted <= 12)")

    def reads(self, path: str, seconds: float) -> list[float]:
        """How long each GET took."""
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            status, content, took = self.client.send("GET", path)
            if status != 200:
                raise SystemExit(content[:300])
            times.append(took)
        return times


def push_without_pause(port: int, token: str, body: bytes, superuser: str, stop: "Flag", pushes: "Count") -> None:
    """New, the same again, then removed: in turn, until told to stop."""
    client = Client(port, token)

    async def remove() -> None:
        owner = await asyncpg.connect(superuser)
        await owner.execute("delete from absence where external_id like 'NY-%'")
        await owner.close()

    while not stop.is_set():
        asyncio.run(remove())
        for _ in range(2):
            status, content, _ = client.send("POST", "/v1/absences/batch", body)
            if status != 200:
                raise SystemExit(content[:300])
            pushes.value += 1


class Flag(Protocol):
    """What stops the pusher."""

    def is_set(self) -> bool: ...


class Count(Protocol):
    """How often it pushed."""

    value: int


async def measure(cluster: postgres.Cluster, data: Path, rows: int, rounds: int, seconds: float) -> None:
    """Fill, start the server, measure."""
    owner = await asyncpg.connect(cluster.dsn("postgres"))
    await owner.execute("set statement_timeout = 0")
    await owner.execute(FILL.format(placements=PLACEMENTS, rows=rows - PLACEMENTS))
    await owner.execute("vacuum (analyze, freeze)")
    found = await owner.fetch(
        "select p.id, p.provider_id from placement p join provider v on v.id = p.provider_id"
        " where v.organisation_number = $1 order by p.id",
        ORGANISATION,
    )
    print(f"{await owner.fetchval('select count(*) from absence')} absences, {PLACEMENTS} placements")
    await owner.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(cluster.url("vekstplass_service"), str(data), port)
    )
    server.start()
    try:
        client = Client(port, issuer.load_or_create(data).mint("provider", ORGANISATION))
        for _ in range(1200):
            try:
                client.send("GET", "/health/live")
                break
            except OSError:
                client.connection.close()
                await asyncio.sleep(0.1)
        assert server.pid is not None
        bench = Bench(
            cluster.dsn("postgres"),
            cluster.dsn("vekstplass_service"),
            server.pid,
            postgres_supervisor.ready_postmaster(cluster.data) or 0,
            client,
            [str(row["id"]) for row in found],
            found[0]["provider_id"],
            rounds,
        )
        await bench.run(seconds)
    finally:
        server.terminate()
        server.join()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vekstplass-bench-") as directory:
        with postgres.start(Path(directory) / "data", throwaway=True) as cluster:
            asyncio.run(startup.create_roles(cluster.dsn("postgres", "postgres")))
            startup.upgrade(cluster.url("vekstplass_owner"))
            asyncio.run(measure(cluster, Path(directory), asked.rows, asked.rounds, asked.seconds))


if __name__ == "__main__":
    main()
