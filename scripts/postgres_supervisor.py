"""What keeps the cluster of `postgres.py` running; a program: `postgres_supervisor.py DIR UID GID keep|delete COMMAND`

The supervisor is the postmaster's parent: a process of its own, because the first user may be killed while the second
still works. It stops PostgreSQL when nobody holds users.lock, which the kernel sees to even when the last user is
killed, and starts a postmaster that crashed again. When the supervisor is killed, Linux ends the postmaster
(PR_SET_PDEATHSIG), and a deputy, which waits for nothing else, becomes the supervisor and starts PostgreSQL at the same
address. It ends a postmaster that outlived its supervisor, too; when both are killed, the next start does.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

# What the caller has set (PGPORT, LANG, LD_PRELOAD, ...) is not PostgreSQL's business.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
# In the postmaster before it is one: Linux sends it the fast shutdown's signal when its parent is killed.
PR_SET_PDEATHSIG = 1
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
END_WITH_PARENT = PRCTL and partial(PRCTL, PR_SET_PDEATHSIG, signal.SIGINT)


class PostgresError(Exception):
    """Why there is no PostgreSQL, in one sentence."""


def _supervise(data: Path, account: "Account", throwaway: bool, command: list[str]) -> None:
    """The supervisor's process. The caller reads its answer on stdout until it is closed."""
    if os.fork():
        os._exit(0)  # the caller waits for this process, and not for the supervisor
    users, own = ((data / f"{name}.lock").open("w") for name in ("users", "supervisor"))
    fcntl.flock(own, fcntl.LOCK_EX)
    try:
        inherited = _lock_alone(data)
        postmaster = _launch(data, account, command, inherited)
    except PostgresError as error:
        os.write(1, str(error).encode())
        return
    os.write(1, b"ready")
    os.dup2(2, 1)
    deputy = Deputy()
    is_deputy = deputy.fork()
    while not try_lock(users, fcntl.LOCK_EX):
        # In vain while backends of the killed postmaster still end, or the disk is full.
        with contextlib.suppress(PostgresError):
            if is_deputy:
                inherited.close()
                inherited = _lock_alone(data)
                postmaster = _launch(data, account, command, inherited)
                is_deputy = deputy.fork()
            elif postmaster.poll() is not None:
                postmaster = _launch(data, account, command, inherited)
            elif deputy.has_ended():
                is_deputy = deputy.fork()
        time.sleep(0.1)
    deputy.end()
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        postmaster.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            postmaster.wait(30)
            break
    shutil.rmtree((data / "socket").read_text(), ignore_errors=True)
    if throwaway and (data / "cluster").is_symlink():
        shutil.rmtree((data / "cluster").resolve().parent, ignore_errors=True)
        (data / "cluster").unlink()


class Deputy:
    """The process that takes over when its parent, the supervisor, is killed. It holds the supervisor's locks too."""

    def __init__(self) -> None:
        self._process = 0
        self._until = -1

    def fork(self) -> bool:
        """False in the supervisor, at once; True in the deputy, when the supervisor has been killed."""
        if self._until != -1:
            os.close(self._until)
        waiting, self._until = os.pipe()
        self._process = os.fork()
        if self._process:
            os.close(waiting)
            return False
        os.close(self._until)
        os.read(waiting, 1)  # nothing is ever written: it returns when the last who could is gone
        os.close(waiting)
        self._until = -1
        return True

    def has_ended(self) -> bool:
        """Whether it was killed."""
        return self._process != 0 and os.waitpid(self._process, os.WNOHANG)[0] != 0

    def end(self) -> None:
        """End it, for the supervisor is about to."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)


def _lock_alone(data: Path) -> IO[str]:
    """The postmaster's lock, when no earlier postmaster has it any more. Raises `PostgresError`."""
    lock = (data / "postmaster.lock").open("w")
    if not try_lock(lock, fcntl.LOCK_EX):
        if orphan := ready_postmaster(data):  # its supervisor was killed
            os.kill(orphan, signal.SIGINT)
        wait(lambda: try_lock(lock, fcntl.LOCK_EX), f"An earlier PostgreSQL in {data} does not end")
    return lock


def _launch(data: Path, account: "Account", command: list[str], lock: IO[str]) -> "subprocess.Popen[bytes]":
    """Starts the postmaster and returns when it is ready. Raises `PostgresError` when it ends instead."""
    # Our own postmaster, which has ended, wrote this file: its number may by now be another process's.
    (data / "cluster" / "postmaster.pid").unlink(missing_ok=True)
    log_size = os.fstat(2).st_size
    options = account.options() | {"stdin": subprocess.DEVNULL, "stdout": 2, "pass_fds": [lock.fileno()]}
    postmaster = subprocess.Popen(command, cwd="/", env=ENVIRONMENT, preexec_fn=END_WITH_PARENT, **options)
    while ready_postmaster(data) != postmaster.pid:
        if postmaster.poll() is not None:
            raise PostgresError(explain((data / "postgresql.log").read_bytes()[log_size:].decode(), data))
        time.sleep(0.02)
    return postmaster


@dataclass(frozen=True)
class Account:
    """The operating system's user that PostgreSQL runs as."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """How `subprocess` becomes this user; who is not root already is."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def reaches(self, path: Path) -> bool:
        """Whether it may enter the directory, or execute the file."""
        return subprocess.run(["test", "-x", path], env=ENVIRONMENT, check=False, **self.options()).returncode == 0


def explain(said: str, data: Path) -> str:
    """The sentence for a program of PostgreSQL's that failed, by what it said."""
    lines = re.findall(r"(?:FATAL|PANIC|error):\s*(.*)", said) or said.strip().splitlines() or ["it said nothing"]
    return f"PostgreSQL did not start in {data}: {lines[-1].rstrip('.')}."


def try_lock(file: IO[str], kind: int) -> bool:
    """Tries for a lock (`LOCK_SH` or `LOCK_EX`) without waiting."""
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, kind | fcntl.LOCK_NB)
        return True
    return False


def is_locked(path: Path) -> bool:
    """Whether another holds the file's lock alone."""
    with path.open("w") as file:
        return not try_lock(file, fcntl.LOCK_SH)


def wait(condition: Callable[[], bool], failure: str) -> None:
    """Looks every 20 ms whether it is so. Raises `PostgresError` with the failure after two minutes."""
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            raise PostgresError(f"{failure} (waited two minutes).")
        time.sleep(0.02)


def ready_postmaster(data: Path) -> int | None:
    """The postmaster's process id when the cluster's postmaster.pid says that it takes connections, and it does."""
    try:
        lines = (data / "cluster" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or not lines[7].startswith("ready"):
        return None
    # One that was killed left its file behind, which says so still.
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
        except OSError:
            return None
    return int(lines[0])


if __name__ == "__main__":
    _supervise(Path(sys.argv[1]), Account(int(sys.argv[2]), int(sys.argv[3])), sys.argv[4] == "delete", sys.argv[5:])
