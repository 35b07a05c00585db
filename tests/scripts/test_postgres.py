"""The PostgreSQL that scripts/ start: shared, supervised, kept between starts, and whole again after kill -9."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from postgres_supervisor import PostgresError, is_locked, ready_postmaster

import postgres
from postgres import BACKUP, OWNER, SERVICE, SUPERUSER, Cluster, start

ROOT = Path(__file__).parents[2]
FAST = {"fsync": "off", "shared_buffers": "16MB"}
USE = """
import sys
from pathlib import Path
from postgres import start
from postgres_supervisor import ready_postmaster
cluster = start(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})
print(ready_postmaster(cluster.data), flush=True)
sys.stdin.read()
"""


# Where PostgreSQL's user may come; a copy of a cluster is made in a moment in memory.
PLACE = str(postgres.MEMORY) if postgres.has_memory() else "/tmp"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data directory that has been used and stopped, for the tests to copy."""
    directory = Path(tempfile.mkdtemp(prefix="made-", dir=PLACE))
    directory.chmod(0o711)
    start(directory, settings=FAST).stop()
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    """A data directory of the test's own, which is empty of users when the test has ended."""
    directory = Path(tempfile.mkdtemp(prefix="data-", dir=PLACE))
    subprocess.run(["cp", "-a", f"{made}/.", str(directory)], check=True)
    yield directory
    until(lambda: not is_locked(directory / "supervisor.lock"))
    shutil.rmtree(directory)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether the process has ended, be it that nobody has asked for its exit status yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip()[:1] in {"", "Z"}


def postmaster(cluster: Cluster) -> int:
    """The process id of a postmaster that takes connections."""
    pid = ready_postmaster(cluster.data)
    assert pid is not None
    return pid


def deputies(postmaster: int) -> list[int]:
    """The processes beside a postmaster, of the same supervisor."""
    listed = ["ps", "-o", "pid=", "--ppid", str(parent(postmaster))]
    beside = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.split()
    return [int(pid) for pid in beside if int(pid) != postmaster and not gone(int(pid))]


def kill_beside(postmaster: int, victim: str) -> None:
    """Kill its supervisor, or the deputy, when there is one."""
    until(lambda: len(deputies(postmaster)) == 1)
    os.kill(parent(postmaster) if victim == "supervisor" else deputies(postmaster)[0], signal.SIGKILL)


def has_another(data: Path, pid: int) -> bool:
    """Whether a postmaster takes connections that is not this one."""
    return ready_postmaster(data) not in {None, pid}


def restart(cluster: Cluster, how: signal.Signals) -> None:
    """Ends the postmaster (SIGINT fast, SIGQUIT at once, SIGKILL as in a crash); returns when it is back."""
    before = postmaster(cluster)
    os.kill(before, how)
    until(lambda: ready_postmaster(cluster.data) not in {None, before})


def parent(pid: int) -> int:
    said = subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(said)


def user_process(data: Path) -> "subprocess.Popen[str]":
    """Another process that uses the cluster until its stdin ends."""
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
    )


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def query(cluster: Cluster, sql: str, role: str = OWNER, database: str = "vekstplass") -> object:
    connection = await asyncpg.connect(cluster.dsn(role, database))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_roles_and_database(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        for role in (SUPERUSER, OWNER, SERVICE, BACKUP):
            assert await query(cluster, "select current_user::text", role) == role
        rights = "select array_agg(rolname::text order by rolname) from pg_roles where rolname like 'vekst%' and "
        assert await query(cluster, rights + "rolsuper") is None
        assert await query(cluster, rights + "rolbypassrls") == [BACKUP]
        assert await query(cluster, rights + "(rolcreaterole or rolcreatedb or rolreplication)") is None
        assert (
            await query(cluster, "select pg_get_userbyid(datdba) from pg_database where datname = 'vekstplass'")
            == OWNER
        )
        for database in ("vekstplass", "template1"):
            extensions = "select count(*) from pg_extension where extname = 'btree_gist'"
            assert await query(cluster, extensions, SUPERUSER, database) == 1
        assert await query(cluster, "select lower('ÆØÅ') || current_setting('server_encoding')") == "æøåUTF8"
        assert await query(cluster, "select current_setting('data_checksums')") == "on"


async def test_only_the_socket_and_only_our_own_roles(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        assert await query(cluster, "select current_setting('listen_addresses')") == ""
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(cluster.socket_dir / ".s.PGSQL.5432")) <= 107
        await query(cluster, "create role stranger login", SUPERUSER)
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await query(cluster, "select 1", "stranger")


async def test_log_holds_no_statement_and_no_value(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        await query(cluster, "create table person (name text unique, born date)")
        for sql in (
            "insert into person values ('Løyndom', null), ('Løyndom', null)",
            "insert into person values ('x', 'Løyndom')",
            "do $$ begin raise warning 'Løyndom'; end $$",
        ):
            with contextlib.suppress(asyncpg.PostgresError):
                await query(cluster, sql)
    assert "Løyndom" not in (data / "postgresql.log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="drops to another user only as root")
def test_root_does_not_run_it(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        said = subprocess.run(["ps", "-o", "uid=", "-p", str(postmaster(cluster))], capture_output=True, check=True)
        assert int(said.stdout) == (data / "cluster").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="drops to another user only as root")
def test_root_whose_directory_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", "/var/tmp")
    place = Path(tempfile.mkdtemp(prefix="place-", dir="/tmp"))
    monkeypatch.setattr(postgres, "REACHABLE", place)
    try:
        with start(tmp_path / "data", settings=FAST):
            cluster = (tmp_path / "data" / "cluster").resolve()
            assert cluster.is_relative_to(place)
            assert cluster.stat().st_uid != 0
    finally:
        shutil.rmtree(place)


async def test_data_are_kept(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        first = postmaster(cluster)
        await query(cluster, "create table kept as select 7 as number")
    assert gone(first)
    assert not cluster.socket_dir.exists()
    with start(data, settings=FAST) as cluster:
        assert postmaster(cluster) != first
        assert await query(cluster, "select number from kept") == 7


def test_shared_by_two_and_ended_with_the_last_though_killed(data: Path) -> None:
    other = user_process(data)
    pid = int(line(other))
    with start(data) as cluster:
        assert postmaster(cluster) == pid
        cluster.stop()
        cluster.stop()
        assert ready_postmaster(data) == pid
    other.kill()
    other.communicate()
    until(lambda: gone(pid), seconds=5)


def test_started_by_many_at_once(data: Path) -> None:
    with ThreadPoolExecutor() as pool:
        clusters = list(pool.map(lambda _: start(data, settings=FAST), range(4)))
    assert len({postmaster(cluster) for cluster in clusters}) == 1
    for cluster in clusters:
        cluster.stop()
    assert ready_postmaster(data) is None


async def test_everything_killed(data: Path) -> None:
    other = user_process(data)
    pid = int(line(other))
    with start(data) as cluster:
        await query(cluster, "create table kept as select 7 as number")
        for process in (*deputies(pid), parent(pid), pid, other.pid):
            os.kill(process, signal.SIGKILL)
    other.communicate()
    # On a busy machine they take a while to die.
    until(lambda: not is_locked(data / "supervisor.lock"))
    # The old number may by now be anyone's: here it is the number of a process that lives.
    left = (data / "cluster" / "postmaster.pid").read_text().splitlines()
    (data / "cluster" / "postmaster.pid").write_text("\n".join([str(os.getppid()), *left[1:]]))
    with start(data, settings=FAST) as cluster:
        assert await query(cluster, "select number from kept") == 7


async def test_postmaster_killed_comes_back(data: Path) -> None:
    with start(data, settings=FAST) as cluster:
        await query(cluster, "create table kept as select 7 as number")
        before = postmaster(cluster)
        restart(cluster, signal.SIGKILL)
        assert postmaster(cluster) != before
        assert await query(cluster, "select number from kept") == 7


async def test_supervisor_killed_comes_back_at_the_same_address(data: Path) -> None:
    """However often; and so does the deputy that sees to it."""
    with start(data, settings=FAST) as cluster:
        await query(cluster, "create table kept as select 7 as number")
        for victim in ("supervisor", "deputy", "supervisor"):
            pid = postmaster(cluster)
            kill_beside(pid, victim)
            if victim == "supervisor":
                until(partial(has_another, data, pid))
            assert await query(cluster, "select number from kept") == 7
        last = postmaster(cluster)
        until(lambda: len(deputies(last)) == 1)
        supervisor, deputy = parent(last), deputies(last)[0]
    until(lambda: gone(supervisor) and gone(last) and gone(deputy))


@pytest.mark.parametrize("room", [0, sys.maxsize], ids=["room", "no room"])
def test_throwaway_leaves_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(postgres, "ROOM", room)
    with start(tmp_path / "data", throwaway=True, in_memory=True):
        cluster = (tmp_path / "data" / "cluster").resolve()
        assert cluster.exists()
        assert cluster.is_relative_to(postgres.MEMORY) == (room == 0 and postgres.MEMORY.is_dir())
    assert not cluster.parent.exists()
    assert not (tmp_path / "data" / "cluster").is_symlink()


def test_half_made_cluster_is_made_anew(data: Path) -> None:
    (data / "cluster").rename(data / "cluster.new")
    with start(data, throwaway=True) as cluster:
        assert postmaster(cluster)


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({"PG_VERSION": "18"}, "is itself a PostgreSQL data directory"),
        ({"cluster/notes.txt": ""}, "is not a PostgreSQL data directory"),
        ({"cluster/PG_VERSION": "12\n"}, "was made by PostgreSQL 12, which this machine does not have"),
    ],
)
def test_directory_that_is_not_ours(tmp_path: Path, left: dict[str, str], sentence: str) -> None:
    for name, text in left.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        shutil.chown((tmp_path / name).parent, 65534 if os.geteuid() == 0 else os.geteuid())
    with pytest.raises(PostgresError, match=sentence) as raised:
        start(tmp_path)
    assert str(raised.value).count("\n") == 0


def test_no_binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_list_binaries", lambda: iter([tmp_path]))
    with pytest.raises(PostgresError, match="install one, or set DATABASE_URL"):
        start(tmp_path / "data")


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PostgresError, match="cannot be started"):
        start(tmp_path / "file" / "data")


def test_postmaster_that_does_not_start(data: Path) -> None:
    with pytest.raises(PostgresError, match='unrecognized configuration parameter "no_such_setting"'):
        start(data, settings={"no_such_setting": "1"})
    until(lambda: not is_locked(data / "supervisor.lock"))
    start(data, settings=FAST).stop()
