"""A primary and its standby, as production has them: streaming replication between two postmasters of our own."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import postgres_supervisor

import postgres
from app.database import startup
from app.database.driver import ConnectionNotMadeError, connect
from tests.factories.waiting import until

NAME = "standby"


class Standby:
    """A hot standby of a cluster; started, stopped and promoted by the test.

    Args:
        options: settings of PostgreSQL's own.
    """

    def __init__(self, primary: postgres.Cluster, directory: Path, options: dict[str, str]) -> None:
        self.directory = directory
        self._binaries = primary.binaries
        self._primary = primary
        self._account = postgres_supervisor.Account(directory.stat().st_uid, directory.stat().st_gid).options()
        self._options = {
            **postgres.SETTINGS,
            "fsync": "off",
            "unix_socket_directories": str(directory),
            "primary_conninfo": f"host={primary.socket_dir} port={postgres.PORT} user=postgres application_name={NAME}",
            **options,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def copy(self) -> None:
        """Take a base backup of the primary."""
        where = ["-h", str(self._primary.socket_dir), "-p", postgres.PORT, "-U", "postgres"]
        command = [
            str(self._binaries / "pg_basebackup"),
            *where,
            "-D",
            str(self.directory / "data"),
            "-R",
            "-c",
            "fast",
        ]
        self._run(command)

    async def start(self) -> None:
        """Returns when it answers."""
        options = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self.directory / "data"), *options]
        streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(
            command, cwd="/", env=postgres_supervisor.ENVIRONMENT, **streams, **self._account
        )
        await until(self._answers)

    async def stop(self) -> None:
        """As a crash of its machine: at once, and without a word to the primary."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            await asyncio.to_thread(self._process.wait, 60)
            self._process = None

    async def promote(self) -> None:
        """Make it the primary."""
        connection = await connect(self.dsn("postgres"), timeout=10)
        await connection.fetchval("select pg_promote()")
        await connection.close()

    def dsn(self, role: str) -> str:
        """Its own address."""
        where = f"host={quote(str(self.directory), safe='')}&port={self._options['port']}"
        return f"postgresql://{role}@/{postgres.DATABASE}?{where}"

    async def _answers(self) -> bool:
        try:
            connection = await connect(self.dsn("postgres"), timeout=10)
        except ConnectionNotMadeError:
            return False
        await connection.close()
        return True

    def _run(self, command: list[str]) -> None:
        subprocess.run(
            command, check=True, cwd="/", env=postgres_supervisor.ENVIRONMENT, capture_output=True, **self._account
        )


@contextmanager
def replicated(base: Path, **options: str) -> Iterator[tuple[postgres.Cluster, Standby]]:
    """A migrated primary, and a standby that was copied from it and is not running yet."""
    with postgres.start(base / "primary", settings={"synchronous_commit": "on"}, throwaway=True) as primary:
        asyncio.run(_prepare(primary))
        startup.upgrade(primary.url(postgres.OWNER))
        directory = Path(tempfile.mkdtemp(prefix="vekstplass-standby-", dir="/tmp"))
        owner = primary.socket_dir.stat()
        os.chown(directory, owner.st_uid, owner.st_gid)
        standby = Standby(primary, directory, options)
        try:
            standby.copy()
            yield primary, standby
        finally:
            asyncio.run(standby.stop())
            shutil.rmtree(directory)


async def _prepare(primary: postgres.Cluster) -> None:
    await startup.create_roles(primary.dsn("postgres", "postgres"))
    access = primary.data / "cluster" / "pg_hba.conf"
    with access.open("a") as file:
        file.write("local replication postgres trust\nhostssl all all 127.0.0.1/32 trust\n")
    await execute(primary, "select pg_reload_conf()")


async def execute(cluster: postgres.Cluster, *statements: str) -> None:
    """Statements as a superuser, each in a transaction of its own."""
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def both(primary: postgres.Cluster, standby: Standby) -> str:
    """The service's address that names both, and takes the one that writes."""
    hosts = quote(f"{primary.socket_dir},{standby.directory}", safe="")
    return (
        f"postgresql+asyncpg://{postgres.SERVICE}@/{postgres.DATABASE}?host={hosts}"
        f"&port={postgres.PORT}&target_session_attrs=read-write&application_name=vekstplass"
    )
