"""The server as a process: how it leaves, and two of them as one."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import asyncpg
import httpx
import openpyxl

import postgres
from app.demo import issuer
from tests.conftest import cloned
from tests.factories.waiting import until
from tests.test_readme import free_port, here, steps

ROOT = Path(__file__).parent.parent
# `pg_stat_activity` says the same during a whole transaction.
_WAITED_FOR = "select count(*) from pg_locks where not granted and transactionid = pg_current_xact_id()::xid"
_CONNECTIONS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@asynccontextmanager
async def instance(
    url: str, data: Path, **settings: str
) -> AsyncIterator[tuple["subprocess.Popen[bytes]", httpx.AsyncClient]]:
    """A demo's process on a database, and a client that opens a connection for every request."""
    async with served(url, data, free_port(), settings, "--demo") as running:
        yield running


@asynccontextmanager
async def served(
    url: str, data: Path, port: int, settings: Mapping[str, str], *options: str
) -> AsyncIterator[tuple["subprocess.Popen[bytes]", httpx.AsyncClient]]:
    """As `instance`, at this port and with these options."""
    environment = dict(os.environ) | {"DATABASE_URL": url, "VEKSTPLASS_DATA_DIR": str(data), **settings}
    command = [sys.executable, "-m", "app", "serve", *options, "--port", str(port)]
    out = data / f"{port}.out"
    with out.open("wb") as written:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as client:
        try:
            await until(lambda: process.poll() is not None or _is_ready(client, 200), 120)
            assert process.poll() is None, out.read_text()
            yield process, client
        finally:
            process.kill()
            process.wait(10)


async def _is_ready(client: httpx.AsyncClient, status: int | None) -> bool:
    """Whether readiness is answered with this status; None: nobody answers."""
    try:
        return (await client.get("/health/ready")).status_code == status
    except httpx.TransportError:
        return status is None


def token(data: Path, role: str) -> dict[str, str]:
    """The header of a demo's role, by the key that the demo made."""
    return {"Authorization": f"Bearer {issuer.load_or_create(data).mint(role)}"}


async def test_leaves_without_losing_anybody(cluster: postgres.Cluster, tmp_path: Path) -> None:
    """SIGTERM: not ready at once and still serving; then the port closes, what is under way ends, and the pool."""
    async with cloned(cluster) as name:
        behind = await asyncpg.connect(cluster.dsn("postgres", name))
        url = cluster.url("vekstplass_service", name)
        async with instance(url, tmp_path, VEKSTPLASS_DRAIN_SECONDS="3") as (process, client):
            headers = token(tmp_path, "case_officer")
            listed = await client.get("/v1/providers", headers=headers)
            provider = listed.json()["items"][0]["id"]
            lock = behind.transaction()
            await lock.start()
            await behind.execute("select from provider for update")
            path, body = f"/v1/providers/{provider}/capacities", {"valid_from": "2023-01-01", "places": 30}
            slow = asyncio.create_task(client.post(path, json=body, headers=headers))
            waiting = asyncio.create_task(client.get("/v1/events?wait=30&types=x.y", headers=headers))
            await until(lambda: behind.fetchval(_WAITED_FOR))

            process.send_signal(signal.SIGTERM)
            await until(lambda: _is_ready(client, 503))
            assert (await client.get("/health/live")).status_code == 200
            assert (await client.get("/v1/providers", headers=headers)).status_code == 200
            await until(lambda: _is_ready(client, None))
            assert process.poll() is None
            assert (await waiting).json()["items"] == []
            assert not slow.done()

            await lock.rollback()
            assert (await slow).status_code == 201
            assert await asyncio.to_thread(process.wait, 30) == -signal.SIGTERM
            assert await behind.fetchval(_CONNECTIONS) == 0
        await behind.close()


async def test_a_year_is_exported_from_the_shell(cluster: postgres.Cluster, tmp_path: Path) -> None:
    """The same rows as over HTTP, in any form."""
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)

        def shell(*arguments: str) -> "subprocess.CompletedProcess[str]":
            environment = dict(os.environ) | {"DATABASE_URL": url, "VEKSTPLASS_DATA_DIR": str(tmp_path)}
            command = [sys.executable, "-m", "app", *arguments]
            return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

        loaded = shell("load-demo")
        assert (loaded.returncode, loaded.stdout, loaded.stderr) == (0, "Loaded.\n", "")
        out = tmp_path / "ut.xlsx"
        ran = shell("export", "--year", "2022", "--on", "2022-12-31", "--format", "xlsx", "--out", str(out))
        assert ran.returncode == 0, ran.stderr
        rows = list(openpyxl.load_workbook(out)["Framsikt"].iter_rows(min_row=2, values_only=True))
        sums = {kind: sum(Decimal(str(row[9])) for row in rows if row[0] == kind) for kind in ("budsjett", "prognose")}
        assert sums == {"budsjett": 6934000, "prognose": Decimal("6829002.00")}
        csv_out = tmp_path / "ut.csv"
        written = shell("export", "--year", "2022", "--format", "csv", "--decimal", "comma", "--out", str(csv_out))
        assert written.returncode == 0
        assert "6934000,00" in csv_out.read_text(encoding="utf-8-sig")
        empty = shell("export", "--year", "2015", "--format", "json", "--out", str(tmp_path / "x"))
        assert (empty.returncode, (tmp_path / "x").exists()) == (0, True)


@asynccontextmanager
async def in_turn(*clients: httpx.AsyncClient) -> AsyncIterator[int]:
    """A port whose connections go to the servers one after the other, as a balancer's."""
    turns = itertools.cycle(client.base_url.port for client in clients)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", next(turns))
        await asyncio.gather(_pipe(reader, there[1]), _pipe(there[0], writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield port


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_two_instances_are_as_one(quiet_cluster: postgres.Cluster, tmp_path: Path) -> None:
    """The demo's walk-through, every other request to the other of two processes; then what could tell them apart."""
    async with cloned(quiet_cluster) as name:
        url = quiet_cluster.url("vekstplass_service", name)
        metrics = [free_port(), free_port()]
        async with (
            instance(url, tmp_path, VEKSTPLASS_METRICS_PORT=str(metrics[0])) as (_, first),
            instance(url, tmp_path, VEKSTPLASS_METRICS_PORT=str(metrics[1])) as (_, second),
            in_turn(first, second) as port,
        ):
            script = ["set -eu", f"cd {tmp_path}"]
            for command, _ in steps():
                script += [here(command, port), "printf '\\n<<<end>>>\\n'"]
            environment = dict(os.environ) | {"VEKSTPLASS_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
            walked = await asyncio.create_subprocess_exec(
                "bash", "-c", "\n".join(script), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            out, complaints = await asyncio.wait_for(walked.communicate(), 300)
            assert walked.returncode == 0, complaints.decode()
            printed = [text.strip() for text in out.decode().split("<<<end>>>")]
            for (command, expected), got in zip(steps(), printed, strict=False):
                assert got == expected.strip(), command
            for client, metrics_port in zip((first, second), metrics, strict=True):
                address = f"http://127.0.0.1:{metrics_port}"
                assert "/v1/decisions" in (await client.get(f"{address}/metrics")).text
                assert (await client.get("/metrics")).status_code == 404
                assert (await client.get(f"{address}/v1/providers")).status_code == 404

            headers = token(tmp_path, "case_officer")
            # A key means one act, wherever it is sent again.
            body = {"amount": "7100000.00", "adopted_on": "2022-06-16", "reason": "Revidert"}
            keyed = headers | {"Idempotency-Key": "one-act"}
            answers = [
                await client.post("/v1/budgets/2022/frames", json=body, headers=keyed) for client in (first, second)
            ]
            assert [answer.status_code for answer in answers] == [201, 201]
            assert answers[0].content == answers[1].content
            assert answers[1].headers["idempotency-replayed"] == "true"
            # A tag from one is a tag at the other, and stale there when it is stale.
            [person, *_] = (await first.get("/v1/participants", headers=headers)).json()["items"]
            path = f"/v1/participants/{person['id']}"
            tag = (await first.get(path, headers=headers)).headers["etag"]
            matching = headers | {"If-Match": tag}
            changed = await second.patch(path, json={"given_name": "Endra"}, headers=matching)
            assert changed.status_code == 200
            assert (await first.patch(path, json={"given_name": "Igjen"}, headers=matching)).status_code == 412
            # Whoever waits at one hears what happens at the other.
            last = (await first.get("/v1/events?limit=200", headers=headers)).json()["last"]
            waiting = asyncio.create_task(first.get(f"/v1/events?wait=30&after={last}", headers=headers))
            await asyncio.sleep(0.5)
            began = asyncio.get_running_loop().time()
            over = {"amount": "1.00", "adopted_on": "2022-07-01", "reason": "Kutt"}
            assert (await second.post("/v1/budgets/2022/frames", json=over, headers=headers)).status_code == 201
            assert (await waiting).json()["items"][0]["type"] == "budget.overrun"
            # Long before the wait is over.
            assert asyncio.get_running_loop().time() - began < 15
