"""A process of production whose database is away when it starts: alive, not ready, healed when the database comes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

import postgres
from tests.conftest import cloned
from tests.factories.waiting import until
from tests.test_readme import free_port
from tests.test_settings import PRODUCTION

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def started(role: str, name: str, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Path]]:
    """The process, whose database's socket is in `folder/socket`, and the file of its log."""
    port, log = free_port(), folder / "log"
    url = f"postgresql://{role}@/{name}?host={folder}/socket&port={postgres.PORT}"
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    with log.open("wb") as out:
        environment = os.environ | PRODUCTION | {"DATABASE_URL": url}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            await until(lambda: process.poll() is not None or answers(client, "/health/live", 200))
            assert process.poll() is None, log.read_text()
            yield client, log
        finally:
            process.kill()
            process.wait(10)


async def answers(client: httpx.AsyncClient, address: str, status: int) -> bool:
    """Whether the process answers so; False while nobody listens yet."""
    try:
        return (await client.get(address)).status_code == status
    except httpx.TransportError:
        return False


async def test_a_database_that_is_away_at_the_start_is_waited_for(cluster: postgres.Cluster) -> None:
    async with cloned(cluster) as name:
        with tempfile.TemporaryDirectory() as directory:
            async with started(postgres.SERVICE, name, Path(directory)) as (client, log):
                assert "the database is away" in log.read_text()
                assert await answers(client, "/health/ready", 503)
                (Path(directory) / "socket").symlink_to(cluster.socket_dir)
                await until(lambda: answers(client, "/health/ready", 200))


async def test_one_that_comes_and_is_not_fit_is_not_served(cluster: postgres.Cluster) -> None:
    """At the start the process ends; later it says why in the log, and stays out of the balancer."""
    async with cloned(cluster) as name:
        with tempfile.TemporaryDirectory() as directory:
            async with started(postgres.SUPERUSER, name, Path(directory)) as (client, log):
                (Path(directory) / "socket").symlink_to(cluster.socket_dir)
                await until(lambda: "is a superuser" in log.read_text() or answers(client, "/health/ready", 200))
                assert await answers(client, "/health/ready", 503)
                assert "is a superuser" in log.read_text()
